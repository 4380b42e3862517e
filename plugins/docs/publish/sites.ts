import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { HubError, type Log, type PageAnswer, type Pages } from '#contract'
import { buildSite } from './build.ts'
import { collected, type Shelf, sourceOf } from './collect.ts'
import { typeOf } from './types.ts'

/** The index is asked so often whether it changed, not with each request. */
const LOOK_MS = 1_000
/** A visitor waits so long for what just changed, then sees what was there before. */
const WAIT_MS = 4_000
const RETRY_MS = 30_000
const MAX_SITES = 20

interface Built {
  readonly version: string
  readonly folder: string
  /** Names below the folder; nothing else is ever opened. */
  readonly files: ReadonlySet<string>
  readonly repositories: readonly string[]
}
interface Site {
  now: Built | null
  /** Pages that are open in a browser still ask for its files. */
  before: Built | null
  building: Promise<void> | null
  looking: Promise<void> | null
  lookedMs: number
  failed: { readonly version: string; readonly reason: string; readonly atMs: number } | null
}
type Repositories = Awaited<ReturnType<typeof collected>>

/** The pages of each workspace that somebody looked at, made anew when the index has changed, in a process of their own. */
export function createSites(shelf: Shelf, log: Log): Pages & { close(): Promise<void> } {
  const sites = new Map<string, Site>()
  const closing = new AbortController()
  let root: Promise<string> | undefined

  /** Asks the index what may be read now, and has the pages made anew where they show something else. */
  async function look(workspace: string, site: Site): Promise<void> {
    const repositories = await collected(shelf, workspace)
    const names = repositories.map(nameOf)
    // What was unbound is gone at once, before the pages without it are made.
    for (const which of ['now', 'before'] as const)
      if (site[which]?.repositories.some((name) => !names.includes(name))) await drop(site, which)
    const version = versionOf(repositories)
    const isHopeless = site.failed?.version === version && Date.now() - site.failed.atMs < RETRY_MS
    if (site.building || site.now?.version === version || isHopeless || closing.signal.aborted) return
    site.building = build(workspace, site, repositories, version)
      .catch((error: unknown) => {
        if (closing.signal.aborted) return
        const reason = error instanceof HubError ? error.message : 'The pages could not be made; the log says why'
        site.failed = { version, reason, atMs: Date.now() }
        log.warn({ workspace, err: error }, 'pages of the documentation could not be made')
      })
      .finally(() => {
        site.building = null
        site.lookedMs = 0
      })
  }
  async function build(workspace: string, site: Site, repositories: Repositories, version: string): Promise<void> {
    root ??= mkdtemp(path.join(tmpdir(), 'autodevhub-docs-'))
    const folder = path.join(await root, randomUUID())
    const sources = repositories.map((one) => sourceOf(shelf, one))
    const { pages } = await buildSite(sources, folder, { title: 'Documentation', signal: closing.signal })
    const files = await filesIn(folder)
    await drop(site, 'before')
    site.before = site.now
    site.now = { version, folder, files, repositories: repositories.map(nameOf) }
    site.failed = null
    log.info({ workspace, pages }, 'pages of the documentation were made')
  }
  async function lookIfDue(workspace: string, site: Site): Promise<void> {
    if (Date.now() - site.lookedMs < LOOK_MS) return
    site.looking ??= look(workspace, site).finally(() => {
      site.lookedMs = Date.now()
      site.looking = null
    })
    await site.looking
  }
  async function refresh(workspace: string, site: Site): Promise<void> {
    await lookIfDue(workspace, site)
    if (!site.building) return
    await atMost(site.building, WAIT_MS)
    // A repository may have been unbound while its pages were made.
    await lookIfDue(workspace, site)
  }
  function siteOf(workspace: string): Site {
    const known = sites.get(workspace)
    if (known) return known
    const made: Site = { now: null, before: null, building: null, looking: null, lookedMs: 0, failed: null }
    // The oldest makes room; whoever looks again has it made again.
    const [oldest] = sites.keys()
    if (sites.size >= MAX_SITES && oldest !== undefined) {
      const left = sites.get(oldest)
      sites.delete(oldest)
      for (const which of ['now', 'before'] as const) if (left) void drop(left, which).catch(() => {})
    }
    sites.set(workspace, made)
    return made
  }
  return {
    async find(workspace, address): Promise<PageAnswer> {
      const site = siteOf(workspace)
      await refresh(workspace, site)
      if (!site.now) return site.failed ? { kind: 'failed', reason: site.failed.reason } : { kind: 'building' }
      for (const built of [site.now, site.before]) {
        if (!built) continue
        const name = address === '' || address.endsWith('/') ? `${address}index.html` : address
        if (built.files.has(name)) {
          const body = await readFile(path.join(built.folder, name)).catch(() => null)
          // Dropped a moment ago.
          if (body === null) return { kind: 'building' }
          const etag = createHash('sha256').update(`${built.version} ${name}`).digest('base64url').slice(0, 22)
          return { kind: 'file', body: new Uint8Array(body), type: typeOf(name), etag: `"${etag}"` }
        }
        if (built.files.has(`${address}/index.html`)) return { kind: 'folder' }
      }
      return { kind: 'missing' }
    },
    async close() {
      closing.abort()
      await Promise.allSettled([...sites.values()].map(({ building }) => building))
      if (root) await rm(await root, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

const nameOf = ({ plugin, repository }: Repositories[number]): string => `${plugin}:${repository}`

/** What the pages would show: another commit, other settings, another repository. */
const versionOf = (all: Repositories): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        all.map(({ plugin, repository, sha, url, isPrivate, documents, chunks }) => [
          plugin,
          repository,
          sha,
          url,
          isPrivate,
          documents,
          chunks,
        ]),
      ),
    )
    .digest('hex')

async function drop(site: Site, which: 'now' | 'before'): Promise<void> {
  const gone = site[which]
  site[which] = null
  if (gone) await rm(gone.folder, { recursive: true, force: true })
}

async function filesIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return new Set(
    entries.flatMap((entry) =>
      entry.isFile() && !entry.name.startsWith('.')
        ? [path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')]
        : [],
    ),
  )
}
async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, over])
  clearTimeout(timer)
}
