import { HubError, type Place } from '#contract'
import type { Sql } from '../store/sql.ts'

// Newest first: of several stories in one thread the last one shown is meant. What only one person saw continues nothing.
const FIND = `
  select o.message ->> 'continues' as line from hub.outbox o
  where o.workspace = $1 and coalesce(o.posted ->> 'thread', o.posted ->> 'message') = $2
    and o.plugin = $3 and o.posted ->> 'channel' = $4 and o.message ? 'continues' and not o.message ? 'only'
  order by o.id desc limit 1`

// A job whose progress note opened the thread: what its words continue is still being written.
const UNDER_WAY = `
  select 1 from hub.jobs j join hub.outbox o on o.job_id = j.id and o.key = j.id || ':progress'
  where j.workspace = $1 and j.state = 'running' and coalesce(o.posted ->> 'thread', o.posted ->> 'message') = $2
    and o.plugin = $3 and o.posted ->> 'channel' = $4 limit 1`

/** The saved command that plain words in this thread continue, or null: the thread is about nothing the hub has posted. */
export type FindContinuation = (place: Place) => Promise<string | null>

export function createContinuations(sql: Sql): FindContinuation {
  return async ({ workspace, thread, plugin, channel }) => {
    if (thread === undefined) return null
    const [row] = await sql.query<{ line: string }>(FIND, [workspace, thread, plugin, channel])
    if (row) return row.line
    const underWay = await sql.query(UNDER_WAY, [workspace, thread, plugin, channel])
    if (underWay.length === 0) return null
    throw new HubError('UNAVAILABLE', 'what this thread is about is still being written', { retry: 'backoff' })
  }
}
