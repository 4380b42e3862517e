import type { Limit } from '#contract'
import { gather } from '../gather.ts'
import type { Sql } from '../store/sql.ts'

/** Shared by all processes: each bucket hands out slots in order (generic cell rate), and a platform may close one for a while. */
export interface Limits {
  /** Reserves one slot in every bucket; answers how long to wait for it. A reserved slot is used later without asking again. */
  reserve(limits: readonly Limit[]): Promise<number>
  /** Closes a bucket: nothing of it is sent before then, by anyone. */
  close(key: string, forMs: number): Promise<void>
  /** How long these buckets are still closed; asked again before a reserved slot is used. */
  closedForMs(keys: readonly string[]): Promise<number>
}

// next_at is the time of the next free slot had there been no burst; a slot may be used `burst - 1` intervals ahead of it.
const RESERVE = `
  insert into hub.limits as l (key, next_at)
  select key, clock_timestamp() + n * step_ms * interval '1 millisecond'
  from json_to_recordset($1::text::json) as r(key text, step_ms float8, n int) order by key
  on conflict (key) do update
  set next_at = greatest(l.next_at, clock_timestamp())
    + (select n * step_ms * interval '1 millisecond' from json_to_recordset($1::text::json) as r(key text, step_ms float8, n int)
       where r.key = excluded.key)
  returning l.key, (extract(epoch from l.next_at - clock_timestamp()) * 1000)::float8 as "nextMs",
    coalesce(extract(epoch from l.closed_until - clock_timestamp()) * 1000, 0)::float8 as "closedMs"`

export function createLimits(sql: Sql): Limits {
  /** Closures this process knows of, so that sends claimed before one was seen do not slip through. */
  const closed = new Map<string, number>()
  const closedHere = (key: string): number => {
    const until = closed.get(key)
    if (until === undefined) return 0
    const left = until - performance.now()
    if (left <= 0) closed.delete(key)
    return Math.max(0, left)
  }
  const reserve = gather<readonly Limit[], number>(
    async (batch) => {
      const buckets = new Map<string, { limit: Limit; users: number[] }>()
      for (const [i, limits] of batch.entries()) {
        for (const limit of limits) {
          const bucket = buckets.get(limit.key) ?? { limit, users: [] }
          bucket.users.push(i)
          buckets.set(limit.key, bucket)
        }
      }
      const rows = [...buckets.values()].map((b) => ({
        key: b.limit.key,
        step_ms: b.limit.intervalMs,
        n: b.users.length,
      }))
      const answers = await sql.query<{ key: string; nextMs: number; closedMs: number }>(RESERVE, [
        JSON.stringify(rows),
      ])
      const waits = batch.map(() => 0)
      for (const { key, nextMs, closedMs } of answers) {
        const bucket = buckets.get(key)
        if (!bucket) continue
        const { limit, users } = bucket
        for (const [rank, user] of users.entries()) {
          // nextMs already counts all of this batch: the k-th of n takes the slot n - k steps before it
          const slot = nextMs - (users.length - rank) * limit.intervalMs
          const wait = Math.max(slot - (limit.burst - 1) * limit.intervalMs, closedMs, closedHere(key), 0)
          waits[user] = Math.max(waits[user] ?? 0, wait)
        }
      }
      return waits
    },
    { max: 200 },
  )
  return {
    reserve: (limits) => (limits.length === 0 ? Promise.resolve(0) : reserve(limits)),
    async close(key, forMs) {
      closed.set(key, Math.max(closed.get(key) ?? 0, performance.now() + forMs))
      await sql.query(
        `insert into hub.limits as l (key, next_at, closed_until)
         values ($1, clock_timestamp() + $2::float8 * interval '1 millisecond', clock_timestamp() + $2::float8 * interval '1 millisecond')
         on conflict (key) do update set closed_until = greatest(l.closed_until, excluded.closed_until),
           next_at = greatest(l.next_at, excluded.next_at)`,
        [key, forMs],
      )
    },
    async closedForMs(keys) {
      if (keys.length === 0) return 0
      const [row] = await sql.query<{ ms: number }>(
        `select coalesce(max(extract(epoch from closed_until - clock_timestamp()) * 1000), 0)::float8 as ms
         from hub.limits where key in (select value from json_array_elements_text($1::text::json)) and closed_until > clock_timestamp()`,
        [JSON.stringify(keys)],
      )
      return Math.max(row?.ms ?? 0, ...keys.map(closedHere))
    },
  }
}
