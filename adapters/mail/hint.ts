import { createHash } from 'node:crypto'
import { z } from 'zod'
import { defineEvent, type EventHandler, type Hub, handleEvent, type Message } from '#contract'
import { sameMailbox } from './address.ts'
import type { MailConfig } from './config.ts'
import { MAX_BYTES, WORKSPACE } from './limits.ts'
import { isMessageId } from './message-id.ts'

const WHY = ['stranger', 'too large'] as const
type Why = (typeof WHY)[number]
/** A verified sender whose mail was not run and who can be told why. */
const refused = defineEvent(
  'mail.command.refused',
  z.object({ address: z.string(), thread: z.string().nullable(), why: z.enum(WHY) }),
)
const DAY_MS = 86_400_000

/** At most one mail a day to one sender, however many theirs were: the ledger knows the day's. Never to whom nobody vouches for: that may be forged. */
export type Hint = (told: {
  readonly address: string
  readonly thread: string | null
  readonly why: Why
}) => Promise<void>

export function createHint(hub: Pick<Hub<MailConfig>, 'publish'>, now: () => number = Date.now): Hint {
  return async ({ address, thread, why }) => {
    const who = createHash('sha256').update(sameMailbox(address)).digest('hex').slice(0, 32)
    const deliveryId = `hint:${who}:${Math.floor(now() / DAY_MS)}`
    // Names the account, so that an admin who is asked finds it.
    const actor = { plugin: 'mail', id: sameMailbox(address) }
    await hub.publish(refused, { address, thread, why }, { workspace: WORKSPACE, deliveryId, actor })
  }
}
export const tellRefused: EventHandler = handleEvent(refused, async ({ address, thread, why }, ctx) => {
  const answers = thread !== null && isMessageId(thread) ? { thread } : {}
  const place = { plugin: 'mail', workspace: WORKSPACE, channel: address, ...answers, visibility: 'private' } as const
  await ctx.audit('mail refused', `mail:${sameMailbox(address)}`, { why })
  await ctx.send('hint', place, why === 'stranger' ? strangerMessage(address) : largeMessage())
})
function strangerMessage(address: string): Message {
  const line = `/hub role mail:${sameMailbox(address)} member --workspace=${WORKSPACE}`
  return {
    text: `This hub does not know you yet\nYour command was not run. An admin of the hub can let you in: ${line}`,
    blocks: [
      { kind: 'heading', text: 'This hub does not know you yet' },
      { kind: 'text', markdown: 'Your command was not run. An admin of the hub can let you in, in the console:' },
      { kind: 'code', text: line },
      { kind: 'note', markdown: 'This is said once a day at most.' },
    ],
  }
}
function largeMessage(): Message {
  const text = `Your mail was too large and was not read. Send the command again without attachments, in at most ${MAX_BYTES / 1_000_000} MB.`
  return { text: `Your mail was too large\n${text}`, blocks: [{ kind: 'text', markdown: text }] }
}
