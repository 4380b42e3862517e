import type { Action, Block } from '#contract'
import { shorten } from '../shared/cut.ts'
import { clean, safeUrl } from '../shared/text.ts'
import { codeLine, type Line, literal, type Run, run } from './inlines.ts'
import { SIZES } from './limits.ts'

type Spacing = 'None' | 'Small' | 'Default' | 'Medium'
interface RichText {
  readonly type: 'RichTextBlock'
  readonly spacing?: Spacing
  readonly inlines: readonly Run[]
}
export type CardAction =
  | {
      readonly type: 'Action.Execute'
      readonly title: string
      readonly verb: 'run'
      readonly data: { readonly run: string }
      readonly style?: 'positive' | 'destructive'
      /** Clients that know no Action.Execute send a message with this value. */
      readonly fallback: { readonly type: 'Action.Submit'; readonly title: string; readonly data: { run: string } }
    }
  | {
      readonly type: 'Action.Submit'
      readonly title: string
      readonly data: { readonly form: string; readonly msteams: { readonly type: 'task/fetch' } }
      readonly style?: 'positive' | 'destructive'
    }
  | { readonly type: 'Action.OpenUrl'; readonly title: string; readonly url: string }
  | {
      readonly type: 'Action.ShowCard'
      readonly title: string
      readonly style?: 'positive' | 'destructive'
      readonly card: { readonly type: 'AdaptiveCard'; body: readonly CardElement[]; actions: readonly CardAction[] }
    }
/** The elements of Adaptive Cards 1.5 that we make. https://adaptivecards.io/explorer/ */
export type CardElement =
  | RichText
  | {
      readonly type: 'TextBlock'
      readonly text: string
      readonly style: 'heading'
      readonly size: 'Large'
      readonly weight: 'Bolder'
      readonly wrap: true
    }
  | { readonly type: 'FactSet'; readonly facts: readonly { readonly title: string; readonly value: string }[] }
  | {
      readonly type: 'Container'
      readonly style: 'emphasis'
      readonly spacing?: Spacing
      readonly items: readonly CardElement[]
    }
  | {
      readonly type: 'Table'
      readonly columns: readonly { readonly width: 1 }[]
      readonly firstRowAsHeader: true
      readonly rows: readonly {
        readonly type: 'TableRow'
        readonly cells: readonly { readonly type: 'TableCell'; readonly items: readonly CardElement[] }[]
      }[]
    }
  | { readonly type: 'ActionSet'; readonly actions: readonly CardAction[] }

