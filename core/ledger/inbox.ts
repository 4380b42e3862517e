import { gather } from '../gather.ts'
import { isAway, type Sql } from '../store/sql.ts'

/** One inbound delivery, verified and neutral. `body` is JSON text already: the hot path serialises it once. */
export interface Arrival {
  readonly id: string
  readonly workspace: string
  readonly source: string
  readonly deliveryId: string
  readonly kind: string
  readonly lane: string | null
  readonly body: string
}
export interface Inbox {
  /** Resolves once committed: 'queued' the first time, 'duplicate' for a delivery seen before. */
  accept(arrival: Arrival): Promise<'queued' | 'duplicate'>
}

// One text parameter for the whole batch: JSON.stringify is native, and the server splits it in C.
const INSERT = `
  insert into hub.inbox (id, workspace, source, delivery_id, kind, lane, body)
  select id, workspace, source, delivery_id, kind, lane, body::jsonb
  from json_to_recordset($1::text::json)
    as r(id uuid, workspace text, source text, delivery_id text, kind text, lane text, body text)
  on conflict (source, workspace, delivery_id) do nothing
  returning id`

const MAX_BATCH = 128
/** Statements under way at once: the second fills while the first waits for the disk. */
const WIDTH = 2

/** PostgreSQL stores neither NUL nor half a surrogate pair; JSON.stringify writes both as escapes, which become U+FFFD. */
export function storableJson(json: string): string {
  if (!json.includes('\\u')) return json
  return json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, '$1\ufffd')
}
/** The same for a text that is no JSON. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')

export function createInbox(
  sql: Sql,
  onQueued: () => void,
  /** For the fault tests alone. */
  crashPoint: (name: string) => void = () => {},
): Inbox {
  type Answer = 'queued' | 'duplicate'
  const insert = async (arrivals: readonly Arrival[]): Promise<Answer[]> => {
    const rows = arrivals.map((a) => ({
      id: a.id,
      workspace: storableText(a.workspace),
      source: a.source,
      delivery_id: storableText(a.deliveryId),
      kind: a.kind,
      lane: a.lane === null ? null : storableText(a.lane),
      body: storableJson(a.body),
    }))
    // One order in every process: two batches that share keys must not wait for each other.
    if (rows.length > 1)
      rows.sort((a, b) => (a.delivery_id < b.delivery_id ? -1 : a.delivery_id > b.delivery_id ? 1 : 0))
    crashPoint('before_inbox_commit')
    const inserted = await sql.query<{ id: string }>(INSERT, [JSON.stringify(rows)])
    crashPoint('after_inbox_commit')
    if (inserted.length > 0) onQueued()
    if (inserted.length === arrivals.length) return arrivals.map(() => 'queued' as const)
    const ids = new Set(inserted.map((r) => r.id))
    return arrivals.map((a) => (ids.has(a.id) ? 'queued' : 'duplicate'))
  }
  const isOwnFault = (error: unknown) => !isAway(error)
  return { accept: gather<Arrival, Answer>(insert, { max: MAX_BATCH, width: WIDTH, isOwnFault }) }
}
