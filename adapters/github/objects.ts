import { z } from 'zod'
import { HubError, type TreeEntry } from '#contract'
import { createGather } from './blobs.ts'
import { createCache } from './cache.ts'
import type { GitHubClient } from './client.ts'
import { repositoryOf } from './place.ts'

const CACHE_BYTES = 16_000_000
/** A blob arrives in base64 inside of JSON, and no answer of ours may be longer than 20 MB. */
const MAX_BLOB_BYTES = 14_000_000
const ENTRY_BYTES = 160
export const SHA = /^[0-9a-f]{40}$/

const treeAnswer = z.object({
  sha: z.string(),
  tree: z.array(
    z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string(), size: z.number().optional() }),
  ),
  truncated: z.boolean().default(false),
})
const blobAnswer = z.object({ content: z.string(), encoding: z.string() })
const refAnswer = z.object({ sha: z.string() })

export interface Entry extends TreeEntry {
  /** Git's own: 100755 is a file that can be run. */
  readonly mode: string
}
export interface Tree {
  readonly entries: readonly Entry[]
  readonly truncated: boolean
}
/** What Git never changes once it is there; cached by its id. https://docs.github.com/en/rest/git */
export interface Objects {
  resolve(repository: string, ref: string, signal: AbortSignal): Promise<string | null>
  tree(repository: string, sha: string, signal: AbortSignal): Promise<Tree>
  /** What stands at a path of a commit, found folder by folder; null when nothing does, or a folder. */
  entry(repository: string, commit: string, path: string, signal: AbortSignal): Promise<Entry | null>
  blob(
    repository: string,
    sha: string,
    sizeBytes: number,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | null>
  file(repository: string, ref: string, path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | null>
}
export function createObjects(client: GitHubClient): Objects {
  const trees = createCache<Tree>(CACHE_BYTES)
  const folders = createCache<z.infer<typeof treeAnswer>['tree']>(CACHE_BYTES / 4)
  const blobs = createCache<Uint8Array>(CACHE_BYTES)
  const gather = createGather(client)
  const ask = (name: string, route: string, parameters: object, what: string, signal: AbortSignal) => {
    const repository = repositoryOf(name)
    return { route, parameters: { ...repository, ...parameters }, repository, what: `${what} of ${name}`, signal }
  }
  const listed = async (name: string, sha: string, deep: boolean, signal: AbortSignal) => {
    const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
    const parameters = { tree_sha: sha, ...(deep ? { recursive: '1' } : {}) }
    return parse(treeAnswer, await client.call(ask(name, route, parameters, 'files', signal)), 'files')
  }
  /** One folder, so that a single file does not cost the listing of a whole repository. */
  const folder = async (name: string, sha: string, signal: AbortSignal) => {
    const known = folders.get(`${name} ${sha}`)
    if (known) return known
    const { tree, truncated } = await listed(name, sha, false, signal)
    if (truncated) throw new HubError('TOO_LARGE', `a folder of ${name} has more entries than GitHub lists; split it`)
    folders.set(`${name} ${sha}`, tree, tree.length * ENTRY_BYTES)
    return tree
  }
  const objects: Objects = {
    async resolve(name, ref, signal) {
      if (ref === '' || ref.length > 250) return null
      try {
        const route = 'GET /repos/{owner}/{repo}/commits/{ref}'
        const what = `${ref.slice(0, 80)}`
        return parse(refAnswer, await client.read(ask(name, route, { ref, per_page: 1 }, what, signal)), 'commit').sha
      } catch (error) {
        // No such commit is 422, and 409 while the repository is empty.
        if (error instanceof HubError && ['NOT_FOUND', 'INPUT_INVALID', 'CONFLICT'].includes(error.code)) return null
        throw error
      }
    },
    async tree(name, sha, signal) {
      const known = trees.get(`${name} ${sha}`)
      if (known) return known
      const { tree, truncated } = await listed(name, sha, true, signal)
      const entries = tree.flatMap((one) => entryOf(one) ?? [])
      const found = { entries, truncated }
      if (SHA.test(sha)) trees.set(`${name} ${sha}`, found, entries.length * ENTRY_BYTES)
      return found
    },
    async blob(name, sha, sizeBytes, maxBytes, signal) {
      if (sizeBytes > Math.min(maxBytes, MAX_BLOB_BYTES)) return null
      const known = blobs.get(`${name} ${sha}`)
      if (known) return known.byteLength > maxBytes ? null : known
      const gathered = await gather(name, sha, sizeBytes)
      if (gathered) {
        blobs.set(`${name} ${sha}`, gathered, gathered.byteLength)
        return gathered.byteLength > maxBytes ? null : gathered
      }
      const route = 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}'
      const { content, encoding } = parse(
        blobAnswer,
        await client.call(ask(name, route, { file_sha: sha }, 'a file', signal)),
        'file',
      )
      const bytes = new Uint8Array(Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'))
      blobs.set(`${name} ${sha}`, bytes, bytes.byteLength)
      return bytes.byteLength > maxBytes ? null : bytes
    },
    async entry(name, commit, path, signal) {
      const parts = path.split('/')
      if (parts.some((part) => part === '' || part === '.' || part === '..')) return null
      let at = commit
      for (const part of parts.slice(0, -1)) {
        const entry = (await folder(name, at, signal)).find((one) => one.path === part)
        if (entry?.type !== 'tree') return null
        at = entry.sha
      }
      const entry = (await folder(name, at, signal)).find((one) => one.path === parts.at(-1))
      return (entry && entryOf(entry)) ?? null
    },
    async file(name, ref, path, maxBytes, signal) {
      const commit = SHA.test(ref) ? ref : await objects.resolve(name, ref, signal)
      if (commit === null) return null
      const file = await objects.entry(name, commit, path, signal)
      if (file?.kind !== 'file') return null
      return objects.blob(name, file.blob, file.sizeBytes, maxBytes, signal)
    },
  }
  return objects
}
/** null for folders. */
function entryOf(one: z.infer<typeof treeAnswer>['tree'][number]): Entry | null {
  if (one.type === 'tree') return null
  const kind = one.type === 'commit' ? 'submodule' : one.mode === '120000' ? 'link' : 'file'
  return { path: one.path, kind, blob: one.sha, sizeBytes: one.size ?? 0, mode: one.mode }
}
/** An answer that is not as documented is the far side's fault, and may be right the next time. */
export function parse<S extends z.ZodType>(schema: S, data: unknown, what: string): z.output<S> {
  const read = schema.safeParse(data)
  if (read.success) return read.data
  throw new HubError(
    'UNAVAILABLE',
    `${what}: GitHub's answer is not as documented (${read.error.issues[0]?.path.join('.')})`,
  )
}
