/** Controls but tab and line break; directional overrides, which can make a text read as another one. */
const UNSAFE = /[[\p{Cc}--[\t\n]]\u202a-\u202e\u2066-\u2069]/gv

/** Text as a platform may be sent it: whole characters, one kind of line break, nothing invisible that deceives. */
export function clean(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(UNSAFE, '')
}
/** Does this line open, or where one is open close, a block of code? */
export function isFence(line: string, open: boolean): boolean {
  return open ? /^ {0,3}`{3,}\s*$/.test(line) : /^ {0,3}`{3,}[^`]*$/.test(line)
}
/** http and https only, within the length that platforms take. */
export function safeUrl(address: string): URL | null {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.href.length > 2_500) return null
  return url
}
/** A label that is itself an address must not hide where it leads. */
export function hidesAddress(label: string, url: URL): boolean {
  return /^\s*(?:https?:|www\.|[\w-]+(?:\.[\w-]+)+\/)/i.test(label) && !url.href.startsWith(label.trim())
}
