import { convertMarkdown, type Markup } from '../shared/markdown.ts'
import { clean, hidesAddress, safeUrl } from '../shared/text.ts'

/** Plain text inside mrkdwn: no mention, channel or address survives the escaping of its brackets. */
export function escapeText(text: string): string {
  return clean(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/`{3,}/g, parted)
}
function parted(ticks: string): string {
  return ticks.split('').join('\u200b')
}
/** A fenced block; three backticks inside it are pushed apart, so that nothing breaks out. */
export function fence(text: string): string {
  return `\`\`\`\n${escapeText(text) || ' '}\n\`\`\``
}

/** https://docs.slack.dev/messaging/formatting-message-text */
const MRKDWN: Markup = {
  escape: escapeText,
  code: (text) => `\`${escapeText(text)}\``,
  fence,
  bold: (inner) => wrap('*', inner),
  italic: (inner) => wrap('_', inner),
  strike: (inner) => wrap('~', inner),
  heading: (inner) => wrap('*', inner),
  quote: (inner) => `> ${inner}`,
  item: (indent, inner) => `${indent}• ${inner}`,
  link,
  line: (text) => text.replace(/`{3,}/g, parted),
}
/** CommonMark subset → Slack's mrkdwn. */
export function toMrkdwn(markdown: string): string {
  return convertMarkdown(markdown, MRKDWN)
}
/** Slack ends a mark at the next one of its kind, so a text that contains it stays plain. */
function wrap(mark: string, text: string): string {
  return text.includes(mark) || text.trim() !== text ? text : `${mark}${text}${mark}`
}
function link(label: string, shown: string, address: string): string {
  const url = safeUrl(address)
  if (url === null) return `${shown} (${escapeText(address)})`
  const href = url.href.replace(/\|/g, '%7C').replace(/&/g, '&amp;')
  return hidesAddress(label, url) ? `${shown} (<${href}|${escapeText(url.host)}>)` : `<${href}|${shown}>`
}
