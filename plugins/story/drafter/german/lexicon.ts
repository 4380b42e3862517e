import type { Topic } from '../facts.ts'

const VERBS: Partial<Record<Topic, string>> = {
  search: 'suchen,finden,durchsuchen,nachschlagen,recherchieren,auffinden',
  filter: 'filtern,sortieren,gruppieren,eingrenzen,einschränken',
  upload: 'hochladen,anhängen,einscannen,hinzuladen',
  import: 'importieren,einlesen,einspielen',
  export: 'exportieren,herunterladen,ausdrucken,drucken,ausgeben,sichern,downloaden',
  pay: 'bezahlen,zahlen,kaufen,bestellen,abbuchen,einlösen,spenden,abrechnen',
  refund: 'erstatten,zurückerstatten,zurückzahlen,zurückgeben,zurücksenden',
  login: 'anmelden,einloggen,authentifizieren,abmelden,ausloggen',
  password: 'zurücksetzen',
  register: 'registrieren,verifizieren',
  notify:
    'benachrichtigen,informieren,erinnern,warnen,senden,schicken,versenden,zusenden,mitteilen,alarmieren,erhalten,bekommen',
  delete: 'löschen,entfernen,archivieren,leeren,verwerfen',
  suspend: 'deaktivieren,stilllegen,pausieren,reaktivieren',
  rate: 'bewerten',
  cancel: 'stornieren,kündigen,absagen,widerrufen,abbestellen,zurückziehen',
  edit: 'bearbeiten,ändern,aktualisieren,umbenennen,speichern,korrigieren,anpassen,ersetzen,verschieben,zusammenführen,markieren,duplizieren,kopieren,ergänzen,ausfüllen,pflegen',
  create:
    'anlegen,erstellen,erfassen,eintragen,eingeben,einreichen,hinzufügen,scannen,stellen,abgeben,schreiben,veröffentlichen,notieren,buchen lassen,melden,beantragen',
  schedule: 'buchen,reservieren,planen,einplanen,vereinbaren,terminieren,verlegen',
  sync: 'synchronisieren,anbinden,integrieren,verbinden,abgleichen,übertragen,übermitteln,koppeln,weiterleiten',
  display:
    'sehen,anzeigen,einsehen,ansehen,anschauen,darstellen,auflisten,einblenden,ausblenden,lesen,vergleichen,überwachen,verfolgen,öffnen,prüfen,visualisieren',
  approve: 'freigeben,genehmigen,ablehnen,bestätigen,abnehmen,zustimmen',
  configure:
    'einstellen,konfigurieren,aktivieren,umschalten,umstellen,auswählen,wählen,festlegen,einschalten,ausschalten,abschalten,personalisieren,wechseln',
  migrate: 'migrieren,umziehen,übernehmen,überführen,ablösen,konvertieren',
  performance: 'beschleunigen,optimieren,laden,skalieren',
  share: 'teilen,einladen,zuweisen,zuordnen,delegieren',
  comment: 'kommentieren,antworten,erwähnen,diskutieren,abstimmen',
  restrict: 'sperren,blockieren,schützen,verhindern,einschränken auf,verbergen',
  validate: 'validieren,überprüfen,erzwingen,plausibilisieren',
  calculate: 'berechnen,summieren,schätzen,zählen,runden,kalkulieren,ausrechnen',
  limit: 'begrenzen,drosseln,limitieren',
  audit: 'protokollieren,nachvollziehen,mitschreiben,versionieren',
  subscribe: 'abonnieren',
  improve: 'verbessern',
  translate: 'übersetzen,lokalisieren',
  automate: 'automatisieren,auslösen,ausführen,starten,stoppen,deployen,ausrollen,schließen',
}
const TOPICS = new Map<string, Topic>(
  Object.entries(VERBS).flatMap(([topic, verbs]) => verbs.split(',').map((verb) => [verb, topic as Topic] as const)),
)

export function topicOfVerb(infinitive: string): Topic | null {
  return TOPICS.get(infinitive) ?? null
}

