/** Just enough German morphology: finite verbs for "Wenn …" and "Dann …", gender and plural of common nouns. */

const STRONG: Record<string, string> = Object.fromEntries(
  (
    'sehen sieht,geben gibt,laden lädt,lesen liest,nehmen nimmt,halten hält,lassen lässt,fahren fährt,treffen trifft,sprechen spricht,werden wird,haben hat,sein ist,' +
    'wissen weiß,können kann,müssen muss,sollen soll,dürfen darf,wollen will,tragen trägt,schlagen schlägt,vergessen vergisst,messen misst,brechen bricht,helfen hilft,' +
    'werfen wirft,fallen fällt,fangen fängt,laufen läuft,treten tritt,raten rät,wachsen wächst,gelten gilt,tun tut,stehen steht,gehen geht,rechnen rechnet,öffnen öffnet,zeichnen zeichnet'
  )
    .split(',')
    .map((pair) => pair.split(' ') as [string, string]),
)
const SEPARABLE =
  /^(?:herunter|hinunter|zurück|zusammen|weiter|hinzu|durch(?=führ|such)|frei|fest|hoch|wieder(?=her)|her|hin|nach|vor|aus|auf|ein|mit|weg|los|ab|an|bei|zu(?=weis|ordn|stell|lass|greif|sag))(?=[\p{Ll}]{4,})/u
/** "anzeigen" splits, "antworten" and "beitragen's" look-alikes do not. */
const INSEPARABLE =
  /^(?:antworten|beantworten|ändern|arbeiten|anonymisieren|automatisieren|aktualisieren|archivieren|authentifizieren|autorisieren|einigen|herrschen|nachten|beinhalten|validieren|auditieren|festigen|abonnieren)$/
const PREFIXED = /^(?:be|ver|er|ent|emp|zer|miss|über|unter|wieder)(?=[\p{Ll}]{4,})/u

function splitVerb(infinitive: string): { prefix: string; stem: string } {
  if (INSEPARABLE.test(infinitive)) return { prefix: '', stem: infinitive }
  const prefix = SEPARABLE.exec(infinitive)?.[0] ?? ''
  return { prefix, stem: infinitive.slice(prefix.length) }
}

function finiteStem(infinitive: string): string {
  const known = STRONG[infinitive]
  if (known !== undefined) return known
  const prefix = PREFIXED.exec(infinitive)?.[0] ?? ''
  const inner = prefix === '' ? undefined : STRONG[infinitive.slice(prefix.length)]
  if (inner !== undefined) return `${prefix}${inner}`
  const stem = /(?:er|el)n$/.test(infinitive) ? infinitive.slice(0, -1) : infinitive.replace(/en$/, '')
  return /[td]$|[^aeioulrhäöümn][mn]$/.test(stem) ? `${stem}et` : `${stem}t`
}

/** Third person singular as it stands at the end of a clause: "herunterladen" → "herunterlädt". */
export function finiteLast(infinitive: string): string {
  const { prefix, stem } = splitVerb(infinitive)
  return `${prefix}${finiteStem(stem)}`
}

/** As it stands in second place: "herunterladen" → lädt … herunter. */
export function finiteSecond(infinitive: string, plural: boolean): { verb: string; tail: string } {
  const { prefix, stem } = splitVerb(infinitive)
  return { verb: plural ? (stem === 'sein' ? 'sind' : stem) : finiteStem(stem), tail: prefix }
}

/** "herunterzuladen", "zu laden" → the plain infinitive. */
export function withoutZu(phrase: string): string {
  return phrase
    .replace(/(?<=^|\s)zu (?=\p{Ll}+n$)/u, '')
    .replace(/(\p{Ll}{2,})zu(\p{Ll}{3,}n)$/u, (whole, prefix: string, verb: string) =>
      SEPARABLE.test(`${prefix}${verb}`) ? `${prefix}${verb}` : whole,
    )
}

export function isInfinitive(word: string): boolean {
  return (
    /^\p{Ll}{2,}(?:en|ern|eln)$/u.test(word) &&
    !/^(?:den|einen|meinen|deinen|seinen|ihren|unseren|allen|jeden|keinen|diesen|vielen|anderen|neuen|offenen|eigenen|zwischen|neben|gegen|wegen|oben|unten|hinten|morgen|gestern|sondern|jedoch|welchen|denen|beiden|ersten|letzten|zusammen|bitten|mindestens|folgenden|wollen|sollen|können|müssen|dürfen|extern|intern|sofern|insofern|fern|gern)$/u.test(
      word,
    )
  )
}

export type Gender = 'm' | 'f' | 'n'
export interface Noun {
  readonly one: string
  readonly many: string
  readonly gender: Gender
}

