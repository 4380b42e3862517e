import type { Actor, Request, Topic, Unit } from '../facts.ts'
import { readThing } from './thing.ts'

/** Stems of verbs and nouns in French, Spanish, Italian, Dutch and Portuguese, enough to name the wish in English. */
const VERBS: readonly (readonly [stem: RegExp, topic: Topic, verb: string])[] = [
  [
    /(?<!\p{L})(?:exporter|export(?:ar|are|eren)|télécharger|descargar|scaricare|downloaden|baixar)(?!\p{L})/iu,
    'export',
    'export',
  ],
  [/(?<!\p{L})(?:importer|import(?:ar|are|eren))(?!\p{L})/iu, 'import', 'import'],
  [
    /(?<!\p{L})(?:rechercher|chercher|trouver|buscar|encontrar|cercare|trovare|zoeken|vinden|procurar|pesquisar)(?!\p{L})/iu,
    'search',
    'search',
  ],
  [/(?<!\p{L})(?:filtrer|trier|filtrar|ordenar|filtrare|ordinare|filteren|sorteren)(?!\p{L})/iu, 'filter', 'filter'],
  [
    /(?<!\p{L})(?:téléverser|joindre|subir|adjuntar|caricare|allegare|uploaden|enviar (?:um )?(?:ficheiro|arquivo)|carregar)(?!\p{L})/iu,
    'upload',
    'upload',
  ],
  [/(?<!\p{L})(?:payer|régler|pagar|comprar|pagare|acquistare|betalen|afrekenen)(?!\p{L})/iu, 'pay', 'pay for'],
  [/(?<!\p{L})(?:rembourser|reembolsar|rimborsare|terugbetalen)(?!\p{L})/iu, 'refund', 'refund'],
  [
    /(?<!\p{L})(?:me connecter|se connecter|connexion|iniciar sesión|accedere|inloggen|aanmelden|entrar na conta|fazer login)(?!\p{L})/iu,
    'login',
    'log in to',
  ],
  [
    /(?<!\p{L})(?:notifié|notifier|averti|avertir|recevoir|recibir|avisar|ricevere|ontvangen|receber|notificar)(?!\p{L})/iu,
    'notify',
    'receive',
  ],
  [
    /(?<!\p{L})(?:supprimer|effacer|eliminar|borrar|eliminare|cancellare|verwijderen|excluir|apagar)(?!\p{L})/iu,
    'delete',
    'delete',
  ],
  [/(?<!\p{L})(?:annuler|cancelar|anular|annullare|annuleren)(?!\p{L})/iu, 'cancel', 'cancel'],
  [
    /(?<!\p{L})(?:modifier|changer|éditer|modificar|editar|cambiar|modificare|wijzigen|bewerken|aanpassen|alterar)(?!\p{L})/iu,
    'edit',
    'change',
  ],
  [
    /(?<!\p{L})(?:créer|ajouter|saisir|crear|añadir|agregar|creare|aggiungere|aanmaken|toevoegen|criar|adicionar)(?!\p{L})/iu,
    'create',
    'create',
  ],
  [
    /(?<!\p{L})(?:réserver|planifier|reservar|programar|prenotare|pianificare|boeken|reserveren|plannen|agendar)(?!\p{L})/iu,
    'schedule',
    'book',
  ],
  [
    /(?<!\p{L})(?:synchroniser|intégrer|sincronizar|integrar|sincronizzare|integrare|synchroniseren|koppelen)(?!\p{L})/iu,
    'sync',
    'synchronise',
  ],
  [
    /(?<!\p{L})(?:voir|afficher|consulter|ver|mostrar|consultar|vedere|visualizzare|bekijken|zien|tonen|visualizar)(?!\p{L})/iu,
    'display',
    'see',
  ],
  [/(?<!\p{L})(?:approuver|valider|aprobar|approvare|goedkeuren|aprovar)(?!\p{L})/iu, 'approve', 'approve'],
  [
    /(?<!\p{L})(?:partager|inviter|compartir|invitar|condividere|invitare|delen|uitnodigen|partilhar|compartilhar|convidar)(?!\p{L})/iu,
    'share',
    'share',
  ],
  [
    /(?<!\p{L})(?:configurer|activer|configurar|activar|configurare|attivare|instellen|inschakelen|ativar)(?!\p{L})/iu,
    'configure',
    'configure',
  ],
]
const NOUNS: readonly (readonly [RegExp, string])[] = [
  [/(?<!\p{L})(?:factures?|facturas?|fatture|fattura|facturen|factuur|faturas?)(?!\p{L})/iu, 'invoices'],
  [/(?<!\p{L})(?:commandes?|pedidos?|ordini|ordine|bestelling(?:en)?|encomendas?)(?!\p{L})/iu, 'orders'],
  [/(?<!\p{L})(?:clients?|clientes?|clienti|klant(?:en)?)(?!\p{L})/iu, 'customers'],
  [/(?<!\p{L})(?:fichiers?|archivos?|ficheros?|file|bestand(?:en)?|ficheiros?|arquivos?)(?!\p{L})/iu, 'files'],
  [/(?<!\p{L})(?:rapports?|informes?|rapporti|rapporto|rapporten|relatórios?)(?!\p{L})/iu, 'reports'],
  [/(?<!\p{L})(?:produits?|productos?|prodotti|prodotto|producten|produtos?)(?!\p{L})/iu, 'products'],
  [/(?<!\p{L})(?:rendez-vous|citas?|appuntament[oi]|afspra(?:ak|ken)|consultas?)(?!\p{L})/iu, 'appointments'],
  [
    /(?<!\p{L})(?:messages?|mensajes?|messaggi|messaggio|berichten|mensagens|mensagem|notifications?|notificaciones|notifiche|meldingen)(?!\p{L})/iu,
    'messages',
  ],
  [/(?<!\p{L})(?:mots? de passe|contraseñas?|password|wachtwoord(?:en)?|senhas?)(?!\p{L})/iu, 'passwords'],
  [/(?<!\p{L})(?:comptes?|cuentas?|account|contas?|conti)(?!\p{L})/iu, 'accounts'],
  [/(?<!\p{L})(?:photos?|images?|fotos?|imágenes|immagini|afbeeldingen|imagens)(?!\p{L})/iu, 'photos'],
  [/(?<!\p{L})(?:documents?|documentos?|documenti|documenten)(?!\p{L})/iu, 'documents'],
  [/(?<!\p{L})(?:projets?|proyectos?|progetti|projecten|projetos?)(?!\p{L})/iu, 'projects'],
  [/(?<!\p{L})(?:tâches?|tareas?|compiti|attività|taken|tarefas?)(?!\p{L})/iu, 'tasks'],
]
const ROLE =
  /^(?:en tant que|como|come|als|jako|som)\s+(?:une?\s|un[ao]?\s|een\s|en\s|uma?\s)?([\p{L}' -]{3,40}?)(?:,|\s(?:je|j'|quiero|quisiera|necesito|voglio|vorrei|wil|zou|quero|gostaria|preciso|chcę|vill)(?!\p{L}))/iu