/** What a noun asks for; the verb is what one does with it. */
const NOUNS: readonly (readonly [RegExp, Topic, string])[] = [
  [
    /\b(?:dunkelmodus|dark ?mode|dunkle[rsn]? (?:modus|design)|einstellung(?:en)?|schalter)\b/i,
    'configure',
    'verwenden',
  ],
  [/\b(?:passwort.{0,12}(?:zurücksetz\w+|vergessen)|zurücksetzen des passworts)\b/i, 'password', 'zurücksetzen'],
  [/\b(?:zwei-?faktor\p{L}*|2fa|sso|single sign-?on|login|anmeldung)\b/iu, 'login', 'verwenden'],
  [/(?:benachrichtigung|erinnerung|newsletter|\balarm|\bhinweis)(?:en|e)?\b/iu, 'notify', 'erhalten'],
  [/\bexport\b|-export\b|\bdownload\b|\p{L}+export\b/iu, 'export', 'exportieren'],
  [/\bimport\b|-import\b|\p{L}+import\b/iu, 'import', 'importieren'],
  [/\bupload\b|-upload\b/iu, 'upload', 'hochladen'],
  [/\b(?:gutschein\p{L}*|rabattcode\p{L}*)\b/iu, 'pay', 'einlösen'],
  [/\b(?:bezahlung|zahlung(?:en)?|checkout|kasse|paypal|apple pay)\b/iu, 'pay', 'verwenden'],
  [/\b\p{L}*suche\b|\bsuchfeld\b/iu, 'search', 'verwenden'],
  [/\bfilter\b|\bsortierung\b/iu, 'filter', 'verwenden'],
  [/\bmigration\b|\bumzug\b|\bdatenübernahme\b/iu, 'migrate', 'durchführen'],
  [/\b(?:schnittstelle|integration|anbindung|webhook|synchronisation|abgleich)\b/iu, 'sync', 'verwenden'],
  [/\b(?:freigabe\p{L}*|genehmigung\p{L}*|vier-augen-\p{L}+)\b/iu, 'approve', 'durchlaufen'],
  [
    /\b(?:dashboard|übersicht|bericht|auswertung|diagramm|statistik|anzeige|\p{L}+übersicht|\p{L}+bericht)\b/iu,
    'display',
    'sehen',
  ],
  [/\b(?:kalender|buchung|reservierung|terminvereinbarung)\b/iu, 'schedule', 'verwenden'],
  [/\b(?:protokoll|änderungshistorie|historie|audit-?log)\b/iu, 'audit', 'einsehen'],
  [/\b(?:übersetzung|mehrsprachigkeit)\b/iu, 'translate', 'verwenden'],
  [/\b(?:barrierefrei\p{L}*|screenreader|tastaturbedienung|tastatur|wcag)\b/iu, 'access', 'verwenden'],
  [/\b(?:berechtigung(?:en)?|rollen|rechte|zugriff)\b/iu, 'restrict', 'verwenden'],
  [
    /\b(?:ladezeit(?:en)?|antwortzeit(?:en)?|performance|verfügbarkeit|geschwindigkeit)\b/iu,
    'performance',
    'verwenden',
  ],
  [/\bkommentar(?:e|en)?\b/iu, 'comment', 'schreiben'],
]

export function topicOfNoun(text: string): { topic: Topic; verb: string } | null {
  const found = NOUNS.find(([pattern]) => pattern.test(text))
  return found === undefined ? null : { topic: found[1], verb: found[2] }
}

const ROLES =
  /(?:nutzer|benutzer|anwender|kunde|kundin|admin|administrator|mitarbeiter|manager|leiter|lehrer|schüler|student|redakteur|besucher|händler|käufer|verkäufer|fahrer|arzt|ärztin|patient|sachbearbeiter|disponent|geschäftsführer|einkäufer|bewerber|gast|mitglied|buchhalter|controller|entwickler|tester|trainer|berater|techniker|vermieter|mieter|eigentümer|besitzer|betreuer|planer|prüfer|genehmiger|moderator|autor|leser|abonnent|teilnehmer|veranstalter|lieferant|partner|dienstleister|person|vorgesetzte|vorgesetzter|kollege|kollegin|chef|azubi|pflegekraft|fachkraft|lagerist|monteur|hausmeister|verwalter|koordinator|eltern|elternteil)(?:in|innen|n|en|s|:innen|\*innen|e|er)?$/iu
const GROUPS: Record<string, string> = {
  buchhaltung: 'Mitarbeiter der Buchhaltung',
  vertrieb: 'Mitarbeiter im Vertrieb',
  support: 'Mitarbeiter im Support',
  personalabteilung: 'Mitarbeiter der Personalabteilung',
  einkauf: 'Mitarbeiter im Einkauf',
  marketing: 'Mitarbeiter im Marketing',
  lager: 'Mitarbeiter im Lager',
  kundenservice: 'Mitarbeiter im Kundenservice',
  verwaltung: 'Mitarbeiter der Verwaltung',
  leute: 'Nutzer',
  alle: 'Nutzer',
  team: 'Teammitglied',
  teams: 'Teammitglied',
  kunden: 'Kunde',
  kolleginnen: 'Kollegin',
  kollegen: 'Kollege',
  ärzte: 'Arzt',
  gäste: 'Gast',
  gästen: 'Gast',
  gäst: 'Gast',
  mitglieder: 'Mitglied',
  mitgliedern: 'Mitglied',
  eltern: 'Elternteil',
}
const NO_PLURAL =
  /(?:leiter|lehrer|nutzer|benutzer|anwender|mitarbeiter|manager|besucher|händler|käufer|verkäufer|fahrer|bearbeiter|führer|einkäufer|bewerber|buchhalter|controller|entwickler|tester|trainer|berater|techniker|vermieter|mieter|eigentümer|besitzer|betreuer|planer|prüfer|genehmiger|leser|teilnehmer|veranstalter|partner|dienstleister|hausmeister|verwalter|schüler|moderatoren|autoren)n?$/i

/** A person in the singular, from a word in any number: "Mitarbeitern" → "Mitarbeiter". */
export function roleOf(word: string): string | null {
  const group = GROUPS[word.toLowerCase()]
  if (group !== undefined) return group
  if (!/^\p{Lu}/u.test(word) || !ROLES.test(word)) return null
  if (/innen$/.test(word))
    return word.replace(/[:*]?innen$/, '').replace(/nn$/, 'n') === ''
      ? word
      : word.replace(/(?::|\*)innen$/, '').replace(/innen$/, 'in')
  if (NO_PLURAL.test(word)) return word.replace(/ern$/, 'er').replace(/oren$/, 'or')
  return word
    .replace(/(?<=Kund|Lieferant|Patient|Student|Disponent|Kolleg|Abonnent)en$/u, (_, at: number) =>
      word.slice(0, at).endsWith('Kund') || word.slice(0, at).endsWith('Kolleg') ? 'e' : '',
    )
    .replace(/(?<=[Aa]dmin|[Cc]hef|[Aa]zubi)s$/u, '')
    .replace(/(?<=ator|eur)en?$/u, '')
}
