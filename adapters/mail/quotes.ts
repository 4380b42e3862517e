/** Lines after which nothing is the author's own: how programs introduce the mail that is answered, and where a signature begins. */
const ENDS: readonly RegExp[] = [
  /^-- ?$/,
  /^_{10,}$/,
  /^-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d.origine|Mensaje original|Forwarded message|Weitergeleitete Nachricht)\s*-{2,}$/i,
  // "On Mon, Ann wrote:", also broken into two lines by a program that folds.
  /^(?:On|Am|Le|El|Il|Op)\b.{0,300}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef)\b.{0,200}:$/i,
  /^(?:From|Von|De|Da|Van): .{0,300}$/i,
]
/** What telephones add below. */
const ADDED =
  /^(?:Sent from my |Sent from Outlook|Get Outlook for |Gesendet von |Von meinem .{1,40} gesendet|Envoyé de mon )/i

/** What somebody wrote themself: without the mail it answers and without the signature. */
export function ownWords(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const end = lines.findIndex((line, n) => ends(line, lines[n + 1] ?? ''))
  const own = (end < 0 ? lines : lines.slice(0, end)).filter((line) => !line.startsWith('>'))
  while (own.length > 0 && (own.at(-1) === '' || ADDED.test(own.at(-1) ?? ''))) own.pop()
  return own.join('\n').trim()
}
function ends(line: string, next: string): boolean {
  if (line === '') return false
  const [, , , wrote, head] = ENDS
  if (head?.test(line))
    return /^(?:Sent|To|Date|Gesendet|An|Datum|Envoyé|À|Enviado|Para|Verzonden|Aan|Cc|Subject): /i.test(next)
  return (
    ENDS.some((pattern) => pattern !== head && pattern.test(line.slice(0, 600))) ||
    wrote?.test(`${line} ${next}`.slice(0, 600)) === true
  )
}
