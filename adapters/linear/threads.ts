import { HubError, type KeyValue, type Place } from '#contract'
import type { LinearClient } from './client.ts'
import { threadById } from './documents.ts'

/** Plain words in a thread of comments are talk, except where the hub has just asked something. */
const WAITS_MS = 30 * 60_000
const KEPT_MS = 10 * 60_000

export interface Threads {
  asked(place: Pick<Place, 'channel' | 'thread'>): Promise<void>
  /** Something else than a question stands there now. */
  settled(place: Pick<Place, 'channel' | 'thread'>): Promise<void>
  waitsFor(place: Pick<Place, 'channel' | 'thread'>): Promise<boolean>
  /** May an answer stand in this thread? Not where it is gone, and not where Linear copies it to Slack: there the hub posts by itself. */
  takesAnswers(thread: string, signal: AbortSignal): Promise<boolean>
}
export function createThreads(kv: KeyValue, client: LinearClient, now: () => number = Date.now): Threads {
  const known = new Map<string, { readonly open: boolean; readonly untilMs: number }>()
  const keyOf = ({ channel, thread = '' }: Pick<Place, 'channel' | 'thread'>) => `asked:${channel}:${thread}`
  return {
    asked: (place) => kv.set(keyOf(place), true, WAITS_MS),
    settled: (place) => kv.delete(keyOf(place)),
    waitsFor: async (place) => (await kv.get(keyOf(place))) === true,
    async takesAnswers(thread, signal) {
      const kept = known.get(thread)
      if (kept && kept.untilMs > now()) return kept.open
      const open = await client.call(threadById, { id: thread }, { what: 'thread of comments', signal }).then(
        ({ comment }) => comment.externalThread === null,
        (error: unknown) => {
          if (error instanceof HubError && error.code === 'NOT_FOUND') return false
          throw error
        },
      )
      if (known.size > 5_000) known.clear()
      known.set(thread, { open, untilMs: now() + KEPT_MS })
      return open
    },
  }
}