export function richText(inlines: readonly Run[], spacing?: Spacing): RichText {
  return { type: 'RichTextBlock', ...(spacing === undefined ? {} : { spacing }), inlines }
}
/** Only what no reader of Markdown takes for anything else goes where Markdown is read. */
function isPlain(text: string): boolean {
  const isWords = /^[\p{L}\p{M}\p{N} ,;:!?'"“”’()%/@=·–—….-]*$/u.test(text)
  return isWords && !/^\s*(?:-|\d+[.)])\s|:\/\/|www\./i.test(text)
}
export function heading(text: string): CardElement {
  if (isPlain(text)) return { type: 'TextBlock', text, style: 'heading', size: 'Large', weight: 'Bolder', wrap: true }
  return richText([run(text, { size: 'Large', weight: 'Bolder' })])
}
/** Lines below each other; code and quotations on a ground of their own. */
export function lines(all: readonly Line[]): CardElement[] {
  const out: CardElement[] = []
  for (let i = 0; i < all.length; ) {
    const kind = all[i]?.kind ?? 'text'
    let end = i
    while (end < all.length && all[end]?.kind === kind) end += 1
    const group = all.slice(i, end).map((line, at) => richText(line.runs, at === 0 ? 'Small' : 'None'))
    if (kind === 'text') out.push(...group)
    else out.push({ type: 'Container', style: 'emphasis', items: group })
    i = end
  }
  return out
}
/** Where every client shows it alike: a line for each line, equally wide characters. */
export function codeBlock(
  text: string,
  styleOf: (line: string) => Parameters<typeof codeLine>[1] = () => ({}),
): CardElement {
  const items = clean(text)
    .split('\n')
    .map((line, at) => richText([codeLine(line, styleOf(line))], at === 0 ? 'Default' : 'None'))
  return { type: 'Container', style: 'emphasis', items }
}
export function diffStyle(line: string) {
  if (line.startsWith('+')) return { color: 'Good' } as const
  return line.startsWith('-') ? ({ color: 'Attention' } as const) : {}
}
type Fields = Extract<Block, { kind: 'fields' }>
export function fields(items: Fields['items']): CardElement[] {
  const facts = items.map(({ label, value }) => ({ title: clean(label).trim(), value: clean(value).trim() }))
  if (facts.every(({ title, value }) => title !== '' && isPlain(title) && isPlain(value)))
    return [{ type: 'FactSet', facts }]
  return facts.map(({ title, value }) => {
    const label = title === '' ? [] : [run(title, { weight: 'Bolder' })]
    const gap = title === '' || value === '' ? [] : [run('  ')]
    return richText([...label, ...gap, ...(value === '' ? [] : [run(value)])], 'Small')
  })
}
export function table(head: readonly string[], rows: readonly (readonly string[])[]): CardElement {
  const cell = (text: string, isHead: boolean) => ({
    type: 'TableCell' as const,
    items: [richText([run(clean(text).trim() || '–', isHead ? { weight: 'Bolder' } : {})])],
  })
  return {
    type: 'Table',
    columns: head.map(() => ({ width: 1 })),
    firstRowAsHeader: true,
    rows: [head, ...rows].map((row, at) => ({
      type: 'TableRow',
      cells: head.map((_, column) => cell(row[column] ?? '', at === 0)),
    })),
  }
}
export function progress(label: string, done: number, total: number): CardElement[] {
  const cells = 10
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0
  const full = Math.round(share * cells)
  const bar = `${'▰'.repeat(full)}${'▱'.repeat(cells - full)}  ${done} of ${total}`
  return [...(label.trim() === '' ? [] : [richText([run(label)])]), richText([run(bar, { isSubtle: true })], 'Small')]
}

/** An address Teams refuses, or a command longer than a button should carry, is printed instead. */
export function isButton(action: Action): boolean {
  if (action.kind === 'link') return safeUrl(action.url) !== null
  return action.run.length <= SIZES.run && action.run.trim() !== ''
}
export function printedAction(action: Action): Block {
  const value = action.kind === 'link' ? action.url : `/${action.run}`
  return { kind: 'fields', items: [{ label: action.label, value }] }
}
export function actionSet(items: readonly Action[]): CardElement {
  return { type: 'ActionSet', actions: items.map(button) }
}
function button(action: Action): CardAction {
  const title = shorten(literal(action.label).trim(), SIZES.actionTitle) || '…'
  if (action.kind === 'link') return { type: 'Action.OpenUrl', title, url: safeUrl(action.url)?.href ?? action.url }
  const style =
    action.style === undefined ? {} : ({ style: action.style === 'primary' ? 'positive' : 'destructive' } as const)
  const run_ = clean(action.run)
  if (action.kind === 'form')
    return { type: 'Action.Submit', title, data: { form: run_, msteams: { type: 'task/fetch' } }, ...style }
  const execute: CardAction = {
    type: 'Action.Execute',
    title,
    verb: 'run',
    data: { run: run_ },
    ...style,
    fallback: { type: 'Action.Submit', title, data: { run: run_ } },
  }
  if (action.confirm === undefined) return execute
  // Adaptive Cards know no confirmation: the question unfolds below the button.
  const body = [richText([run(shorten(literal(action.confirm), 1_000).trim() || 'Sure?')])]
  return { type: 'Action.ShowCard', title, ...style, card: { type: 'AdaptiveCard', body, actions: [execute] } }
}
