import type { Delivery, Posted } from '#contract'
import type { LinearClient } from './client.ts'
import { commentsById } from './documents.ts'
import { idFor } from './mark.ts'
import { sessionOf } from './place.ts'
import type { Sessions } from './sessions.ts'

/** What the id of a send was made into, or null when it is surely absent: the id is the hub's own choice, so one look settles it. */
export async function find(
  client: LinearClient,
  sessions: Sessions,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Posted | null> {
  const session = sessionOf(delivery.to)
  if (session !== null) {
    const message = await sessions.find(session, delivery.key, signal)
    return message === null ? null : { ...delivery.to, message }
  }
  // Editing to the same text twice changes nothing more: simply send it again.
  if (delivery.op === 'update') return null
  const id = idFor(delivery.key)
  const { comments } = await client.call(commentsById, { ids: [id], first: 1 }, { what: 'comments', signal })
  return comments.nodes.some((one) => one.id === id) ? { ...delivery.to, message: id } : null
}
