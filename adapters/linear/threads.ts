import type { KeyValue, Place } from '#contract'

/** Plain words in a thread of comments are talk, except where the hub has just asked something. */
const WAITS_MS = 30 * 60_000

export interface Threads {
  asked(place: Pick<Place, 'channel' | 'thread'>): Promise<void>
  waitsFor(place: Pick<Place, 'channel' | 'thread'>): Promise<boolean>
}
export function createThreads(kv: KeyValue): Threads {
  const keyOf = ({ channel, thread = '' }: Pick<Place, 'channel' | 'thread'>) => `asked:${channel}:${thread}`
  return {
    asked: (place) => kv.set(keyOf(place), true, WAITS_MS),
    waitsFor: async (place) => (await kv.get(keyOf(place))) === true,
  }
}
