import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { expect, it } from 'vitest'
import { files, read, root } from './tree.ts'

const tableFiles = files.filter((path) => /^(core\/store|(plugins|adapters)\/[^/]+)\/tables\.ts$/.test(path))
const journal: { entries: readonly { idx: number; tag: string }[] } = JSON.parse(read('migrations/meta/_journal.json'))

it('every migration is in the journal, and every entry has its file', () => {
  const sql = files.filter((path) => /^migrations\/.*\.sql$/.test(path)).sort()
  expect(sql).toEqual(journal.entries.map(({ tag }) => `migrations/${tag}.sql`))
  expect(journal.entries.map(({ idx }) => idx)).toEqual(journal.entries.map((_, index) => index))
})

it('the tables are what the migrations make: nothing is left for npm run db:generate', async () => {
  const modules: readonly Record<string, unknown>[] = await Promise.all(
    tableFiles.map((path) => import(pathToFileURL(join(root, path)).href)),
  )
  const last = String(journal.entries.length - 1).padStart(4, '0')
  const snapshot = JSON.parse(read(`migrations/meta/${last}_snapshot.json`))
  // Each file declares the schema for itself; the same name twice is one schema.
  const tables = Object.fromEntries(
    modules.flatMap((module, i) => Object.entries(module).map(([name, value]) => [`${i} ${name}`, value])),
  )
  const statements = await generateMigration(snapshot, generateDrizzleJson(tables, snapshot.id, ['hub']))
  expect(statements).toEqual([])
})