/** The wish of a sentence in a language that is not written, named in English; the quote keeps the original. */
export function readForeignRequest(unit: Unit): Request | null {
  const verb = VERBS.map((entry) => ({ entry, at: unit.plain.search(entry[0]) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0]
  if (verb === undefined) return null
  const [, topic, english] = verb.entry
  const noun = NOUNS.map(([pattern, name]) => ({ name, at: unit.plain.slice(verb.at).search(pattern) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0]?.name
  const format = /\b(csv|pdf|excel|xlsx|json|xml)\b/i.exec(unit.plain)?.[1]?.toUpperCase().replace('EXCEL', 'Excel')
  const object = noun ?? 'what the text names'
  return {
    unit,
    phrase: `${english} ${object}${format !== undefined && topic === 'export' ? ` as ${format}` : ''}`,
    verb: english.split(' ')[0] ?? english,
    topic,
    thing: readThing(noun ?? ''),
    condition: null,
    role: null,
    automatic: false,
    weight: unit.quoted ? 5 : 8,
  }
}

export function readForeignActor(units: readonly Unit[], fallback: string): Actor {
  for (const unit of units) {
    const role = ROLE.exec(unit.plain)?.[1]
    if (role !== undefined) return { role: role.trim(), explicit: true }
  }
  return { role: fallback, explicit: false }
}