/** Endings of compounds decide: "Urlaubsantrag" is declined like "Antrag". */
const NOUNS: readonly (readonly [one: string, many: string, gender: Gender])[] = (
  'Rechnung Rechnungen f,Bestellung Bestellungen f,Kunde Kunden m,Kundin Kundinnen f,Datei Dateien f,Dokument Dokumente n,Bericht Berichte m,Termin Termine m,Artikel Artikel m,' +
  'Produkt Produkte n,Konto Konten n,Passwort Passwörter n,E-Mail E-Mails f,Mail Mails f,Nachricht Nachrichten f,Auftrag Aufträge m,Ticket Tickets n,Projekt Projekte n,Aufgabe Aufgaben f,' +
  'Lieferung Lieferungen f,Zahlung Zahlungen f,Vertrag Verträge m,Buchung Buchungen f,Antrag Anträge m,Bild Bilder n,Foto Fotos n,Liste Listen f,Rolle Rollen f,Kontakt Kontakte m,' +
  'Adresse Adressen f,Formular Formulare n,Kommentar Kommentare m,Lieferschein Lieferscheine m,Angebot Angebote n,Mitarbeiter Mitarbeiter m,Nutzer Nutzer m,Benutzer Benutzer m,Gutschein Gutscheine m,' +
  'Krankmeldung Krankmeldungen f,Meldung Meldungen f,Beleg Belege m,Eintrag Einträge m,Datensatz Datensätze m,Patient Patienten m,Schicht Schichten f,Raum Räume m,Kalender Kalender m,' +
  'Einstellung Einstellungen f,Benachrichtigung Benachrichtigungen f,Reklamation Reklamationen f,Retoure Retouren f,Anfrage Anfragen f,Vorgang Vorgänge m,Kurs Kurse m,Zeugnis Zeugnisse n,' +
  'Stunde Stunden f,Zeile Zeilen f,Spalte Spalten f,Seite Seiten f,Filter Filter m,Ergebnis Ergebnisse n,Gerät Geräte n,Standort Standorte m,Fahrzeug Fahrzeuge n,Paket Pakete n,Rezept Rezepte n,' +
  'Newsletter Newsletter m,Profil Profile n,Zugang Zugänge m,Code Codes m,Rabatt Rabatte m,Preis Preise m,Umsatz Umsätze m,Ausgabe Ausgaben f,Reise Reisen f,Urlaub Urlaube m,Film Filme m,Buch Bücher n,' +
  'Bewerbung Bewerbungen f,Bewerber Bewerber m,Veranstaltung Veranstaltungen f,Frist Fristen f,Notiz Notizen f,Anhang Anhänge m,Tabelle Tabellen f,Diagramm Diagramme n,Dashboard Dashboards n,Rückfrage Rückfragen f,Server Server m,' +
  'Video Videos n,Protokoll Protokolle n,Version Versionen f,Freigabe Freigaben f,Genehmigung Genehmigungen f,Warenkorb Warenkörbe m,Lager Lager n,Lieferant Lieferanten m,Gast Gäste m,Mitglied Mitglieder n,Arbeitszeit Arbeitszeiten f,Zeit Zeiten f,Abrechnung Abrechnungen f,Kategorie Kategorien f'
)
  .split(',')
  .map((entry) => entry.split(' ') as [string, string, Gender])

const ENTRY: Noun = { one: 'Eintrag', many: 'Einträge', gender: 'm' }

/** Gender and numbers of a noun; unknown nouns are spoken of as entries rather than declined wrongly. */
export function nounOf(word: string): Noun {
  for (const [one, many, gender] of NOUNS) {
    for (const form of [many, `${many.replace(/n$/, '')}n`, one, `${one}s`, `${one}es`, `${one}n`]) {
      if (word === form) return { one, many, gender }
      const lower = form.toLowerCase()
      if (word.length > form.length + 2 && word.toLowerCase().endsWith(lower) && !form.includes('-')) {
        const head = word.slice(0, word.length - lower.length)
        const joined = head.endsWith('-')
          ? (text: string): string => `${head}${text}`
          : (text: string): string => `${head}${text.toLowerCase()}`
        return { one: joined(one), many: joined(many), gender }
      }
    }
  }
  if (/(?:ung|heit|keit|schaft|ion|tät)$/.test(word)) return { one: word, many: `${word}en`, gender: 'f' }
  if (/(?:ungen|heiten|keiten|schaften|ionen|täten)$/.test(word))
    return { one: word.slice(0, -2), many: word, gender: 'f' }
  return ENTRY
}

