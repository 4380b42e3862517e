import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateWith } from './migrate.ts'
import type { Sql } from './sql.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-migrate-'))
  mkdirSync(join(folder, 'meta'))
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ entries: [{ when: 10 }, { when: 20 }] }))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A database whose table of migrations says this; null: it has no such table. */
function databaseAt(newest: number | null): Sql {
  const answer = (text: string): unknown[] => {
    if (text.includes('to_regclass')) return [{ found: newest !== null }]
    if (newest === null) throw new Error('there is no such table')
    return [{ newest }]
  }
  return {
    query: async <T extends object>(text: string) => answer(text) as T[],
    transaction: () => Promise.reject(new Error('not here')),
  }
}

describe('migrateWith', () => {
  it.each([
    ['an empty database', null, 1],
    ['one without any migration', 0, 1],
    ['one that lacks the last', 10, 1],
    ['one that is up to date', 20, 0],
    ['one that a newer hub migrated', 30, 0],
  ])('%s', async (_, newest, runs) => {
    let ran = 0
    await migrateWith(databaseAt(newest), folder, async () => void ran++)
    expect(ran).toBe(runs)
  })
})
