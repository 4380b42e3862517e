import { createHash } from 'node:crypto'
import type { Message, Place } from '#contract'
import type { CardSends } from '../ledger/cards.ts'
import type { NewSend } from '../ledger/sends.ts'
import { laneOf, type Outlet, planSends } from './plan.ts'

/**
 * Pure: what showing a card in a place takes, whether it stands there already or not. A card is one message of the platform; what does not fit in
 * is left out, because a second message could not be edited with it.
 */
export function planCard(
  shown: {
    readonly jobId: string
    /** Tenant that the thing shown belongs to; the place may lie in another one. */
    readonly workspace: string
    readonly to: Place
    readonly message: Message & Required<Pick<Message, 'card'>>
  },
  outlet: Outlet | undefined,
): CardSends {
  const { jobId, workspace, to, message } = shown
  const { card } = message
  const where = [workspace, card.of, to.plugin, to.workspace, to.channel, to.thread ?? '']
  const of = createHash('sha256').update(JSON.stringify(where)).digest('hex').slice(0, 32)
  const key = `card:${of}`
  const lane = laneOf(to, key)
  const plan = (name: string, edits?: { readonly key: string }): NewSend => {
    const [first] = planSends(
      {
        jobId,
        name,
        to,
        message,
        shared: { key: name, lane },
        ...(edits ? { edits, supersedes: key } : {}),
      },
      outlet,
    )
    if (!first) throw new Error('a message was split into nothing')
    return first
  }
  return {
    workspace: to.workspace,
    lane,
    card,
    first: plan(key),
    again: plan(`${key}:again:${card.revision}`),
    edit: (standing) => plan(`${key}:${card.revision}`, { key: standing }),
  }
}
