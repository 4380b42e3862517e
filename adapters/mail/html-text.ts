const MAX_CHARACTERS = 500_000
/** What programs put around the mail that is answered; everything from there on is not what its author wrote now. */
const QUOTE = /<blockquote\b|<div[^<>]*\b(?:gmail_quote|yahoo_quoted|divRplyFwdMsg|moz-cite-prefix)\b/i
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** The words of a mail that has no plain part. Every pattern ends at a character it excludes, so the time is linear in the text. */
export function htmlToText(html: string): string {
  const whole = dropParts(html.slice(0, MAX_CHARACTERS))
  const quote = whole.search(QUOTE)
  return (quote < 0 ? whole : whole.slice(0, quote))
    .replace(/\s+/g, ' ')
    .replace(/<br\b[^<>]*>|<\/(?:p|div|li|tr|h[1-6]|pre|ul|ol|table)\s*>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (all, decimal, hex, name) => {
      if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? all
      const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : ''
    })
    .replace(/ *\n */g, '\n')
    .trim()
}
/** Comments, and parts that nobody reads. */
function dropParts(html: string): string {
  const kept: string[] = []
  // Of the same length, unlike that of characters beyond ASCII.
  const lower = html.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const begins = /<!--|<(script|style|head|title)\b[^<>]*>/gi
  let at = 0
  for (let found = begins.exec(html); found !== null; found = begins.exec(html)) {
    kept.push(html.slice(at, found.index))
    const end = found[1] === undefined ? '-->' : `</${found[1].toLowerCase()}`
    const closes = lower.indexOf(end, begins.lastIndex)
    const closed = closes < 0 ? -1 : lower.indexOf('>', closes)
    if (closed < 0) return kept.join(' ')
    at = closed + 1
    begins.lastIndex = at
  }
  kept.push(html.slice(at))
  return kept.join(' ')
}
