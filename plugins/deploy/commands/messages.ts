import type { Action, Block, Context, Message } from '#contract'
import { plain } from '../text.ts'

/** An answer for the asker alone: what everybody shall see is on the card. */
export function toAsker(ctx: Context, text: string, ...blocks: readonly Block[]): Message {
  return { text, blocks: [{ kind: 'text', markdown: plain(text) }, ...blocks], only: ctx.actor.account }
}
export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): Message {
  return {
    text: [title, ...rows.map((row) => row.join(' · '))].join('\n'),
    blocks: [
      { kind: 'heading', text: title },
      { kind: 'table', head, rows },
    ],
  }
}
export const buttons = (...items: readonly Action[]): Block => ({ kind: 'actions', items })
export const button = (label: string, run: string): Action => ({ kind: 'button', label, run })
