import { convertMarkdown, type Markup } from '../shared/markdown.ts'
import { clean, hidesAddress, safeUrl } from '../shared/text.ts'
import { STYLES } from './styles.ts'

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export function escapeHtml(text: string): string {
  return clean(text).replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign)
}
/** As typed, line breaks and blanks kept: Outlook for Windows knows no `white-space`. */
export function escapeLines(text: string): string {
  return escapeHtml(text)
    .split('\n')
    .map((line) => line.replace(/\t/g, '    ').replace(/^ +| {2,}/g, (blanks) => '&nbsp;'.repeat(blanks.length)))
    .join('<br>')
}
export const codeBox = (inner: string): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="k" bgcolor="#f6f8fa" style="${STYLES.codeBox}">${inner}</td></tr></table>`

export function linkTo(url: URL, label: string): string {
  return `<a class="a" href="${escapeHtml(url.href)}" style="${STYLES.link}">${label}</a>`
}

const MARKUP: Markup = {
  escape: escapeHtml,
  code: (text) => `<code class="k" style="${STYLES.code}">${escapeHtml(text)}</code>`,
  fence: (text) => codeBox(escapeLines(text)),
  bold: (inner) => `<strong>${inner}</strong>`,
  italic: (inner) => `<em>${inner}</em>`,
  strike: (inner) => `<s>${inner}</s>`,
  heading: (inner) => `<strong>${inner}</strong>`,
  quote: (inner) => `<span class="m" style="${STYLES.quote}">${inner}</span>`,
  item: (indent, inner) => `${'&nbsp;'.repeat(Math.min(indent.length, 8) * 2)}&#8226;&nbsp;${inner}`,
  link(label, shown, address) {
    const url = safeUrl(address)
    if (url === null) return `${shown} (${escapeHtml(address)})`
    return hidesAddress(label, url) ? `${shown} (${linkTo(url, escapeHtml(url.href))})` : linkTo(url, shown)
  },
  line: (text) => `${text}<br>`,
}
/** CommonMark subset → HTML, with everything else in it shown as typed. */
export function toHtml(markdown: string): string {
  return convertMarkdown(markdown, MARKUP).replace(/(?:<br>\s*)+$/, '')
}
