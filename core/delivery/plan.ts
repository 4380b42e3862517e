import { createHash, randomUUIDv7 } from 'node:crypto'
import type { Capabilities, Channel, Message, Place, Posted } from '#contract'
import type { NewSend } from '../ledger/sends.ts'
import { withFallbacks } from './fallback.ts'

export interface Outlet {
  readonly channel: Channel
  readonly can: Capabilities
}
/** What a job wants to say, before it is cut into sends. */
export interface Saying {
  readonly jobId: string
  /** Makes the keys: '<job id>:<name>'. */
  readonly name: string
  readonly to: Place
  readonly message: Message
  /** The message to edit: one that stands on the platform, or the key of an earlier send. */
  readonly edits?: Posted | { readonly key: string }
  /** A newer pending send of the same value makes this one superfluous. */
  readonly supersedes?: string
  /** Key and, outside of threads, lane of its own: what several jobs say in turn. */
  readonly shared?: { readonly key: string; readonly lane: string }
}

/** One lane for each thread; what starts a thread of its own is ordered with its own job only. */
export function laneOf(place: Place, own: string): string {
  const root = place.thread ?? `#${own}`
  const lane = `${place.workspace}|${place.channel}|${root}`
  return lane.length <= 500 ? lane : createHash('sha256').update(lane).digest('hex')
}

/** Parts are the adapter's; what words below them mean, and which revision they show, is the hub's. */
function ownMarks({ continues, card }: Message): Pick<Message, 'continues' | 'card'> {
  return { ...(continues === undefined ? {} : { continues }), ...(card === undefined ? {} : { card }) }
}

/** Pure: the outbox rows of a message, one for each platform message. The first carries the edit; the others follow in its thread. */
export function planSends(saying: Saying, outlet: Outlet | undefined): NewSend[] {
  const { jobId, to, edits } = saying
  // The adapter may come back with the next start: the row waits in the outbox uncut.
  const parts = outlet ? outlet.channel.split(withFallbacks(saying.message, outlet.can)) : [saying.message]
  const key = saying.shared?.key ?? `${jobId}:${saying.name}`
  const mayEdit = edits !== undefined && outlet?.can.update !== false && saying.message.only === undefined
  const standing = mayEdit && 'message' in edits ? edits : null
  // Edits of a card share the lane of its thread, so that two jobs cannot overtake each other on it.
  const lane =
    saying.shared?.lane ?? laneOf(standing && to.thread === undefined ? { ...to, thread: standing.message } : to, jobId)
  return parts.map((message, i) => {
    const first = i === 0
    return {
      id: randomUUIDv7(),
      workspace: to.workspace,
      key: first ? key : `${key}:${i + 1}`,
      jobId,
      plugin: to.plugin,
      lane,
      op: first && mayEdit ? 'update' : 'post',
      place: first && standing ? { ...to, ...standing } : to,
      target: first ? (mayEdit && 'key' in edits ? edits.key : null) : key,
      message: first ? { ...message, ...ownMarks(saying.message) } : message,
      supersedes: first ? (saying.supersedes ?? null) : null,
    }
  })
}
