/**
 * Figures of the documentation engine: `node test/bench/docs.ts [embedded|postgres] [files]`. A made-up repository of 3,000 documents and 50 MB is
 * indexed, twenty of its documents change, and two hundred questions are asked; words are as frequent as in real text (Zipf).
 */
import { createHash } from 'node:crypto'
import type { Repositories, TreeEntry } from '../../core/contract/index.ts'
import { openStore } from '../../core/store/open.ts'
import { createIndexStore } from '../../plugins/docs/index/store.ts'
import { syncRepository } from '../../plugins/docs/index/sync.ts'
import { queryOf, rank } from '../../plugins/docs/search/rank.ts'
import { createSearch } from '../../plugins/docs/search/store.ts'
import { freshDatabase, startPostgres } from '../services/index.ts'
import { quantile } from './figures.ts'
import { temporaryFolder } from './hub-process.ts'

const VOCABULARY = 30_000
const SECTIONS = 17
const WORDS = 125
const QUESTIONS = 200

const [kind = 'embedded', given = '3000'] = process.argv.slice(2)
const files = Number(given)
let seed = 42
const random = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}
const SYLLABLES = 'ba con de fi gor hal in jo kel lu mar nos per qui ra sta tor un vel wex yor zan'.split(' ')
const wordOf = (n: number): string =>
  [n, Math.floor(n / 22), Math.floor(n / 484), Math.floor(n / 10_648) + 3]
    .map((part) => SYLLABLES[part % SYLLABLES.length])
    .join('')
/** The n-th word is said 1/n as often as the first. */
const zipf = (): string => wordOf(Math.min(VOCABULARY - 1, Math.floor(VOCABULARY ** random())))
const prose = (words: number): string => Array.from({ length: words }, zipf).join(' ')
function page(): string {
  const sections = Array.from({ length: SECTIONS }, () => {
    const [title, body, name] = [prose(3), prose(WORDS), `${zipf()}_${zipf()}`.toUpperCase()]
    return `## ${title}\n\n${body}. Set \`${name}\`.\n`
  })
  return `# ${prose(2)}\n\n${sections.join('\n')}`
}

const contents = new Map<string, string>(
  Array.from({ length: files }, (_, i) => [`docs/part-${i % 40}/page-${i}.md`, page()]),
)
const idOf = (text: string) => createHash('sha1').update(text).digest('hex')
const blobs = new Map<string, string>()
let entries: TreeEntry[] = []
function commit(): void {
  entries = [...contents].map(([path, text]) => {
    const blob = idOf(text)
    blobs.set(blob, path)
    return { path, kind: 'file', blob, sizeBytes: text.length }
  })
}
commit()
const unused = async (): Promise<never> => {
  throw new Error('not read by the index')
}
const port: Repositories = {
  title: 'Memory',
  info: async (repository) => ({
    repository,
    url: 'https://code.test/a/b',
    defaultBranch: 'main',
    private: false,
    mayWrite: true,
  }),
  resolve: async () => idOf(entries.map(({ blob }) => blob).join()),
  tree: async () => ({ entries, truncated: false }),
  blob: async (_, { blob }) => Buffer.from(contents.get(blobs.get(blob) ?? '') ?? ''),
  file: async () => null,
  compare: unused,
  history: unused,
  proposal: unused,
  propose: unused,
  issue: unused,
  check: unused,
}

const folder = temporaryFolder()
const service = kind === 'postgres' ? await startPostgres() : null
const store = await openStore({
  dataDir: folder.path,
  migrations: `${import.meta.dirname}/../../migrations`,
  ...(service ? { databaseUrl: await freshDatabase(service.url) } : {}),
})
await store.migrate()
const index = createIndexStore(store.db)
const search = createSearch(store.db)
const key = { workspace: 'bench:1', plugin: 'memory', repository: 'a/b' }
const signal = new AbortController().signal
const seconds = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const began = performance.now()
  return [await work(), (performance.now() - began) / 1000]
}
const megabytes = [...contents.values()].reduce((sum, text) => sum + text.length, 0) / 1e6
const before = process.memoryUsage.rss() / 1e6
const idle = process.cpuUsage()
const [first, firstSeconds] = await seconds(() => syncRepository(index, port, key, { signal }))
console.log(
  `${kind}: first index of ${files} files, ${megabytes.toFixed(0)} MB, ${first.indexed.chunks} passages: ${firstSeconds.toFixed(1)} s (${(process.cpuUsage(idle).user / 1e6).toFixed(1)} s of processor time here), memory ${before.toFixed(0)} → ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
)
for (const path of [...contents.keys()].slice(0, 20)) contents.set(path, page())
commit()
const [, pushSeconds] = await seconds(() => syncRepository(index, port, key, { signal }))
console.log(`${kind}: push of 20 files: ${pushSeconds.toFixed(2)} s`)

const times: number[] = []
const cpu: number[] = []
let found = 0
for (let i = 0; i < QUESTIONS; i += 1) {
  const text = `How does ${prose(2 + (i % 5))} work?`
  const [began, usage] = [performance.now(), process.cpuUsage()]
  const query = queryOf(text)
  const { candidates, weights, instead } = await search.find(key.workspace, [first.indexed], query.lexemes)
  if (rank(candidates, weights, instead, query).length > 0) found += 1
  times.push(performance.now() - began)
  const { user, system } = process.cpuUsage(usage)
  cpu.push((user + system) / 1000)
}
console.log(
  `${kind}: ${QUESTIONS} questions, ${found} with passages: p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms, worst ${quantile(times, 1).toFixed(1)} ms; processor time of this process p50 ${quantile(cpu, 0.5).toFixed(1)} ms, p95 ${quantile(cpu, 0.95).toFixed(1)} ms`,
)
await store.close()
await service?.stop()
folder.remove()
