import type { KeyValue } from '#contract'
import { gather } from '../gather.ts'
import type { Secrets } from './secrets.ts'
import { isAway, type Sql } from './sql.ts'

const GET = `
  select r.n, convert_from(k.value, 'UTF8') as value
  from json_to_recordset($2::text::json) as r(n int, key text)
  join hub.kv k on k.workspace = '*' and k.plugin = $1 and k.key = r.key and (k.expires_at is null or k.expires_at > clock_timestamp())`

// In one order, so that two processes which write the same keys wait for each other and never both.
const SET = `
  insert into hub.kv (workspace, plugin, key, value, expires_at)
  select '*', $1, r.key, convert_to(r.value, 'UTF8'), clock_timestamp() + r.ttl_ms * interval '1 millisecond'
  from json_to_recordset($2::text::json) as r(key text, value text, ttl_ms float8) order by r.key
  on conflict (workspace, plugin, key) do update set value = excluded.value, expires_at = excluded.expires_at, updated_at = now()`

interface Entry {
  readonly key: string
  readonly value: string
  readonly ttl_ms: number | null
}
/** A plugin's own keys. Values are sealed and bound to plugin and key: a row copied to another place does not open. */
export function createKeyValue(sql: Sql, secrets: Secrets, plugin: string): KeyValue {
  const aad = (key: string) => `kv|*|${plugin}|${key}`
  const gathered = { max: 100, width: 2, isOwnFault: (error: unknown) => !isAway(error) }
  const read = gather<string, string | null>(async (keys) => {
    const asked = JSON.stringify(keys.map((key, n) => ({ n, key })))
    const rows = await sql.query<{ n: number; value: string }>(GET, [plugin, asked])
    const found = new Map(rows.map(({ n, value }) => [n, value]))
    return keys.map((_, n) => found.get(n) ?? null)
  }, gathered)
  const write = gather<Entry, true>(async (entries) => {
    // Of those that are written at the same moment the last one stands.
    const last = new Map(entries.map((entry) => [entry.key, entry]))
    await sql.query(SET, [plugin, JSON.stringify([...last.values()])])
    return entries.map(() => true)
  }, gathered)
  return {
    async get(key) {
      const value = await read(key.toWellFormed())
      return value === null ? null : (JSON.parse(secrets.open(value, aad(key))) as unknown)
    },
    async set(key, value, ttlMs) {
      await write({
        key: key.toWellFormed(),
        value: secrets.seal(JSON.stringify(value), aad(key)),
        ttl_ms: ttlMs ?? null,
      })
    },
    async add(key, value, ttlMs) {
      const added = await sql.query(
        `insert into hub.kv as k (workspace, plugin, key, value, expires_at)
         values ('*', $1, $2, convert_to($3, 'UTF8'), clock_timestamp() + $4::float8 * interval '1 millisecond')
         on conflict (workspace, plugin, key) do update set value = excluded.value, expires_at = excluded.expires_at, updated_at = now()
         where k.expires_at <= clock_timestamp()
         returning 1 as added`,
        [plugin, key, secrets.seal(JSON.stringify(value), aad(key)), ttlMs ?? null],
      )
      return added.length > 0
    },
    async delete(key) {
      await sql.query(`delete from hub.kv where workspace = '*' and plugin = $1 and key = $2`, [plugin, key])
    },
  }
}
