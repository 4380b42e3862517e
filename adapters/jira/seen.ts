import type { KeyValue, Log } from '#contract'

/** Longer than a sweep looks back. */
const KEPT_MS = 26 * 3_600_000

/** Until when each issue was heard of, so that a sweep recovers only what no webhook told. */
export interface Seen {
  note(issueId: string, atMs: number, log: Log): Promise<void>
  untilMs(issueId: string): Promise<number>
}
export function createSeen(kv: KeyValue): Seen {
  const untilMs: Seen['untilMs'] = async (issueId) => Number((await kv.get(`seen:${issueId}`)) ?? 0)
  return {
    untilMs,
    async note(issueId, atMs, log) {
      try {
        // What arrives late takes nothing back.
        if ((await untilMs(issueId)) < atMs) await kv.set(`seen:${issueId}`, atMs, KEPT_MS)
      } catch (error) {
        // Without it a sweep rings once more for nothing.
        log.warn({ error: error instanceof Error ? error.message : '' }, 'a change was not noted as seen')
      }
    },
  }
}
