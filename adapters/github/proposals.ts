import { z } from 'zod'
import { type Comparison, HubError, type Proposal, type ProposalWrite } from '#contract'
import type { GitHubClient } from './client.ts'
import { asRepeatable } from './errors.ts'
import { blobId, commitMark, editsOf, keyMark, markedEdits } from './mark.ts'
import { unmentioned } from './markdown.ts'
import { type Entry, type Objects, parse, SHA } from './objects.ts'
import { repositoryOf } from './place.ts'

const BODY = 65_000
const TITLE = 250
const BRANCH = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/$|\.$))[^\s~^:?*[\]\\\p{Cc}]{1,200}$/u
const UNSAFE_PATH = /(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)|[\p{Cc}\\]/iu

const pull = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  merged_at: z.string().nullish(),
  base: z.object({ ref: z.string() }),
  head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
})
type Pull = z.infer<typeof pull>
const commitAnswer = z.object({
  sha: z.string(),
  message: z.string(),
  tree: z.object({ sha: z.string() }),
  parents: z.array(z.object({ sha: z.string() })),
})
const made = z.object({ sha: z.string() })

export interface Proposals {
  proposal(repository: string, branch: string, signal: AbortSignal): Promise<Proposal | null>
  propose(write: ProposalWrite, signal: AbortSignal): Promise<Proposal & { readonly changed: boolean }>
}
export interface ProposalPorts {
  readonly client: GitHubClient
  readonly objects: Objects
  compare(repository: string, base: string, head: string, signal: AbortSignal): Promise<Comparison>
}
/**
 * One branch of the hub, one commit on it, one pull request. Every step can be repeated: objects that nobody refers to cost nothing, a branch is
 * set to what it shall be, and a pull request whose answer was lost is looked for by its branch.
 */
