import type { KeyValue, Log } from '#contract'

/** Longer than a sweep looks back. */
const KEPT_MS = 26 * 3_600_000

/** Until when each issue was heard of, so that a sweep recovers only what no webhook told. */
export interface Seen {
  note(issueId: string, atMs: number, log: Log): Promise<void>
  untilMs(issueId: string): Promise<number>
  /** A comment moves the time of its issue as an edit does, and says nothing of an edit before it: it has a time of its own. */
  noteComment(issueId: string, atMs: number, log: Log): Promise<void>
  commentedMs(issueId: string): Promise<number>
}
export function createSeen(kv: KeyValue): Seen {
  const readMs = async (key: string) => Number((await kv.get(key)) ?? 0)
  const note = async (key: string, atMs: number, log: Log) => {
    try {
      // What arrives late takes nothing back.
      if ((await readMs(key)) < atMs) await kv.set(key, atMs, KEPT_MS)
    } catch (error) {
      // Without it a sweep rings once more for nothing.
      log.warn({ error: error instanceof Error ? error.message : '' }, 'a change was not noted as seen')
    }
  }
  return {
    note: (issueId, atMs, log) => note(`seen:${issueId}`, atMs, log),
    untilMs: (issueId) => readMs(`seen:${issueId}`),
    noteComment: (issueId, atMs, log) => note(`said:${issueId}`, atMs, log),
    commentedMs: (issueId) => readMs(`said:${issueId}`),
  }
}
