/**
 * Raw SQL for the ledger's hot statements, the same text on PostgreSQL and PGlite. Parameters are text, numbers, booleans or null;
 * lists travel as one JSON text (`json_to_recordset($1::text::json)`), so both drivers bind them alike.
 */
export type Param = string | number | boolean | null
export interface Sql {
  query<T extends object>(text: string, params?: readonly Param[]): Promise<T[]>
  /** Use only `tx` inside: the outer `Sql` would wait for ever on PGlite's one connection. */
  transaction<T>(run: (tx: Pick<Sql, 'query'>) => Promise<T>): Promise<T>
}

/** PostgreSQL's SQLSTATE of an error, through drizzle's and the drivers' wrappers. */
export function sqlState(error: unknown): string | null {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    if ('code' in e && typeof e.code === 'string' && /^[0-9A-Z]{5}$/.test(e.code)) return e.code
  }
  return null
}

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
])
/** Is the database away (restart, network, shutting down), as against refusing this statement? */
export function isAway(error: unknown): boolean {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const code = 'code' in e && typeof e.code === 'string' ? e.code : ''
    // 08: connection, 57P: shutdown and start-up, 53: out of disk, memory or connections, 25006: a standby
    if (AWAY.has(code) || /^(08...|57P..|53...|25006)$/.test(code)) return true
  }
  return false
}
