import { randomUUIDv7 } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAvailable } from '../../test/support/stores.ts'
import { MIGRATIONS, migratedDatabase } from '../../test/support/templates.ts'
import { createInbox } from '../ledger/inbox.ts'
import { openStore, type Store } from './open.ts'
import { isAway } from './sql.ts'

const SILENT_MS = 1_200

/** A network behind which the server may vanish: connections stay open, and neither side hears anything any more. */
async function network(target: number) {
  const sockets = new Set<Socket>()
  let isGone = false
  const server = createServer((client) => {
    const there = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [client, there],
      [there, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => isGone || to.write(chunk))
      from.on('close', () => sockets.delete(from) && !isGone && to.destroy())
      from.on('error', () => from.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    vanish: () => {
      isGone = true
    },
    comeBack() {
      isGone = false
      for (const socket of sockets) socket.destroy()
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

describe.skipIf(!isAvailable('postgres'))('a PostgreSQL that goes silent', () => {
  let net: Awaited<ReturnType<typeof network>>
  let store: Store
  beforeAll(async () => {
    const url = new URL(await migratedDatabase())
    net = await network(Number(url.port))
    url.port = String(net.port)
    store = await openStore({ dataDir: '', migrations: MIGRATIONS, databaseUrl: url.href, silentMs: SILENT_MS })
  })
  afterAll(async () => {
    net.comeBack()
    await store.close()
    await net.close()
  })
  const backend = async () => (await store.sql.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid

  it('is away within the limit, for statements, transactions and deliveries, and is used again when it is back', async () => {
    await Promise.all([backend(), store.db.execute(sql`select 1`)])
    net.vanish()
    const began = performance.now()
    const inbox = createInbox(store.sql, () => {})
    const asked = await Promise.allSettled([
      store.sql.query('select 1'),
      store.sql.transaction((tx) => tx.query('select 1')),
      inbox.accept({
        id: randomUUIDv7(),
        workspace: 'slack:T1',
        source: 'slack',
        deliveryId: 'D1',
        kind: 'command',
        lane: null,
        body: '{}',
      }),
      store.db.execute(sql`select 1`),
    ])
    expect(asked.map((one) => one.status === 'rejected' && isAway(one.reason))).toEqual([true, true, true, true])
    expect(performance.now() - began).toBeGreaterThanOrEqual(SILENT_MS * 0.9)
    net.comeBack()
    const answers = () => Promise.all([backend(), store.db.execute(sql`select 1`)])
    await expect.poll(() => answers().then(() => 'answers'), { timeout: 10_000 }).toBe('answers')
  })
  it('is not meant by idle connections, by a pause between two statements, or by a slow statement while others are answered', async () => {
    const pid = await backend()
    const slow = store.db.execute(sql`select pg_sleep(${(SILENT_MS * 1.6) / 1000}::float8)`)
    const paused = store.sql.transaction(async (tx) => {
      await tx.query('select 1')
      await slow
      return tx.query<{ done: number }>('select 1 as done')
    })
    const timer = setInterval(() => void store.quickSql.query('select 1'), SILENT_MS / 4)
    expect(await paused).toEqual([{ done: 1 }])
    clearInterval(timer)
    const pids = await Promise.all(Array.from({ length: 8 }, backend))
    expect(pids).toContain(pid)
  })
})