const ARTICLES = {
  der: { m: ['der', 'den', 'dem'], f: ['die', 'die', 'der'], n: ['das', 'das', 'dem'] },
  ein: { m: ['ein', 'einen', 'einem'], f: ['eine', 'eine', 'einer'], n: ['ein', 'ein', 'einem'] },
  kein: { m: ['kein', 'keinen', 'keinem'], f: ['keine', 'keine', 'keiner'], n: ['kein', 'kein', 'keinem'] },
  jeder: { m: ['jeder', 'jeden', 'jedem'], f: ['jede', 'jede', 'jeder'], n: ['jedes', 'jedes', 'jedem'] },
} as const
const CASES = { nom: 0, acc: 1, dat: 2 } as const

export function withArticle(
  article: keyof typeof ARTICLES,
  noun: Noun,
  grammaticalCase: keyof typeof CASES = 'nom',
): string {
  return `${ARTICLES[article][noun.gender][CASES[grammaticalCase]]} ${noun.one}`
}

export function pronoun(gender: Gender, grammaticalCase: 'nom' | 'acc' = 'nom'): string {
  if (gender === 'f') return 'sie'
  if (gender === 'n') return 'es'
  return grammaticalCase === 'nom' ? 'er' : 'ihn'
}

export function genderOfRole(role: string): Gender {
  const head = /[\p{L}-]+$/u.exec(role.replace(/\s+(?:der|des|im|in|aus|mit|von)\s.*$/u, ''))?.[0] ?? role
  if (/(?:team|mitglied|unternehmen|personal|kind|management)$/i.test(head)) return 'n'
  if (
    /(?:ung|heit|keit|schaft|ion|kraft|person|abteilung|leitung|assistenz|aushilfe|hilfe)$/i.test(head) ||
    (/in$/.test(head) && !/admin$/i.test(head) && head.length > 5)
  )
    return 'f'
  return 'm'
}

/** "angemeldeter Nutzer" → "der angemeldete Nutzer" */
export function theRole(role: string): string {
  const gender = genderOfRole(role)
  const article = ARTICLES.der[gender][0]
  return `${article} ${role.replace(/(?<=^|\s)(\p{Ll}+e)[rsn](?=\s)/gu, '$1')}`
}

export function capital(text: string): string {
  return text.replace(/^["'„(]*\p{Ll}/u, (start) => start.toUpperCase())
}

/** Sentence openings that are no nouns become small inside a sentence. */
export function uncapital(text: string): string {
  return /^(?:Der|Die|Das|Dem|Den|Ein|Eine|Einen|Einem|Einer|Kein|Keine|Alle|Jede[rsn]?|Mein\p{Ll}*|Unser\p{Ll}*|Wenn|Falls|Nur|Bitte|Es|Er|Sie|Man|Wir|Ich|Dann|Im|In|Bei|Nach|Vor|Mit|Für|Auf|Am|An|Zu|Zum|Zur|Beim|Von|Vom|Innerhalb|Sobald|Diese[rsmn]?|Solche|Mehrere|Einige|Neue[rsn]?|Offene|Falsche|Ungültige[rsn]?)(?=\s)/u.test(
    text,
  )
    ? text.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())
    : text
}

/** "nach 30 Tagen", but "30 Tage sind vergangen". */
export function nominative(measure: string): string {
  return measure
    .replace(/(?<=Tage|Monate|Jahre)n(?!\p{L})/gu, '')
    .replace(/(?<=Nutzer|Benutzer|Anwender|Besucher)n(?!\p{L})/gu, '')
    .replace(/(?<=gleichzeitige|falsche|aktive)n(?!\p{L})/gu, '')
}

export function dative(measure: string): string {
  return nominative(measure).replace(/(?<!\p{L})(?:Tage|Monate|Jahre)(?!\p{L})/gu, (word) => `${word}n`)
}

/** "einen ungültigen Code", from "ungültige Codes" */
export function oneFaulty(text: string): { accusative: string; nominative: string } {
  const [adjective = '', word = ''] = text.split(' ')
  const noun = nounOf(word)
  const stem = adjective.toLowerCase().replace(/e[rnms]?$/u, '')
  const shown = noun.one === 'Eintrag' && word !== 'Eintrag' && word !== 'Einträge' ? { ...noun, one: 'Wert' } : noun
  const endings = { m: ['er', 'en'], f: ['e', 'e'], n: ['es', 'es'] }[shown.gender]
  const article = { m: ['ein', 'einen'], f: ['eine', 'eine'], n: ['ein', 'ein'] }[shown.gender]
  return {
    nominative: `${article[0]} ${stem}${endings[0]} ${shown.one}`,
    accusative: `${article[1]} ${stem}${endings[1]} ${shown.one}`,
  }
}
