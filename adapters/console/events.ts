import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { HookEnv, JobsView } from '#contract'
import type { Bells } from './bells.ts'
import { WORKSPACE } from './config.ts'
import type { Store } from './store.ts'

/** Other processes deliver too, and cannot ring our bell: look this often. */
const POLL_MS = 1_000
/** While a job of the thread is under way its state should appear as it changes. */
const POLL_BUSY_MS = 300
/** Proxies close silent connections. */
const HEARTBEAT_MS = 15_000
const BATCH = 100

export interface Feed {
  readonly store: () => Store
  readonly jobs: () => JobsView | null
  readonly bells: Bells
  /** Aborted when the hub stops, so that no open stream holds the server. */
  readonly closing: AbortSignal
}

/** Copies the state of unfinished jobs into their typed lines; true while one is unfinished. */
export async function refreshJobs({ store, jobs }: Pick<Feed, 'store' | 'jobs'>, thread: string): Promise<boolean> {
  const view = jobs()
  if (view === null) return false
  const open = await store().openJobs(thread)
  for (const row of open) {
    const status = row.jobId === null ? null : await view.get(WORKSPACE, row.jobId)
    if (status) await store().settle(row, { jobState: status.state, attempts: status.attempts, error: status.error })
  }
  return open.length > 0
}

/**
 * The rows of a thread that changed after revision `after`, then each further change. The event id is the revision: a browser that lost
 * the connection names the last one it saw, and nothing between is lost.
 */
export function streamThread(c: Context<HookEnv>, feed: Feed, thread: string, after: number): Response {
  const { store, bells, closing } = feed
  return streamSSE(c, async (stream) => {
    const bell = bells.listen(thread)
    const stop = () => {
      stream.abort()
      bell.close()
    }
    stream.onAbort(() => bell.close())
    closing.addEventListener('abort', stop, { once: true })
    try {
      await stream.write('retry: 1000\n\n')
      let cursor = after
      let quietSinceMs = Date.now()
      while (!stream.aborted && !closing.aborted) {
        const busy = await refreshJobs(feed, thread)
        const rows = await store().changes(thread, cursor, BATCH)
        for (const row of rows) {
          await stream.writeSSE({ event: 'row', id: String(row.rev), data: JSON.stringify(row) })
          cursor = row.rev
        }
        if (rows.length > 0) quietSinceMs = Date.now()
        if (rows.length === BATCH) continue
        if (Date.now() - quietSinceMs >= HEARTBEAT_MS) {
          await stream.write(': still here\n\n')
          quietSinceMs = Date.now()
        }
        await bell.wait(busy ? POLL_BUSY_MS : POLL_MS)
      }
    } catch (error) {
      // The browser comes back by itself and resumes; the database may be there again by then.
      c.var.log.warn({ err: error, thread }, 'console event stream ended')
    } finally {
      closing.removeEventListener('abort', stop)
      bell.close()
    }
  })
}
