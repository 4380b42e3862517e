import type { Facet } from './facts.ts'

/** English and German nouns together: a text in one language often borrows the other's words. */
const FACETS: readonly (readonly [Facet, RegExp])[] = [
  [
    'money',
    /\b(?:invoices?|payments?|prices?|orders?|refunds?|cards?|amounts?|costs?|budgets?|salar(?:y|ies)|payslips?|billing|tax|vat|expenses?|quotes?|carts?|checkout|transactions?|subscriptions?|rechnung\w*|zahlung\w*|preis\w*|betrag|bestellung\w*|gutschein\w*|angebot\w*|kosten)\b/i,
  ],
  [
    'person',
    /\b(?:customers?|contacts?|employees?|patients?|applicants?|candidates?|students?|profiles?|addresses?|people|leads?|members?|kunden?|mitarbeiter\w*|kontakte?|patienten?|bewerber\w*|adress\w*|personal\w*)\b/i,
  ],
  [
    'file',
    /\b(?:files?|documents?|photos?|images?|pictures?|videos?|pdfs?|attachments?|spreadsheets?|contracts?|receipts?|avatar|datei\w*|dokument\w*|bild\w*|foto\w*|vertr[aä]g\w*|beleg\w*|anh[aä]ng\w*)\b/i,
  ],
  [
    'time',
    /\b(?:appointments?|shifts?|bookings?|meetings?|events?|calendar|timesheets?|deadlines?|dates?|slots?|rooms?|vacations?|leave|termin\w*|schicht\w*|urlaub\w*|kalender|frist\w*|buchung\w*|raum|räume)\b/i,
  ],
  [
    'message',
    /\b(?:messages?|comments?|emails?|e-mails?|mails?|chats?|posts?|notifications?|newsletters?|nachricht\w*|kommentar\w*|benachrichtigung\w*)\b/i,
  ],
  [
    'stock',
    /\b(?:products?|stock|inventory|items?|articles?|skus?|warehouses?|parcels?|shipments?|artikel|produkt\w*|lager\w*|bestand\w*|lieferung\w*|paket\w*)\b/i,
  ],
  [
    'code',
    /\b(?:builds?|deployments?|pipelines?|repositor(?:y|ies)|repos?|commits?|branches|pull requests?|releases?|servers?|endpoints?|apis?|databases?|logs?|pods?|clusters?)\b/i,
  ],
  [
    'task',
    /\b(?:tickets?|tasks?|issues?|projects?|stories|cases?|requests?|aufgaben?|vorg[aä]ng\w*|projekt\w*|antr[aä]g\w*|anfragen?|auftr[aä]g\w*)\b/i,
  ],
  [
    'account',
    /\b(?:accounts?|passwords?|sessions?|logins?|users?|roles?|nutzer\w*|benutzer\w*|konto|konten|passw[oö]rt\w*|rollen?)\b/i,
  ],
]

export function facetsOf(text: string): ReadonlySet<Facet> {
  return new Set(FACETS.filter(([, pattern]) => pattern.test(text)).map(([facet]) => facet))
}
