import { EventEmitter } from 'node:events'
import type { PGlite } from '@electric-sql/pglite'
import { runMigrations } from 'bullmq'

type Result = { rows: unknown[]; rowCount: number }
const asText = (value: string) => value
/** int8 and numeric as strings, as node-postgres gives them. */
const parsers = { 20: asText, 1700: asText }

class LiteClient extends EventEmitter {
  readonly #pool: LitePool
  constructor(pool: LitePool) {
    super()
    this.#pool = pool
    this.setMaxListeners(0)
  }
  query(text: string, params?: readonly unknown[]): Promise<Result> {
    return this.#pool.query(text, params)
  }
  release(): void {
    this.#pool.clients.delete(this)
  }
}

/**
 * What BullMQ's PostgreSQL backend uses of `pg.Pool`, over one PGlite: each call is one statement, notifications reach every client.
 * Only BullMQ's own migrations use BEGIN … COMMIT, so they run alone, before anything else does.
 */
export class LitePool extends EventEmitter {
  readonly clients = new Set<LiteClient>()
  /** Read by BullMQ: allows long LISTEN waits instead of polling every 10 s. */
  readonly options = { keepAlive: true }
  readonly #lite: PGlite
  private constructor(lite: PGlite) {
    super()
    this.#lite = lite
    this.setMaxListeners(0)
    lite.onNotification((channel, payload) => {
      for (const client of this.clients) client.emit('notification', { channel, payload, processId: 0 })
    })
  }
  static async open(lite: PGlite): Promise<LitePool> {
    const pool = new LitePool(lite)
    const client = await pool.connect()
    await runMigrations(client as never)
    client.release()
    return pool
  }
  async query(text: string, params?: readonly unknown[]): Promise<Result> {
    if (!params?.length) {
      const last = (await this.#lite.exec(text, { parsers })).at(-1)
      return { rows: last?.rows ?? [], rowCount: last?.affectedRows ?? last?.rows.length ?? 0 }
    }
    const bound = params.map((p) => (p === undefined ? null : p))
    const { rows, affectedRows } = await this.#lite.query(text, bound, { parsers })
    return { rows, rowCount: affectedRows || rows.length }
  }
  async connect(): Promise<LiteClient> {
    const client = new LiteClient(this)
    this.clients.add(client)
    return client
  }
  async end(): Promise<void> {}
}
