import type { KeyValue, Log } from '#contract'

/** Longer than a sweep looks back. */
const KEPT_MS = 26 * 3_600_000

/** Until when each issue was heard of, so that a sweep recovers only what no webhook told. */
export interface Seen {
  note(issueId: string, atMs: number, log: Log): Promise<void>
  untilMs(issueId: string): Promise<number>
}
export function createSeen(kv: KeyValue): Seen {
  return {
    async note(issueId, atMs, log) {
      // Without it a sweep rings once more for nothing.
      await kv
        .set(`seen:${issueId}`, atMs, KEPT_MS)
        .catch((error: Error) => log.warn({ error: error.message }, 'not noted as seen'))
    },
    async untilMs(issueId) {
      return Number((await kv.get(`seen:${issueId}`)) ?? 0)
    },
  }
}
