import type { Block, Context, Message } from '#contract'
import type { Subscription } from '../store.ts'
import { rhythmWords } from '../words.ts'

/** As typed: nothing in it formats. */
export const quoted = (text: string): string => `\`${text.replaceAll('`', "'")}\``

/** An address is its owner's: answers that name one are for whoever asked. */
export function forAsker(ctx: Context, markdown: string, blocks: readonly Block[] = []): Message {
  return {
    text: markdown.replace(/[`*]/g, ''),
    blocks: [{ kind: 'text', markdown }, ...blocks],
    only: ctx.actor.account,
  }
}
/** Channels are listed in themselves alone, where nobody needs their id. */
export const shownAs = ({ address, label }: Subscription): string => (address === null ? 'this channel' : label)

export function listing(all: readonly Subscription[]): readonly Block[] {
  return [
    {
      kind: 'fields',
      items: all.map((one) => ({ label: shownAs(one), value: `${rhythmWords(one)} · ${stateWords(one)}` })),
    },
  ]
}
function stateWords({ state, stopped, quiet }: Subscription): string {
  if (state === 'unconfirmed') return 'waits for the code that was mailed'
  if (state === 'stopped') return `stopped: ${stopped ?? 'nobody noted why'}`
  return quiet === 'silent' ? 'silent on quiet days' : 'one line on quiet days'
}
