import type { Action, Block } from '#contract'
import { diffText } from '../shared/lines.ts'
import { safeUrl } from '../shared/text.ts'
import { codeBox, escapeHtml, escapeLines, linkTo, toHtml } from './markup.ts'
import { BREAK, SHEET, STYLES, WHOLE_WORDS } from './styles.ts'

const TABLE = 'width="100%" cellpadding="0" cellspacing="0" border="0"'
const LAYOUT = `role="presentation" ${TABLE}`

/** A whole document around the rows of a body. Tables, because Outlook for Windows lays out with Word: https://www.caniemail.com */
export function htmlPage(subject: string, rows: string): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">',
    `<title>${escapeHtml(subject)}</title><style>${SHEET}</style></head>`,
    `<body class="p" bgcolor="#f5f6f8" style="${STYLES.page}">`,
    `<table ${LAYOUT} class="p" bgcolor="#f5f6f8"><tr><td align="center" style="${STYLES.outer}">`,
    '<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->',
    `<table ${LAYOUT} style="max-width:600px"><tr><td class="c" bgcolor="#ffffff" style="${STYLES.card}">`,
    `<table ${LAYOUT}>${rows}</table>`,
    '</td></tr></table><!--[if mso]></td></tr></table><![endif]--></td></tr></table></body></html>',
  ].join('\n')
}
export function row(inner: string, style: string = STYLES.block): string {
  return inner === '' ? '' : `<tr><td class="t" style="${style}">${inner}</td></tr>\n`
}
export function plainHtml(text: string): string {
  return `<div class="t" style="${STYLES.text}">${escapeLines(text)}</div>`
}
export function noteHtml(inner: string): string {
  return `<div class="m" style="${STYLES.note}">${inner}</div>`
}

export function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return block.text.trim() === '' ? '' : `<h2 class="t" style="${STYLES.heading}">${escapeLines(block.text)}</h2>`
    case 'text':
      return `<div class="t" style="${STYLES.text}">${toHtml(block.markdown)}</div>`
    case 'note':
      return noteHtml(toHtml(block.markdown))
    case 'code':
      return codeBox(escapeLines(block.text))
    case 'diff':
      return codeBox(diffText(block.before, block.after).split('\n').map(diffLine).join('<br>'))
    case 'fields':
      return `<table ${LAYOUT}>${block.items.map(field).join('')}</table>`
    case 'table':
      return table(block.head, block.rows)
    case 'progress':
      return bar(block.label, block.total > 0 ? Math.min(1, Math.max(0, block.done / block.total)) : 0)
    case 'actions':
      return `<div class="t" style="${STYLES.text}">${block.items.map(printed).join('<br>')}</div>`
    case 'file':
      return noteHtml(`Attached: ${escapeHtml(block.name)}`)
    default:
      return block satisfies never
  }
}
function diffLine(line: string): string {
  if (line.startsWith('+')) return `<span class="n" style="color:#1a7f37">${escapeLines(line)}</span>`
  return line.startsWith('-') ? `<span class="o" style="color:#cf222e">${escapeLines(line)}</span>` : escapeLines(line)
}
function field({ label, value }: { readonly label: string; readonly value: string }): string {
  return `<tr><td class="t" width="34%" style="${STYLES.label}">${escapeLines(label)}</td><td class="t" style="${STYLES.value}">${escapeLines(value)}</td></tr>`
}
/** A column is as wide as its longest word, unless that word is longer than any column may be. */
const MAX_WORD = 14

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = Math.max(head.length, ...rows.map((cells) => cells.length))
  const cell = (text: string, tag: 'th' | 'td', style: string, name: string) => {
    const isLong = text.split(/\s+/).some((word) => word.length > MAX_WORD)
    return `<${tag} class="${name}" style="${style};${isLong ? BREAK : WHOLE_WORDS}">${escapeLines(text)}</${tag}>`
  }
  const line = (cells: readonly string[], tag: 'th' | 'td', style: string, name: string) =>
    `<tr>${Array.from({ length: width }, (_, i) => cell(cells[i] ?? '', tag, style, name)).join('')}</tr>`
  const first = head.length === 0 ? '' : line(head, 'th', STYLES.head, 'm')
  return `<table ${TABLE}>${first}${rows.map((cells) => line(cells, 'td', STYLES.cell, 't')).join('')}</table>`
}
/** Cells with a colour: shown by every program, and no picture has to be loaded. */
function bar(label: string, share: number): string {
  const percent = Math.round(share * 100)
  const cell = (width: number, color: string, name: string) =>
    width === 0
      ? ''
      : `<td class="${name}" width="${width}%" height="8" bgcolor="${color}" style="${STYLES.bar};background-color:${color}">&nbsp;</td>`
  return `<div class="t" style="${STYLES.barLabel}">${escapeLines(label)} <span class="m" style="color:#59636e">${percent} %</span></div><table ${LAYOUT}><tr>${cell(percent, '#1f883d', 'f')}${cell(100 - percent, '#d1d9e0', 'e')}</tr></table>`
}
/** A mail cannot be pressed: a command is there to be typed where the hub listens. */
function printed(action: Action): string {
  const label = escapeHtml(action.label)
  if (action.kind !== 'link')
    return `${label}: <code class="k" style="${STYLES.code}">${escapeHtml(`/${action.run}${action.kind === 'form' ? ' …' : ''}`)}</code>`
  const url = safeUrl(action.url)
  return url === null ? `${label}: ${escapeHtml(action.url)}` : linkTo(url, label)
}
