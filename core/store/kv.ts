import type { KeyValue } from '#contract'
import type { Secrets } from './secrets.ts'
import type { Sql } from './sql.ts'

/** A plugin's own keys. Values are sealed and bound to plugin and key: a row copied to another place does not open. */
export function createKeyValue(sql: Sql, secrets: Secrets, plugin: string): KeyValue {
  const aad = (key: string) => `kv|*|${plugin}|${key}`
  return {
    async get(key) {
      const [row] = await sql.query<{ value: string }>(
        `select convert_from(value, 'UTF8') as value from hub.kv
         where workspace = '*' and plugin = $1 and key = $2 and (expires_at is null or expires_at > clock_timestamp())`,
        [plugin, key],
      )
      return row ? (JSON.parse(secrets.open(row.value, aad(key))) as unknown) : null
    },
    async set(key, value, ttlMs) {
      await sql.query(
        `insert into hub.kv (workspace, plugin, key, value, expires_at)
         values ('*', $1, $2, convert_to($3, 'UTF8'), clock_timestamp() + $4::float8 * interval '1 millisecond')
         on conflict (workspace, plugin, key) do update set value = excluded.value, expires_at = excluded.expires_at, updated_at = now()`,
        [plugin, key, secrets.seal(JSON.stringify(value), aad(key)), ttlMs ?? null],
      )
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
