import type { Reading, Request, Topic } from '../facts.ts'
import { nounOf, withArticle } from './grammar.ts'

export interface Gap {
  readonly topics: readonly Topic[]
  /** Asked only while the text does not mention this. */
  readonly unless: RegExp
  readonly ask: (request: Request, reading: Reading) => string
}

const many = (request: Request): string => (request.thing.name === '' ? 'Einträge' : request.thing.many)
const ein = (request: Request, form: 'nom' | 'acc' | 'dat' = 'nom'): string =>
  withArticle('ein', nounOf(request.thing.one === '' ? 'Eintrag' : request.thing.one), form)

export const GAPS: readonly Gap[] = [
  {
    topics: ['export'],
    unless: /csv|pdf|excel|xlsx|json|xml/iu,
    ask: (r) => `In welchem Format werden die ${many(r)} gebraucht: CSV, Excel oder PDF?`,
  },
  {
    topics: ['export'],
    unless: /spalte|felder|enthält|enthalten/iu,
    ask: (r) => `Welche Angaben zu den ${many(r)} gehören in die Datei, und in welcher Reihenfolge?`,
  },
  {
    topics: ['export'],
    unless: /alle|filter|ausgewählt|zeitraum|monat|jahr/iu,
    ask: () => 'Wird alles exportiert oder nur, was gerade gefiltert oder ausgewählt ist?',
  },
  {
    topics: ['export', 'import', 'migrate'],
    unless: /\d[\d.]*\s?(?:zeilen|datensätze|einträge|mb|gb)/iu,
    ask: (r) => `Wie viele ${many(r)} sind es im größten echten Fall?`,
  },
  {
    topics: ['search'],
    unless: /nach|name|nummer|titel|volltext/iu,
    ask: () => 'In welchen Feldern wird gesucht: Name, Nummer, Volltext?',
  },
  {
    topics: ['search'],
    unless: /tippfehler|ähnlich|teil/iu,
    ask: () => 'Soll auch mit Wortteilen oder Tippfehlern gefunden werden?',
  },
  {
    topics: ['filter'],
    unless: /nach\s/iu,
    ask: (r) => `Nach welchen Eigenschaften werden die ${many(r)} gefiltert oder sortiert?`,
  },
  {
    topics: ['upload'],
    unless: /\b\d+\s?(?:kb|mb|gb)\b/iu,
    ask: () => 'Wie groß darf eine einzelne Datei sein, und wie viel insgesamt?',
  },
  { topics: ['upload'], unless: /pdf|png|jpe?g|docx|xlsx|dateityp/iu, ask: () => 'Welche Dateitypen sind erlaubt?' },
  {
    topics: ['upload'],
    unless: /sehen|sichtbar|aufbewahr|lösch/iu,
    ask: () => 'Wer darf die hochgeladenen Dateien sehen, und wie lange werden sie aufbewahrt?',
  },
  {
    topics: ['import'],
    unless: /doppel|vorhanden|überschreib/iu,
    ask: (r) => `Was geschieht mit Zeilen zu ${many(r)}, die es schon gibt: überspringen, aktualisieren oder fragen?`,
  },
  {
    topics: ['pay'],
    unless: /stripe|paypal|klarna|gutschein|rabatt/iu,
    ask: () => 'Über welchen Zahlungsanbieter wird gezahlt, und ist er schon im Einsatz?',
  },
  {
    topics: ['pay'],
    unless: /storn|erstatt|gutschein/iu,
    ask: () => 'Was geschieht mit der Zahlung, wenn die Bestellung später storniert wird?',
  },
  {
    topics: ['pay'],
    unless: /^(?!.*(?:gutschein|rabattcode)).*$|prozent|%|fest/isu,
    ask: () => 'Gilt ein Code über einen festen Betrag oder einen Anteil, und bleibt ein Rest erhalten?',
  },
  {
    topics: ['login'],
    unless: /okta|google|azure|entra|saml|ldap|passwort/iu,
    ask: () => 'Gegen welches Verzeichnis wird die Anmeldung geprüft?',
  },
  {
    topics: ['login', 'password'],
    unless: /sperr|versuch/iu,
    ask: () => 'Nach wie vielen falschen Versuchen wird gesperrt, und wer hebt das auf?',
  },
  { topics: ['password'], unless: /gültig|minuten|stunden/iu, ask: () => 'Wie lange gilt der Link zum Zurücksetzen?' },
  {
    topics: ['notify'],
    unless: /e-?mail|sms|slack|teams|push/iu,
    ask: () => 'Auf welchem Weg wird informiert: E-Mail, Push, Chat oder in der Anwendung?',
  },
  {
    topics: ['notify'],
    unless: /abbestell|abmeld|abschalt|einstell/iu,
    ask: () => 'Kann jede Person diese Nachrichten für sich abstellen?',
  },
  {
    topics: ['notify'],
    unless: /sofort|täglich|wöchentlich|innerhalb|zusammenfass|tag/iu,
    ask: () => 'Wird jedes Ereignis sofort gemeldet oder gesammelt?',
  },
  {
    topics: ['delete'],
    unless: /wiederherstell|papierkorb|endgültig/iu,
    ask: (r) => `Lässt sich ${ein(r)} nach dem Löschen wiederherstellen, und wie lange?`,
  },
  {
    topics: ['delete'],
    unless: /aufbewahr|gesetz|dsgvo|revision/iu,
    ask: (r) => `Müssen Teile der ${many(r)} aus rechtlichen Gründen bleiben?`,
  },
  {
    topics: ['suspend'],
    unless: /reaktivier|wieder aktiv|aufheb|bis zum/iu,
    ask: (r) => `Wer darf ${ein(r)} wieder aktiv setzen, und gibt es eine Frist?`,
  },
  {
    topics: ['suspend'],
    unless: /aufgabe|auftrag|vorgang|übergeb|übertrag/iu,
    ask: () => 'Was geschieht mit offenen Vorgängen, die dazu gehören?',
  },
  {
    topics: ['rate'],
    unless: /gekauft|nur |genutzt/iu,
    ask: (r) => `Wer darf ${ein(r)} bewerten: alle, oder nur wer ihn genutzt hat?`,
  },
  { topics: ['cancel'], unless: /bis|vor|frist|innerhalb/iu, ask: (r) => `Bis wann kann ${ein(r)} storniert werden?` },
  {
    topics: ['cancel'],
    unless: /kosten|gebühr|erstatt/iu,
    ask: () => 'Kostet das Stornieren etwas, und was wird zurückgezahlt?',
  },
  {
    topics: ['edit'],
    unless: /historie|verlauf|protokoll|alt/iu,
    ask: () => 'Muss der alte Wert nachvollziehbar bleiben, und für wen?',
  },
  {
    topics: ['edit'],
    unless: /nur|rolle|recht|admin/iu,
    ask: (r) => `Wer darf ${ein(r, 'acc')} außer der Verfasserin ändern?`,
  },
  {
    topics: ['create'],
    unless: /pflicht|optional|felder/iu,
    ask: (r) => `Welche Angaben sind für ${ein(r, 'acc')} Pflicht, welche freiwillig?`,
  },
  {
    topics: ['create'],
    unless: /änder|lösch|bearbeit/iu,
    ask: (r) => `Kann ${ein(r)} nach dem Speichern geändert oder gelöscht werden?`,
  },
  {
    topics: ['schedule'],
    unless: /zeitzone/iu,
    ask: () => 'In welcher Zeitzone werden Zeiten eingegeben und angezeigt?',
  },
  {
    topics: ['schedule'],
    unless: /storn|verschieb|absag/iu,
    ask: () => 'Bis wann darf verschoben oder abgesagt werden, und von wem?',
  },
  {
    topics: ['sync'],
    unless: /beide richtungen|einseitig|von .{1,80} (?:nach|zu)/iu,
    ask: (_, x) =>
      `In welche Richtung fließen die Daten zwischen hier und ${x.systems[0] ?? 'dem anderen System'}, und wer gewinnt bei Widersprüchen?`,
  },
  {
    topics: ['sync'],
    unless: /alle \d|stündlich|täglich|nächtlich|sofort|minuten/iu,
    ask: (_, x) => `Wie schnell muss eine Änderung in ${x.systems[0] ?? 'dem anderen System'} zu sehen sein?`,
  },
  {
    topics: ['sync'],
    unless: /zugang|schlüssel|testsystem/iu,
    ask: (_, x) => `Wer verwaltet den Zugang zu ${x.systems[0] ?? 'dem anderen System'}, und gibt es ein Testsystem?`,
  },
  {
    topics: ['display'],
    unless: /sortier|reihenfolge|neueste/iu,
    ask: (r) => `In welcher Reihenfolge erscheinen die ${many(r)}?`,
  },
  {
    topics: ['display'],
    unless: /live|echtzeit|aktuell|minuten/iu,
    ask: (r) => `Wie alt dürfen die angezeigten ${many(r)} sein?`,
  },
  {
    topics: ['approve'],
    unless: /vertret|urlaub|abwesen/iu,
    ask: () => 'Wer entscheidet, wenn die zuständige Person abwesend ist?',
  },
  {
    topics: ['approve'],
    unless: /betrag|ab|über|grenze|\d/iu,
    ask: () => 'Braucht jeder Vorgang eine Freigabe oder erst ab einem bestimmten Wert?',
  },
  {
    topics: ['configure'],
    unless: /standard|voreinstellung|gerät/iu,
    ask: () => 'Was gilt für Personen, die nie etwas wählen?',
  },
  {
    topics: ['configure'],
    unless: /pro nutzer|je nutzer|für alle|organisation/iu,
    ask: () => 'Gilt die Wahl für eine Person oder für die ganze Organisation?',
  },
  {
    topics: ['configure'],
    unless: /web|app|mobil|e-mail/iu,
    ask: () => 'Wo gilt es: Web, App, E-Mails, exportierte Dokumente?',
  },
  {
    topics: ['migrate'],
    unless: /ausfall|wochenende|nachts|wartung/iu,
    ask: () => 'Wie lange dürfen beide Systeme für den Umzug stillstehen, und an welchem Tag?',
  },
  { topics: ['migrate'], unless: /zurück|rollback|backup/iu, ask: () => 'Bis wann muss der Weg zurück möglich sein?' },
  {
    topics: ['performance'],
    unless: /\d+(?:[.,]\d+)?\s?(?:ms|s|sek)/iu,
    ask: () => 'Welche Antwortzeit genügt, und für welchen Anteil der Anfragen (zum Beispiel 95 %)?',
  },
  {
    topics: ['performance'],
    unless: /heute|derzeit|gemessen/iu,
    ask: () => 'Wie langsam ist es heute, wo gemessen und mit wie vielen Personen gleichzeitig?',
  },
  {
    topics: ['share'],
    unless: /lesen|bearbeiten|recht/iu,
    ask: () => 'Darf die andere Person nur lesen oder auch ändern?',
  },
  { topics: ['comment'], unless: /lösch|moder/iu, ask: () => 'Wer darf fremde Kommentare löschen?' },
  {
    topics: ['validate'],
    unless: /bestehend|alt/iu,
    ask: () => 'Was geschieht mit vorhandenen Daten, die gegen die neue Regel verstoßen?',
  },
  { topics: ['calculate'], unless: /rund/iu, ask: () => 'Wie wird gerundet, und auf wie viele Stellen?' },
]
