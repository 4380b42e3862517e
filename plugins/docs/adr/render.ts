import { clip, plain } from '../text.ts'
import type { Draft, Line } from './draft.ts'

const QUOTE = 400

/** The record as a file of the repository. What people wrote formats, links and mentions nothing. */
export function adrMarkdown(draft: Draft, number: number): string {
  const { sections, title, day } = draft
  const order = citedMessages(draft)
  const part = (heading: string, lines: readonly Line[], none: string) => [
    `## ${heading}`,
    lines.length === 0 ? `_${none}_` : lines.map((line) => lineOf(line, order)).join('\n\n'),
  ]
  return `${[
    `# ${number}. ${shown(title)}`,
    `- Status: proposed\n- Date: ${day}`,
    ...part('Context', sections.context, 'Nobody said why.'),
    ...part('Decision', sections.decision, 'Nobody decided.'),
    ...part('Consequences', sections.consequences, 'Nobody said what follows from it.'),
    '## Sources',
    sourceLines(draft, order).join('\n'),
  ].join('\n\n')}\n`
}

/** The same for the chat, without headings of its own. */
export function adrBlocks(draft: Draft): string {
  const order = citedMessages(draft)
  const part = (heading: string, lines: readonly Line[]) =>
    lines.length === 0 ? [] : [`**${heading}**`, ...lines.map((line) => lineOf(line, order))]
  const { context, decision, consequences } = draft.sections
  return [
    ...part('Context', context),
    ...part('Decision', decision),
    ...part('Consequences', consequences),
    sourceLines(draft, order).join('\n'),
  ].join('\n\n')
}

const shown = (text: string): string => plain(text.replace(/\s+/g, ' ').trim()).replaceAll('@', '@\u200B')
/** Cited messages in the order of their first citation. */
function citedMessages({ sections }: Draft): readonly number[] {
  const all = [...sections.context, ...sections.decision, ...sections.consequences]
  return [...new Set(all.flatMap(({ cites }) => cites.map(({ message }) => message)))]
}
function lineOf({ text, cites, isQuote }: Line, order: readonly number[]): string {
  // Nothing in the record defines a link of that name, so the brackets need no escape.
  const marks = [...new Set(cites.map(({ message }) => order.indexOf(message) + 1))].map((n) => `[${n}]`).join(' ')
  return isQuote ? `> ${shown(text)} ${marks}` : `${shown(text)} ${marks}`
}
function sourceLines({ said }: Draft, order: readonly number[]): string[] {
  return order.map((message, i) => {
    const one = said[message]
    const who = [shown(one?.author ?? ''), ...(one?.day ? [one.day] : [])].join(', ')
    const link = one?.url && /^https?:\/\/[^\s()<>]+$/.test(one.url) ? ` ([message](${one.url}))` : ''
    return `${i + 1}. ${who}: “${shown(clip(one?.text ?? '', QUOTE))}”${link}`
  })
}