export function createProposals({ client, objects, compare }: ProposalPorts): Proposals {
  const call = (name: string, route: string, parameters: object, what: string, signal: AbortSignal) => {
    const repository = repositoryOf(name)
    return client.call({ route, parameters: { ...repository, ...parameters }, repository, what, signal })
  }
  /** What may be done twice without a second effect. */
  const again = (...asked: Parameters<typeof call>) =>
    call(...asked).catch((error: unknown) => {
      throw asRepeatable(error)
    })
  /** Pull requests from this branch of this repository; one from a fork may have the same name and is none of ours. */
  const pulls = async (name: string, branch: string, state: 'all' | 'open', signal: AbortSignal): Promise<Pull[]> => {
    const { owner } = repositoryOf(name)
    const parameters = { head: `${owner}:${branch}`, state, sort: 'created', direction: 'desc', per_page: 100 }
    const listed = await call(name, 'GET /repos/{owner}/{repo}/pulls', parameters, `pull requests of ${name}`, signal)
    return parse(z.array(pull), listed, 'pull requests').filter(
      ({ head }) => head.ref === branch && head.repo?.full_name.toLowerCase() === name.toLowerCase(),
    )
  }
  const branchHead = async (name: string, branch: string, signal: AbortSignal) => {
    try {
      const route = 'GET /repos/{owner}/{repo}/git/ref/{ref}'
      const found = await call(name, route, { ref: `heads/${branch}` }, `branch ${branch} of ${name}`, signal)
      return parse(z.object({ object: made }), found, 'branch').object.sha
    } catch (error) {
      if (error instanceof HubError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }
  const commitOf = async (name: string, sha: string, signal: AbortSignal) => {
    const route = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}'
    return parse(commitAnswer, await call(name, route, { commit_sha: sha }, `commit of ${name}`, signal), 'commit')
  }
  /** The edits were made from a commit of the base: they must still mean the same there. */
  const checkBase = async ({ repository, base, baseSha, files }: ProposalWrite, signal: AbortSignal) => {
    const head = await branchHead(repository, base, signal)
    if (head === null)
      throw new HubError('NOT_FOUND', `${repository} has no branch ${base} any more: set another one to propose to`)
    if (head === baseSha) return
    const since = await compare(repository, baseSha, head, signal)
    const again = 'what was proposed was made from an older state: run it again'
    if (since.relation !== 'ahead')
      throw new HubError('CONFLICT', `${base} of ${repository} was rewritten meanwhile; ${again}`)
    const ours = new Set(files.map(({ path }) => path))
    const both = since.files.flatMap(({ path, previousPath }) => [path, previousPath ?? path]).find((p) => ours.has(p))
    if (both !== undefined)
      throw new HubError('CONFLICT', `${both} was changed on ${base} of ${repository} meanwhile; ${again}`)
  }
  const entriesOf = async ({ repository: name, baseSha, files }: ProposalWrite, signal: AbortSignal) => {
    const { entries, truncated } = await objects.tree(name, baseSha, signal)
    if (!truncated) return entries
    // GitHub did not list every file of so many: those that count are looked at one by one.
    const found: Entry[] = []
    for (const { path } of files) {
      const entry = await objects.entry(name, baseSha, path, signal)
      if (entry) found.push({ ...entry, path })
    }
    return found
  }
  const setBranch = async (name: string, branch: string, sha: string, old: string | null, signal: AbortSignal) => {
    const what = `branch ${branch} of ${name}`
    try {
      if (old === null)
        await call(name, 'POST /repos/{owner}/{repo}/git/refs', { ref: `refs/heads/${branch}`, sha }, what, signal)
      else {
        // Only what was looked at is replaced: somebody may have pushed while the commit was made.
        if ((await branchHead(name, branch, signal)) !== old)
          throw new HubError('CONFLICT', `somebody pushed to ${branch} of ${name} meanwhile; run it again`)
        const parameters = { ref: `heads/${branch}`, sha, force: true }
        await call(name, 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', parameters, what, signal)
      }
    } catch (error) {
      // It may have arrived. What stands there now decides.
      const isOpen = error instanceof HubError && (error.code === 'OUTCOME_UNKNOWN' || error.code === 'CONFLICT')
      if (!isOpen || (await branchHead(name, branch, signal)) !== sha) throw asRepeatable(error)
    }
  }
  const openPull = async (write: ProposalWrite, text: { title: string; body: string }, signal: AbortSignal) => {
    const { repository, base, branch } = write
    try {
      const parameters = { ...text, base, head: branch }
      const what = `pull request of ${repository}`
      return parse(pull, await call(repository, 'POST /repos/{owner}/{repo}/pulls', parameters, what, signal), what)
    } catch (error) {
      if (!(error instanceof HubError) || !['OUTCOME_UNKNOWN', 'CONFLICT'].includes(error.code)) throw error
      const [found] = await pulls(repository, branch, 'open', signal)
      if (found) return found
      throw asRepeatable(error)
    }
  }
  return {
    async proposal(name, branch, signal) {
      const [newest] = await pulls(name, branch, 'all', signal)
      return newest ? proposalOf(newest) : null
    },
    async propose(write, signal) {
      const { repository: name, branch, baseSha } = write
      checkWrite(write)
      await checkBase(write, signal)
      const edits = editsAgainst(await entriesOf(write, signal), write)
      const [open] = await pulls(name, branch, 'open', signal)
      if (edits.length === 0) {
        if (open) return { ...proposalOf(open), changed: false }
        throw new HubError('INPUT_INVALID', `${name}: the files already read so on ${write.base}; nothing to propose`)
      }
      const old = await branchHead(name, branch, signal)
      const short = editsOf(edits)
      const there = old === null ? null : await commitOf(name, old, signal)
      const marked = there && markedEdits(branch, there.tree.sha, there.message)
      // A branch that was merged and left there may be used again; else what people pushed to it stays.
      if (there && marked === null && (open || !(await isMerged(name, old ?? '', baseSha, signal))))
        throw new HubError(
          'CONFLICT',
          `somebody else pushed to ${branch} of ${name}; merge or close its pull request and delete the branch, then run it again`,
        )
      const isSame = marked === short && (open !== undefined || there?.parents[0]?.sha === baseSha)
      let head = old ?? ''
      if (!isSame) {
        const base = await commitOf(name, baseSha, signal)
        const tree = edits.map(({ path, mode, text }) =>
          text === null ? { path, mode, type: 'blob', sha: null } : { path, mode, type: 'blob', content: text },
        )
        const what = `files of ${name}`
        const folder = await again(
          name,
          'POST /repos/{owner}/{repo}/git/trees',
          { base_tree: base.tree.sha, tree },
          what,
          signal,
        )
        const treeSha = parse(made, folder, what).sha
        const message = `${unmentioned(write.message.trim())}\n\n${commitMark(branch, treeSha, short)}`
        const commit = { message, tree: treeSha, parents: [baseSha] }
        head = parse(
          made,
          await again(name, 'POST /repos/{owner}/{repo}/git/commits', commit, `commit of ${name}`, signal),
          'commit',
        ).sha
        await setBranch(name, branch, head, old, signal)
      }
      const text = {
        title: write.title.slice(0, TITLE),
        body: `${unmentioned(write.body).slice(0, BODY)}\n\n${keyMark('proposal', branch)}`,
      }
      if (!open) return { ...proposalOf(await openPull(write, text, signal)), changed: true }
      if (open.title !== text.title || open.body !== text.body || open.base.ref !== write.base) {
        const parameters = { pull_number: open.number, ...text, base: write.base }
        const route = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}'
        await again(name, route, parameters, `pull request of ${name}`, signal)
        return { ...proposalOf({ ...open, head: { ...open.head, sha: head } }), changed: true }
      }
      return { ...proposalOf({ ...open, head: { ...open.head, sha: head } }), changed: !isSame }
    },
  }
  async function isMerged(name: string, head: string, base: string, signal: AbortSignal): Promise<boolean> {
    const { relation } = await compare(name, base, head, signal)
    return relation === 'behind' || relation === 'identical'
  }
}
function proposalOf({ number, html_url, state, merged_at, head }: Pull): Proposal {
  const now = state === 'open' ? 'open' : merged_at ? 'merged' : 'closed'
  return { number, url: html_url, state: now, branch: head.ref, headSha: head.sha }
}
function checkWrite({ base, baseSha, branch, files }: ProposalWrite): void {
  const wrong = !BRANCH.test(branch)
    ? `${branch.slice(0, 100)} is no name of a branch`
    : branch === base
      ? `the proposal needs a branch of its own beside ${base}`
      : !SHA.test(baseSha)
        ? 'baseSha must be a commit'
        : files.find(({ path }) => UNSAFE_PATH.test(path))
  if (wrong !== undefined)
    throw new HubError(
      'INPUT_INVALID',
      typeof wrong === 'string' ? wrong : `${wrong.path.slice(0, 200)} is no path inside of the repository`,
    )
}
interface Edit {
  readonly path: string
  readonly mode: string
  readonly text: string | null
  readonly blob: string | null
}
/** What differs from the base; a file keeps its mode, and what is no file is not written through. */
function editsAgainst(entries: readonly Entry[], { files }: ProposalWrite): readonly Edit[] {
  const known = new Map(entries.map((entry) => [entry.path, entry]))
  return files.flatMap(({ path, text }): Edit[] => {
    const old = known.get(path)
    if (old && old.kind !== 'file')
      throw new HubError('INPUT_INVALID', `${path} is a ${old.kind}, which is not written through`)
    const blob = text === null ? null : blobId(text)
    if (blob === (old?.blob ?? null)) return []
    return [{ path, mode: old?.mode ?? '100644', text, blob }]
  })
}
