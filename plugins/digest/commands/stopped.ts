import type { Context, MailStop, Message } from '#contract'
import type { Subscription } from '../store.ts'
import { forAsker, quoted } from './answer.ts'

/** Asked for in so many words, a code is mailed there although the mailbox is closed. */
const againLine = (address: string, more = ''): string => `digest subscribe --to ${address} --again${more}`
const button = (run: string) =>
  ({ kind: 'actions', items: [{ kind: 'button', label: 'Subscribe again', run, style: 'primary' }] }) as const

/** What somebody is answered who subscribes an address that nothing is sent to. `more` is the rest of what they typed. */
export function stoppedAnswer(ctx: Context, address: string, { by, reason, atMs }: MailStop, more: string): Message {
  const day = new Date(atMs).toISOString().slice(0, 10)
  const cure =
    by === 'complaint'
      ? 'If the mailbox is yours and you want mail there again, a code is sent to it'
      : 'When mail arrives there again, have a code sent to it'
  return forAsker(ctx, `Nothing is sent to ${quoted(address)} since ${day}.`, [
    { kind: 'text', markdown: quoted(reason) },
    { kind: 'note', markdown: `${cure}: ${quoted(`/${againLine(address)}`)}` },
    button(againLine(address, more)),
  ])
}

/** In private, where they subscribed. False where nobody can be reached: there is no such place, or it is the mailbox itself. */
export async function tellStopped(row: Subscription, reason: string, ctx: Context): Promise<boolean> {
  const { address, askedAt, owner, id } = row
  const [plugin = ''] = owner.split(':')
  if (address === null || askedAt === null || askedAt.plugin !== plugin || plugin === 'mail') return false
  await ctx.send(`stopped:${id}`, askedAt, {
    text: `Digests to ${address} have stopped: ${reason}`,
    blocks: [
      { kind: 'text', markdown: `Digests to ${quoted(address)} have stopped.` },
      { kind: 'text', markdown: quoted(reason) },
      button(againLine(address)),
    ],
    only: { plugin, id: owner.slice(plugin.length + 1) },
  })
  return true
}
