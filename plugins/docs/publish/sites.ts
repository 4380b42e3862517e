import { createHash } from 'node:crypto'
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
  lookedMs: number
  failed: { readonly reason: string; readonly atMs: number } | null
}

/** The pages of each workspace that somebody looked at, made anew when the index has changed, in a process of their own. */
export function createSites(shelf: Shelf, log: Log): Pages & { close(): Promise<void> } {
  const sites = new Map<string, Site>()
  const closing = new AbortController()
  let root: Promise<string> | undefined

  async function build(workspace: string, site: Site): Promise<void> {
    const repositories = await collected(shelf, workspace)
    const version = versionOf(repositories)
    if (site.now?.version === version) return
    const names = repositories.map(({ plugin, repository }) => `${plugin}:${repository}`)
    // What was unbound is gone at once, before the pages without it are made.
    const isReadable = (one: Built | null) => one?.repositories.every((name) => names.includes(name)) ?? false
    if (!isReadable(site.before)) await drop(site, 'before')
    if (!isReadable(site.now)) await drop(site, 'now')
    root ??= mkdtemp(path.join(tmpdir(), 'autodevhub-docs-'))
    const folder = path.join(
      await root,
      createHash('sha256')
        .update(workspace + version)
        .digest('hex')
        .slice(0, 24),
    )
    await rm(folder, { recursive: true, force: true })
    const sources = repositories.map((one) => sourceOf(shelf, one))
    const { pages } = await buildSite(sources, folder, { title: 'Documentation', signal: closing.signal })
    const files = await filesIn(folder)
    await drop(site, 'before')
    site.before = site.now
    site.now = { version, folder, files, repositories: names }
    log.info({ workspace, pages }, 'pages of the documentation were made')
  }
  function refresh(workspace: string, site: Site): Promise<void> | null {
    if (site.building) return site.building
    const nowMs = Date.now()
    if (nowMs - site.lookedMs < LOOK_MS) return null
    if (site.failed && nowMs - site.failed.atMs < RETRY_MS) return null
    site.lookedMs = nowMs
    site.building = build(workspace, site)
      .then(() => {
        site.failed = null
      })
      .catch((error: unknown) => {
        if (closing.signal.aborted) return
        const reason = error instanceof HubError ? error.message : 'The pages could not be made; the log says why'
        site.failed = { reason, atMs: Date.now() }
        log.warn({ workspace, err: error }, 'pages of the documentation could not be made')
      })
      .finally(() => {
        site.building = null
      })
    return site.building
  }
  function siteOf(workspace: string): Site {
    const known = sites.get(workspace)
    if (known) return known
    const made: Site = { now: null, before: null, building: null, lookedMs: 0, failed: null }
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
      const building = refresh(workspace, site)
      if (building) await atMost(building, WAIT_MS)
      if (!site.now) return site.failed ? { kind: 'failed', reason: site.failed.reason } : { kind: 'building' }
      for (const built of [site.now, site.before]) {
        if (!built) continue
        const name = address === '' || address.endsWith('/') ? `${address}index.html` : address
        if (built.files.has(name))
          return {
            kind: 'file',
            body: new Uint8Array(await readFile(path.join(built.folder, name))),
            type: typeOf(name),
            etag: `"${createHash('sha256').update(`${built.version} ${name}`).digest('base64url').slice(0, 22)}"`,
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

/** What the pages would show: another commit, other settings, another repository. */
const versionOf = (all: Awaited<ReturnType<typeof collected>>): string =>
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
