import type { Context } from '#contract'
import { digestSend } from './api.ts'
import type { Advance, DigestStore, Subscription } from './store.ts'
import { lastDue } from './windows.ts'

/** Rows of one round; between rounds the job may be told to stop. */
const BATCH = 500
const AT_ONCE = 25
/**
 * What was stamped before the end of a window may not be committed yet when it is over, and clocks of two machines differ. It is read so much later,
 * so that each end is in the one window or in the next.
 */
const SETTLED_MS = 10_000

/**
 * One job for each recipient and window whose hour has come. The key of the job is the window, so that a second tick, or one that begins again
 * after a crash, finds the job there; only then is the row moved on.
 */
export async function planDue(store: DigestStore, ctx: Context, nowMs: number): Promise<number> {
  let planned = 0
  for (;;) {
    const rows = await store.due(new Date(nowMs), BATCH)
    const moved: Advance[] = []
    for (let i = 0; i < rows.length; i += AT_ONCE)
      moved.push(
        ...(
          await Promise.all(
            rows.slice(i, i + AT_ONCE).map(({ row, readAt }) => hand(row, ctx, nowMs, readAt.getTime())),
          )
        ).flat(),
      )
    await store.advance(moved)
    planned += moved.length
    if (rows.length < BATCH || ctx.signal.aborted) return planned
  }
}
async function hand(row: Subscription, ctx: Context, nowMs: number, readMs: number): Promise<readonly Advance[]> {
  const { workspace, id, dueAt, coveredUntil } = row
  if (dueAt === null) return []
  const { dueMs, nextMs } = lastDue(dueAt.getTime(), nowMs, row)
  const payload = { subscription: id, fromMs: Math.min(coveredUntil.getTime(), dueMs), toMs: dueMs }
  const delayMs = Math.max(0, dueMs + SETTLED_MS - readMs)
  await ctx.enqueue(digestSend, payload, { key: `${id}:${new Date(dueMs).toISOString()}`, workspace, delayMs })
  return [{ workspace, id, dueAt, coveredUntil: new Date(dueMs), nextDueAt: new Date(nextMs) }]
}
