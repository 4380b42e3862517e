import { expect, it } from 'vitest'
import { memoryRepositories } from '../../../test/fakes/memory-repositories.ts'
import type { IndexStore } from './store.ts'
import { syncRepository } from './sync.ts'

/** Keeps nothing: what counts is how it is read. */
function countingStore() {
  const puts: number[] = []
  let settled: unknown = null
  const store = {
    get: async () => settled,
    blobs: async () => new Map(),
    put: async (_: unknown, documents: readonly unknown[]) => void puts.push(documents.length),
    remove: async () => {},
    settle: async (key: object, state: object) => {
      settled = { ...key, ...state }
    },
    countCommon: async () => {},
  }
  return { store: store as unknown as IndexStore, puts }
}

it('small documents are wanted together, so that a host can answer them as one; large ones few at a time', async () => {
  const host = memoryRepositories()
  const small = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`docs/s${i}.md`, `# S ${i}\n`]))
  const large = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`docs/l${i}.md`, `# L ${i}\n\n${'word '.repeat(45_000)}`]),
  )
  host.commit({ ...small, ...large })
  const most = { small: 0, large: 0 }
  const now = { small: 0, large: 0 }
  const read = host.port.blob
  host.port.blob = async (repository, entry, maxBytes, signal) => {
    const size = entry.sizeBytes > 200_000 ? 'large' : 'small'
    now[size] += 1
    most[size] = Math.max(most[size], now[size])
    await new Promise(setImmediate)
    now[size] -= 1
    return read(repository, entry, maxBytes, signal)
  }
  const { store, puts } = countingStore()
  const key = { workspace: 'w', plugin: 'memory', repository: 'octo/shop' }
  const { changed } = await syncRepository(store, host.port, key, { signal: new AbortController().signal })
  expect(changed).toHaveLength(102)
  expect(most).toEqual({ small: 40, large: 4 })
  expect(puts).toEqual([40, 40, 22])
})
