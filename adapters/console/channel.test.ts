import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '#contract'
import { openStore } from '../../core/store/open.ts'
import { openDatabase } from '../../test/console/harness.ts'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import { freshDatabase, services } from '../../test/services/index.ts'
import { makeBells } from './bells.ts'
import { makeChannel, placeOf } from './channel.ts'
import { consoleAdapter } from './index.ts'
import { openConsoleStore } from './store.ts'
import { consoleMessages, consoleThreads } from './tables.ts'
import { makeThreads } from './threads.ts'

const SECRET = 'a-console-token-nobody-may-see'
let database: Awaited<ReturnType<typeof openDatabase>>
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())

const failed = (code: string) =>
  Object.assign(new Error('Failed query: insert'), { cause: Object.assign(new Error('driver'), { code }) })

/** A database whose next transaction goes wrong as a server or a network would make it. */
function faulty(db: Db, next: () => Fault | null): Db {
  const transaction: Db['transaction'] = async (work, config) => {
    const fault = next()
    if (fault === 'unreachable') throw failed('ECONNREFUSED')
    if (fault === 'cut-before-commit') throw failed('CONNECTION_CLOSED')
    const result = await db.transaction(work, config)
    if (fault === 'slow') await new Promise(() => {})
    if (fault !== null) throw failed('CONNECTION_CLOSED')
    return result
  }
  return new Proxy(db, { get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)) })
}
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(stringsOf) : []
}

channelContract({
  plugin: consoleAdapter,
  async open() {
    await database.db.delete(consoleMessages)
    await database.db.delete(consoleThreads)
    let armed: Fault | null = null
    const db = faulty(database.db, () => {
      const fault = armed
      armed = null
      return fault
    })
    const store = openConsoleStore(db)
    const place = placeOf('contract')
    return {
      channel: makeChannel(() => store, makeBells()),
      place,
      accounts: { known: 'operator', unknown: 'nobody' },
      secrets: [SECRET],
      async shown() {
        const rows = await store.page('contract', 100)
        return rows.map(({ id, message, editedAt }) => ({
          id,
          text: stringsOf(message.blocks ?? message.text).join('\n'),
          edited: editedAt !== null,
          ...(message.only ? { only: message.only.id } : {}),
        }))
      },
      async fault(fault) {
        armed = fault
      },
      words: (native) => stringsOf(native.blocks ?? native.text).join('\n'),
      // The page shows text of any length; what a jsonb column refuses is the only limit.
      problems: (native) => (JSON.stringify(native).includes('\\u0000') ? ['NUL'] : []),
      // Nothing on the page notifies anybody, and page.test.ts looks at the links it makes.
      mentions: () => [],
      links: () => [],
      close: async () => {},
    }
  },
  skip: {
    'obeys a request to wait': 'a database asks nobody to wait',
    'gives up on refused credentials': 'refused credentials stop the hub at its start',
  },
})

describe('the console channel', () => {
  test('keeps revisions in order when many write at once, and repeats of an edit change nothing', async () => {
    const store = openConsoleStore(database.db)
    const channel = makeChannel(() => store, makeBells())
    const never = new AbortController().signal
    const to = placeOf('busy')
    const keys = Array.from({ length: 40 }, (_, i) => `k${i % 20}`)
    const posted = await Promise.all(
      keys.map((key) => channel.deliver({ op: 'post', to, key, message: { text: key } }, never)),
    )
    expect(new Set(posted.map((p) => p.message)).size).toBe(20)
    const rows = await store.changes('busy', 0, 100)
    expect(rows.map((row) => row.rev)).toEqual([...new Set(rows.map((row) => row.rev))].sort((a, b) => a - b))

    const [first] = posted
    if (!first) throw new Error('nothing was posted')
    const edit = { op: 'update', to: first, key: 'e1', message: { text: 'edited' } } as const
    await channel.deliver(edit, never)
    const before = await store.get(first.message)
    await channel.deliver({ ...edit, message: { text: 'the repeat is dropped' } }, never)
    expect(await store.get(first.message)).toEqual(before)
    expect(before?.message.text).toBe('edited')
    expect((await channel.find(edit, 0, never))?.message).toBe(first.message)
  })
  test('reads back what was typed in a thread, in order, and nothing of its own', async () => {
    const store = openConsoleStore(database.db)
    await store.addTyped('read', 'c1', 'We need a queue', 'We need a queue')
    await store.post('read', 'd1', { text: 'an answer' })
    await store.addTyped('read', 'c2', 'Decision: PostgreSQL', 'Decision: PostgreSQL')
    const never = new AbortController().signal
    const said = await makeThreads(() => store).read(placeOf('read'), never)
    expect(said.map(({ text }) => text)).toEqual(['We need a queue', 'Decision: PostgreSQL'])
    const { thread: _, ...nowhere } = placeOf('read')
    expect(await makeThreads(() => store).read(nowhere, never)).toEqual([])
  })
  test('says that a message to edit is gone', async () => {
    const channel = makeChannel(() => openConsoleStore(database.db), makeBells())
    const to = { ...placeOf('x'), message: '00000000-0000-7000-8000-000000000000' }
    const edit = channel.deliver({ op: 'update', to, key: 'e', message: { text: 'x' } }, new AbortController().signal)
    await expect(edit).rejects.toMatchObject({ code: 'NOT_FOUND', retry: 'never' })
  })
})

/** PGlite has one connection; only here do two writers really overlap. */
describe.skipIf(services().databaseUrl === null)('the console channel on PostgreSQL', () => {
  test('a reader that follows revisions while many write and edit misses nothing', async () => {
    const migrations = fileURLToPath(new URL('../../migrations', import.meta.url))
    const opened = await openStore({ databaseUrl: await freshDatabase(), dataDir: '', migrations })
    try {
      await opened.migrate()
      const store = openConsoleStore(opened.db)
      const channel = makeChannel(() => store, makeBells())
      const never = new AbortController().signal
      let writing = true
      const writers = Array.from({ length: 12 }, async (_, writer) => {
        for (let i = 0; i < 20; i++) {
          const key = `${writer}-${i}`
          const to = await channel.deliver({ op: 'post', to: placeOf('t'), key, message: { text: key } }, never)
          await channel.deliver({ op: 'update', to, key: `${key}-edit`, message: { text: `${key} edited` } }, never)
        }
      })
      const done = Promise.all(writers).finally(() => {
        writing = false
      })
      const seen = new Map<string, string>()
      let cursor = 0
      // What is asked for while somebody still writes may be answered before the last of it: only an answer that was asked for afterwards ends this.
      for (let isOver = false; !isOver; ) {
        const hadEnded = !writing
        const rows = await store.changes('t', cursor, 7)
        for (const row of rows) {
          seen.set(row.key, row.message.text)
          cursor = row.rev
        }
        isOver = hadEnded && rows.length === 0
      }
      await done
      expect(seen.size).toBe(240)
      expect([...seen].filter(([key, text]) => text !== `${key} edited`)).toEqual([])
    } finally {
      await opened.close()
    }
  })
})
