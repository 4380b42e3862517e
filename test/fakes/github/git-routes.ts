import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Access, allowed, bodyOf, fail, page } from './access.ts'
import type { Entry, Mode } from './git.ts'
import type { People } from './people.ts'
import { repositoryWire } from './wire.ts'
import type { C, Repository, World } from './world.ts'

/** Refs, commits, trees, blobs and comparisons: https://docs.github.com/en/rest/git */
export function gitRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  world: World,
  access: Access,
  peopleOf: (name: string) => People,
): void {
  const read = (work: Parameters<typeof allowed>[4]) => allowed(world, access, 'contents', 'read', work)
  const write = (work: Parameters<typeof allowed>[4]) => allowed(world, access, 'contents', 'write', work)
  const at = '/repos/:owner/:repo'
  const rest = (c: C, marker: string) =>
    decodeURIComponent(c.req.path.slice(c.req.path.indexOf(marker) + marker.length))
  const refWire = (ref: string, sha: string) => ({ ref: `refs/${ref}`, object: { type: 'commit', sha } })
  const commitWire = (repository: Repository, sha: string) => {
    const commit = repository.git.commits.get(sha)
    if (!commit) return null
    const date = new Date(commit.atMs).toISOString()
    const author = { ...commit.author, date }
    const parents = commit.parents.map((parent) => ({ sha: parent }))
    return { sha, tree: { sha: commit.tree }, message: commit.message, author, committer: author, parents }
  }

  app.get(
    at,
    allowed(world, access, 'metadata', 'read', (c, repository) => {
      const push = world.permissions.contents === 'write'
      return c.json({
        ...repositoryWire(repository),
        permissions: { admin: false, maintain: false, push, triage: push, pull: true },
      })
    }),
  )
  // https://docs.github.com/en/rest/commits/commits#list-commits
  app.get(
    `${at}/commits`,
    read((c, repository) => {
      const { git } = repository
      const { sha: ref = 'main', path = '' } = c.req.query()
      const head = git.resolve(ref)
      if (head === null) return fail(c, 404, 'Not Found')
      const blobIn = (sha: string | undefined) => git.flat(git.treeOf(sha ?? '') ?? '').get(path)?.sha
      const found = git.between(null, head).filter(({ sha, parents }) => blobIn(sha) !== blobIn(parents[0]))
      return c.json(
        page(c, found.toReversed()).map(({ sha, message, author, atMs }) => ({
          sha,
          commit: { message, author: { ...author, date: new Date(atMs).toISOString() } },
          author: { login: author.name },
        })),
      )
    }),
  )
  app.get(
    `${at}/commits/:sha/pulls`,
    read((c, repository) => c.json(pullsOf(repository, c.req.param('sha') ?? ''))),
  )
  app.get(
    `${at}/commits/:ref{.+}`,
    read((c, repository) => {
      const ref = decodeURIComponent(c.req.param('ref') ?? '')
      const found = repository.git.resolve(ref)
      const wire = found === null ? null : commitWire(repository, found)
      if (wire === null) return fail(c, 422, `No commit found for SHA: ${ref}`)
      return c.json({ sha: found, commit: wire, parents: wire.parents })
    }),
  )
  const pullsOf = (repository: Repository, sha: string) =>
    repository.pulls
      .filter((pull) => pull.headSha === sha)
      .map((pull) => ({
        number: pull.number,
        state: pull.state,
        head: { sha: pull.headSha, ref: pull.branch, repo: { full_name: pull.headRepository } },
      }))
  app.get(
    `${at}/git/ref/*`,
    read((c, { git }) => {
      const ref = rest(c, '/git/ref/')
      const sha = git.refs.get(ref)
      return sha === undefined ? fail(c, 404, 'Not Found') : c.json(refWire(ref, sha))
    }),
  )
  const isProtected = ({ protected: them }: Repository, ref: string) => them.has(ref.replace(/^(refs\/)?heads\//, ''))
  const moved = (c: C, { name, git }: Repository, ref: string, after: string | null) => {
    if (ref.startsWith('heads/')) peopleOf(name).move(ref.slice('heads/'.length), after, access.userOf(c))
    else if (after === null) git.refs.delete(ref)
    else git.refs.set(ref, after)
  }
  app.post(
    `${at}/git/refs`,
    write(async (c, repository) => {
      const { ref, sha } = await bodyOf(c)
      const name = String(ref).replace(/^refs\//, '')
      if (!/^refs\/(heads|tags)\/.+/.test(String(ref))) return fail(c, 422, 'Reference name must start with refs/')
      if (/\.\.|[\s~^:?*[\\]|\/\/|\/$|\.lock$|@\{/.test(name)) return fail(c, 422, `${ref} is not a valid ref name.`)
      if (!repository.git.commits.has(String(sha))) return fail(c, 422, 'Object does not exist')
      if (repository.git.refs.has(name)) return fail(c, 422, 'Reference already exists')
      if ([...repository.git.refs.keys()].some((one) => one.startsWith(`${name}/`) || name.startsWith(`${one}/`)))
        return fail(c, 422, 'Reference update failed')
      if (isProtected(repository, name))
        return fail(c, 422, `Repository rule violations found\n\nCannot create ref due to creations being restricted.`)
      moved(c, repository, name, String(sha))
      return c.json(refWire(name, String(sha)), 201)
    }),
  )
  app.patch(
    `${at}/git/refs/*`,
    write(async (c, repository) => {
      const { sha, force } = await bodyOf(c)
      const ref = rest(c, '/git/refs/')
      const old = repository.git.refs.get(ref)
      if (old === undefined) return fail(c, 422, 'Reference does not exist')
      if (!repository.git.commits.has(String(sha))) return fail(c, 422, 'Object does not exist')
      if (isProtected(repository, ref)) return fail(c, 422, `Protected branch update failed for refs/${ref}.`)
      if (force !== true && !repository.git.ancestors(String(sha)).has(old))
        return fail(c, 422, 'Update is not a fast forward')
      if (old !== sha) moved(c, repository, ref, String(sha))
      return c.json(refWire(ref, String(sha)))
    }),
  )
  app.delete(
    `${at}/git/refs/*`,
    write((c, repository) => {
      const ref = rest(c, '/git/refs/')
      if (!repository.git.refs.has(ref)) return fail(c, 422, 'Reference does not exist')
      moved(c, repository, ref, null)
      return c.body(null, 204)
    }),
  )
  app.get(
    `${at}/git/commits/:sha`,
    read((c, repository) => {
      const wire = commitWire(repository, c.req.param('sha') ?? '')
      return wire === null ? fail(c, 404, 'Not Found') : c.json(wire)
    }),
  )
  app.post(
    `${at}/git/commits`,
    write(async (c, repository) => {
      const { message, tree, parents = [] } = (await bodyOf(c)) as { message: string; tree: string; parents?: string[] }
      const { git } = repository
      if (!git.folders.has(tree)) return fail(c, 422, 'Tree SHA does not exist')
      if (parents.some((parent) => !git.commits.has(parent)))
        return fail(c, 422, 'Parent SHA does not exist or is not a commit object')
      const { login } = access.userOf(c)
      const author = { name: login, email: `${login}@users.noreply.github.com` }
      const sha = git.writeCommit({ tree, parents, message, author, atMs: world.now() })
      return c.json(commitWire(repository, sha), 201)
    }),
  )
  app.get(
    `${at}/git/trees/:sha`,
    read((c, { git }) => {
      const asked = c.req.param('sha') ?? ''
      const sha = git.folders.has(asked) ? asked : (git.treeOf(git.resolve(asked) ?? '') ?? '')
      const folder = git.folders.get(sha)
      if (!folder) return fail(c, 404, 'Not Found')
      const deep = c.req.query('recursive') !== undefined
      const entries: [string, { mode: string; sha: string }][] = deep ? [...git.flat(sha)] : [...folder]
      const tree = entries.slice(0, world.lists.tree).map(([path, { mode, sha: id }]) => ({
        path,
        mode,
        sha: id,
        type: mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob',
        ...(mode === '040000' || mode === '160000' ? {} : { size: git.blobs.get(id)?.byteLength ?? 0 }),
      }))
      return c.json({ sha, tree, truncated: entries.length > world.lists.tree })
    }),
  )
  app.post(
    `${at}/git/trees`,
    write(async (c, { git }) => {
      interface Given {
        readonly path?: string
        readonly mode?: string
        readonly sha?: string | null
        readonly content?: string
      }
      const { tree, base_tree } = (await bodyOf(c)) as { tree: readonly Given[]; base_tree?: string }
      if (base_tree !== undefined && !git.folders.has(base_tree)) return fail(c, 422, 'base_tree is not a tree')
      const made = new Map<string, Entry>(base_tree === undefined ? [] : git.flat(base_tree))
      for (const { path = '', mode = '100644', sha, content } of tree) {
        if (path === '' || /^\/|\/$|\/\/|(^|\/)(\.\.?|\.git)(\/|$)/i.test(path))
          return fail(c, 422, `tree.path contains a malformed path component`)
        if (sha === null && !made.has(path)) return fail(c, 422, 'GitRPC::BadObjectState')
        if (sha === null) made.delete(path)
        else if (sha !== undefined && !git.blobs.has(sha)) return fail(c, 422, `tree.sha ${sha} is not a valid blob`)
        else made.set(path, { mode: mode as Mode, sha: sha ?? git.writeBlob(content ?? '') })
      }
      return c.json({ sha: git.writeTree(made) }, 201)
    }),
  )
  app.get(
    `${at}/git/blobs/:sha`,
    read((c, { git }) => {
      const sha = c.req.param('sha') ?? ''
      const bytes = git.blobs.get(sha)
      if (!bytes) return fail(c, 404, 'Not Found')
      return c.json({ sha, size: bytes.byteLength, encoding: 'base64', content: bytes.toString('base64') })
    }),
  )
  app.post(
    `${at}/git/blobs`,
    write(async (c, { git }) => {
      const { content, encoding = 'utf-8' } = (await bodyOf(c)) as { content: string; encoding?: string }
      const sha = git.writeBlob(encoding === 'base64' ? Buffer.from(content, 'base64') : content)
      return c.json({ sha }, 201)
    }),
  )
  app.get(
    `${at}/compare/*`,
    read((c, { git }) => {
      const [base = '', head = ''] = rest(c, '/compare/')
        .split('...')
        .map((ref) => git.resolve(ref) ?? '')
      if (!git.commits.has(base) || !git.commits.has(head)) return fail(c, 404, 'Not Found')
      const shared = git.mergeBase(base, head)
      if (shared === null) return fail(c, 404, `No common ancestor between ${base} and ${head}.`)
      const [ahead, behind] = [git.between(base, head), git.between(head, base)]
      const status =
        ahead.length === 0 ? (behind.length === 0 ? 'identical' : 'behind') : behind.length === 0 ? 'ahead' : 'diverged'
      const isFirst = Number(c.req.query('page') ?? 1) === 1
      const files = git.changes(git.treeOf(shared) ?? '', git.treeOf(head) ?? '').slice(0, world.lists.comparison)
      const commits = page(c, ahead).map(({ sha, message, author, atMs, parents }) => ({
        sha,
        parents: parents.map((one) => ({ sha: one })),
        commit: { message, author: { ...author, date: new Date(atMs).toISOString() } },
        author: { login: author.name },
      }))
      return c.json({
        status,
        ahead_by: ahead.length,
        behind_by: behind.length,
        total_commits: ahead.length,
        base_commit: { sha: base },
        merge_base_commit: { sha: shared },
        commits,
        ...(isFirst ? { files: status === 'behind' || status === 'identical' ? [] : files } : {}),
      })
    }),
  )
  // As much of GraphQL as asks for several blobs at once: https://docs.github.com/en/graphql/reference/objects#blob
  app.post('/graphql', async (c) => {
    if (access.kindOf(c) === null) return fail(c, 401, 'Bad credentials')
    const { query, variables } = (await bodyOf(c)) as { query: string; variables: { owner: string; repo: string } }
    const repository = world.repositories.get(`${variables.owner}/${variables.repo}`.toLowerCase())
    if (!repository || world.permissions.contents === 'none')
      return c.json({ data: { repository: null }, errors: [{ type: 'NOT_FOUND' }] })
    const asked = [...query.matchAll(/(b\d+):object\(oid:"([0-9a-f]{40})"\)\{\.\.\.on Blob\{text\}\}/g)]
    const found = asked.map(([, alias = '', oid = '']) => {
      const bytes = repository.git.blobs.get(oid)
      return [alias, bytes ? { text: bytes.includes(0) ? null : bytes.toString('utf8') } : null]
    })
    return c.json({ data: { repository: Object.fromEntries(found) } })
  })
}
