import type { Email } from 'postal-mime'

/** Where Gmail cuts a page off, kept apart from the adapter's own figure. */
const MOST_HTML = 102_400

/** What a strict server, a spam filter or a reader would object to in a whole mail. */
export function checkMail(raw: string, { headers, html, text, subject }: Email): string[] {
  const problems: string[] = []
  const bad = (condition: boolean, what: string) => void (condition && problems.push(what))
  for (const line of raw.split('\r\n')) bad(line.length > 998, 'a line of more than 998 octets')
  bad(/[^\r]\n/.test(raw), 'a bare line feed')
  bad(/[^\t\r\n\x20-\x7e]/.test(raw), 'an octet that only 8-bit servers take')
  for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'mime-version']) {
    const found = headers.filter(({ key }) => key === name).length
    bad(found !== 1, `${found} fields ${name}`)
  }
  bad(
    headers.some(({ key }) => /^(?:bcc|cc|reply-to)$/.test(key)),
    'a field that nobody asked for',
  )
  bad(!text?.trim(), 'no plain text')
  bad(!subject?.trim(), 'no subject')
  problems.push(...checkHtml(html ?? ''))
  return problems
}
export function checkHtml(html: string): string[] {
  const problems: string[] = []
  const bad = (condition: boolean, what: string) => void (condition && problems.push(what))
  bad(Buffer.byteLength(html) > MOST_HTML, `${Buffer.byteLength(html)} bytes of HTML`)
  bad(!/<meta name="color-scheme" content="light dark">/.test(html), 'no word about dark mode')
  bad(
    /<(?:script|img|link|iframe|object|embed|form|input|svg|video|base)\b/i.test(html),
    'an element that mail programs drop',
  )
  bad(/\son\w+\s*=\s*["']/i.test(html.replace(/>[^<]*</g, '><')), 'an event handler')
  bad(/\bsrc\s*=\s*["']|url\(|@import/i.test(html.replace(/>[^<]*</g, '><')), 'something to be loaded')
  bad(/display:\s*(?:flex|grid)|position:\s*(?:absolute|fixed)/i.test(html), 'a layout that Outlook does not know')
  const opened = [...html.matchAll(/<table\b/g)].length
  bad(opened !== [...html.matchAll(/<\/table>/g)].length, 'tables that do not close')
  return problems
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }
const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name?: string) =>
    code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  )

/** What a reader sees of a page, and what a click would open. An address behind a label counts as words. */
export function readHtml(html: string): { readonly words: string; readonly links: readonly string[] } {
  const body = html.slice(html.indexOf('<body')).replace(/<!--[\s\S]*?-->/g, '')
  const links = [...body.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map(([, href = '']) => decode(href))
  const shown = body
    .replace(
      /<a\b[^>]*\shref="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g,
      (_, href: string, label: string) => `${label} (${href})`,
    )
    .replace(/<br>/g, '\n')
    .replace(/<\/(?:div|tr|h2|table)>/g, '\n')
    .replace(/<[^>]*>/g, ' ')
  return { words: decode(shown), links }
}
