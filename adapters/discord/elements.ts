import type { APIActionRowComponent, APIButtonComponent, APIComponentInMessageActionRow } from 'discord.js'
import type { Action, Block } from '#contract'
import { shorten } from '../shared/cut.ts'
import { tableText } from '../shared/lines.ts'
import { clean, safeUrl } from '../shared/text.ts'
import { idOfAction, type Press } from './buttons.ts'
import { SIZES } from './limits.ts'

/** Numbers of Discord's: https://docs.discord.com/developers/components/reference */
const ROW = 1
const BUTTON = 2
const STYLES = { primary: 1, secondary: 2, danger: 4, link: 5 } as const

export type Row = APIActionRowComponent<APIComponentInMessageActionRow>
/** A row of buttons, and what of them has to be stored because it is longer than an id may be. */
export interface BuiltRow {
  readonly row: Row
  readonly stored: readonly (readonly [key: string, press: Press])[]
}
/** `from` is how many buttons stand before this row: it makes each id of a message unique, as Discord demands. */
export function buttonRow(items: readonly Action[], from: number): BuiltRow {
  const stored: (readonly [string, Press])[] = []
  const components = items.map((action, i): APIButtonComponent => {
    const label = plainLabel(action.label)
    if (action.kind === 'link') {
      return { type: BUTTON, style: STYLES.link, label, url: safeUrl(action.url)?.href ?? action.url }
    }
    const { id, keep } = idOfAction(action, from + i)
    if (keep) stored.push(keep)
    return { type: BUTTON, style: STYLES[action.style ?? 'secondary'], label, custom_id: id }
  })
  return { row: { type: ROW, components }, stored }
}
export function plainLabel(text: string, maxLength: number = SIZES.buttonText): string {
  return shorten(clean(text).replace(/\s+/g, ' ').trim(), maxLength) || '…'
}
/** What Discord would refuse as a button is printed instead. */
export function isButton(action: Action): boolean {
  if (action.kind !== 'link') return clean(action.run).trim() !== ''
  const url = safeUrl(action.url)
  return url !== null && url.href.length <= SIZES.buttonUrl
}
export function printedAction(action: Action): Block {
  const value = action.kind === 'link' ? action.url : `/${action.run}`
  return { kind: 'fields', items: [{ label: action.label, value }] }
}
/** Columns of equal width where a line then still fits a phone; else cells with a bar between them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => clean(cell).replace(/\s+/g, ' ').trim()))
  const columns = Math.max(...cells.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, c) => Math.max(...cells.map((row) => row[c]?.length ?? 0)))
  if (widths.reduce((sum, width) => sum + width + 2, 0) > 56) return tableText(head, rows)
  const line = (row: readonly string[]) =>
    row
      .map((cell, c) => cell.padEnd(widths[c] ?? 0))
      .join('  ')
      .trimEnd()
  const [first = [], ...rest] = cells
  return [line(first), widths.map((width) => '─'.repeat(width)).join('  '), ...rest.map(line)].join('\n')
}
export function progressText(done: number, total: number): string {
  const cells = 10
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0
  const full = Math.round(share * cells)
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)}  ${done} of ${total}`
}
