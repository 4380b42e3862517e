import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { constants, setPriority } from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { HubError } from '#contract'
import { documentsFile, REPOSITORIES, type SiteSource } from './source.ts'

export interface BuiltSite {
  readonly pages: number
  readonly documents: number
}
const BUILDER = fileURLToPath(new URL('builder.ts', import.meta.url))
/** Says that a folder was made here, so that building anew may replace it. */
const MARK = '.autodevhub-docs'
const MAX_BUILD_MS = 15 * 60_000
const GENERATORS = ['@11ty/eleventy', 'pagefind', 'mermaid'] as const

/** An installation may leave out what the site is made with: a hub that publishes nothing does without. */
export function checkGenerators(isThere: (name: string) => boolean = isInstalled): void {
  const missing = GENERATORS.filter((name) => !isThere(name))
  if (missing.length > 0)
    throw new HubError(
      'UNSUPPORTED',
      `The site is made with ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not installed: run npm ci in the folder of the hub`,
      { retry: 'never' },
    )
}

function isInstalled(name: string): boolean {
  try {
    return findPackageJSON(name, import.meta.url) !== undefined
  } catch {
    return false
  }
}

/**
 * Renders documents to a folder of static pages, in a process of its own, and puts it in the place of the one before in one step.
 * @example await buildSite([{ plugin: 'github', repository: 'octo/shop', url, sha, isPrivate: false, documents: () => documents }], 'site', { title: 'Docs', signal })
 */
export async function buildSite(
  sources: readonly SiteSource[],
  folder: string,
  options: { readonly title: string; readonly signal: AbortSignal },
): Promise<BuiltSite> {
  checkGenerators()
  const out = path.resolve(folder)
  await mustBeOurs(out)
  await mkdir(path.dirname(out), { recursive: true })
  // Beside its target: only within one file system is a folder moved in one step.
  const work = await mkdtemp(path.join(path.dirname(out), '.docs-build-'))
  try {
    const documents = await writeInput(work, sources, options.signal)
    await runBuilder(work, options)
    const { pages } = JSON.parse(await readFile(path.join(work, 'built.json'), 'utf8')) as { pages: number }
    const built = path.join(work, 'site')
    await writeFile(path.join(built, MARK), 'Made by AutoDevHub; building anew replaces this folder.\n')
    // GitHub Pages would leave out names that begin with an underscore.
    await writeFile(path.join(built, '.nojekyll'), '')
    if (existsSync(out)) await rename(out, path.join(work, 'before'))
    await rename(built, out)
    return { pages, documents }
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Nothing of somebody else's is ever replaced. */
async function mustBeOurs(out: string): Promise<void> {
  if (!existsSync(out)) return
  const names = await readdir(out).catch(() => null)
  if (names === null) throw new HubError('CONFLICT', `${out} is a file: name a folder with --out`)
  if (names.length > 0 && !names.includes(MARK))
    throw new HubError(
      'CONFLICT',
      `${out} holds something that was not made by docs build: name another folder with --out, or empty it`,
    )
}

async function writeInput(work: string, sources: readonly SiteSource[], signal: AbortSignal): Promise<number> {
  const repositories = sources.map(({ plugin, repository, url, sha, isPrivate }) => ({
    plugin,
    repository,
    url,
    sha,
    isPrivate,
  }))
  await writeFile(path.join(work, REPOSITORIES), JSON.stringify(repositories))
  let written = 0
  for (const [index, source] of sources.entries()) {
    const file = createWriteStream(path.join(work, documentsFile(index)))
    for await (const { path: at, title, text } of source.documents()) {
      signal.throwIfAborted()
      written += 1
      if (!file.write(`${JSON.stringify({ path: at, title, text })}\n`)) await once(file, 'drain')
    }
    file.end()
    await finished(file)
  }
  return written
}

async function runBuilder(work: string, options: { readonly title: string; readonly signal: AbortSignal }) {
  try {
    const running = promisify(execFile)(process.execPath, [BUILDER, work, options.title], {
      // None of the hub's secrets: what is read there was written by others.
      env: { TMPDIR: work, NO_COLOR: '1' },
      signal: options.signal,
      timeout: MAX_BUILD_MS,
      maxBuffer: 1_000_000,
    })
    const { pid } = running.child
    // Pages can wait; commands and deliveries of the same machine go first.
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
    await running
  } catch (cause) {
    options.signal.throwIfAborted()
    const said = typeof cause === 'object' && cause !== null && 'stderr' in cause ? String(cause.stderr) : ''
    const why = said.split('\n').find((line) => /error/i.test(line)) ?? 'it ended without a word'
    throw new HubError('UNAVAILABLE', `The site could not be made: ${why.trim().slice(0, 300)}`, { cause })
  }
}
