import { type Comparison, type Context, HubError, type Out, type Repositories } from '#contract'
import { boundHere } from './access.ts'
import { type Desk, portFor } from './commands/desk.ts'
import { changesOf, type NameChange } from './drift/changes.ts'
import { type Drift, detect, hashOf } from './drift/detect.ts'
import { hunksOf } from './drift/hunks.ts'
import { settleIssue } from './drift/issue.ts'
import { isCode } from './drift/names.ts'
import type { BranchKey, Finding, Outcome } from './drift/store.ts'
import { keyOf, mergedChanges, surfaceChanges } from './drift/surfaces.ts'
import { type Synced, syncRepository } from './index/sync.ts'
import type { followPush, renewIndex, settleProposal } from './jobs.ts'
import { propose, settleClosed } from './propose/propose.ts'
import { type Told, tellChannels } from './tell.ts'
import { count } from './text.ts'

type Push = Out<(typeof followPush)['payload']>
interface Ended {
  readonly outcome: Outcome
  readonly reason: string
  readonly url?: string
}
/** A push of more files than this is told in numbers: nobody reads a list of them. */
const LARGE_PUSH = 300
const MERGE_ATTEMPTS = 3
const NAMED = 5

/** The index follows the push, then what the push made untrue is told once, in one place. Silence has its reason written down. */
export async function follow(desk: Desk, push: Push, ctx: Context): Promise<void> {
  const { plugin, repository, branch } = push
  const key: BranchKey = { workspace: ctx.workspace, plugin, repository, branch }
  const bound = await boundHere(desk.bindings(), ctx.workspace)
  if (!bound.some((one) => one.plugin === plugin && one.target === repository)) return
  const port = portFor(desk, plugin)
  const base = (await desk.drift().lookedAt(key)) ?? push.before
  const synced = await syncRepository(desk.index(), port, key, { signal: ctx.signal })
  // A repeated or late delivery: what was found out before stands in the status.
  if (!push.looksForDrift || base === synced.sha) return
  const openNow = async () => (await desk.drift().findings(key)).filter(({ state }) => state !== 'declined').length
  const before = await openNow()
  const ended = await outcomeOf(desk, port, ctx, { push, key, base, synced }).catch((error: unknown): Ended => {
    // Trying again gives nobody a permission: it is named where people look.
    if (!(error instanceof HubError)) throw error
    const { code, message } = error
    if (code === 'FORBIDDEN' || (code === 'CONFLICT' && ctx.attempt >= MERGE_ATTEMPTS))
      return { outcome: 'refused', reason: message }
    // The branch moved meanwhile: the next look begins at its new head.
    throw code === 'CONFLICT' ? new HubError('CONFLICT', message, { cause: error, retry: 'backoff' }) : error
  })
  const after = await openNow()
  const { edits, proposal, issue } = await desk.drift().writes(key)
  const tell = (open: number, link: Told['link']) => tellChannels(desk.bindings(), key, { open, link }, ctx)
  const page = ended.outcome === 'proposed' ? proposal : ended.outcome === 'reported' ? issue : null
  if (page) {
    const isPull = ended.outcome === 'proposed'
    await ctx.audit(isPull ? 'docs.propose' : 'docs.report', `${plugin}:${repository}#${page.number}`, {
      sha: synced.sha,
    })
    const places = isPull ? edits.length + (page.generated ?? []).length : after
    await tell(places, { label: `${isPull ? 'Pull request' : 'Issue'} #${page.number}`, url: page.url })
  } else if (before > 0 && after === 0) await tell(0, null)
  await desk.drift().record(key, ctx.jobId, { branch, sha: synced.sha, url: null, ...ended })
}

interface Followed {
  readonly push: Push
  readonly key: BranchKey
  readonly base: string | null
  readonly synced: Synced
}
async function outcomeOf(desk: Desk, port: Repositories, ctx: Context, followed: Followed): Promise<Ended> {
  const { push, key, base, synced } = followed
  const silent = (reason: string): Ended => ({ outcome: 'silent', reason })
  if (push.own) return silent("the hub's own push")
  if (synced.indexed.settings.mode === 'off') return silent('the settings file says mode: off')
  const compared = base === null ? null : await comparison(port, key.repository, base, synced.sha, ctx.signal)
  const notes: string[] = []
  if (base === null) notes.push('first push that is seen: nothing to compare with')
  else if (compared === null)
    notes.push('the history was rewritten and the commit before is gone: names could not be compared')
  else if (compared.relation === 'diverged')
    notes.push('the history was rewritten: compared from where both still agree')
  const files = compared?.files ?? []
  if (compared?.truncated || files.length > LARGE_PUSH)
    notes.push(
      `a push of ${compared?.truncated ? 'more than ' : ''}${count(files.length, 'file')}: only what names something documented is listed`,
    )

  const undiffed = files.filter(
    ({ patch, change, path, added, removed }) =>
      // A file that only moved has no diff.
      patch === null && change !== 'removed' && !(change === 'renamed' && added + removed === 0) && isCode(path),
  ).length
  if (undiffed > 0) notes.push(`the host gave no diff of ${count(undiffed, 'code file')}`)
  const hunks = hunksOf(files)
  const parsed = await surfaceChanges({ port, signal: ctx.signal }, key.repository, {
    files,
    hunks,
    entries: synced.entries,
  })
  const changes = mergedChanges(changesOf(files, hunks), parsed.changes)
  notes.push(...parsed.limits)
  const before = await desk.drift().findings(key)
  const { drifts, kept, limits } = await detect(
    { index: desk.index(), port, signal: ctx.signal },
    { indexed: synced.indexed, sha: synced.sha, entries: synced.entries },
    withOpen(changes, before),
  )
  notes.push(...limits)
  const fresh = await settleFindings(desk, key, synced.sha, before, drifts)
  const summary = () => [...notes, `${count(files.length, 'file')} changed`].join('; ')
  const asker = desk.asker()
  const { indexed, info } = synced
  const tell = () => settleIssue({ drift: desk.drift(), port, signal: ctx.signal }, key, indexed, notes, fresh)
  const isTold = (await desk.drift().writes(key)).issue?.state === 'open'
  if (indexed.settings.mode === 'pull-request' && indexed.problems.length === 0 && info.mayWrite) {
    const deps = { asker, index: desk.index(), drift: desk.drift(), port, signal: ctx.signal }
    const news = drifts.filter((drift) => fresh.has(hashOf(drift)))
    const made = await propose(deps, key, synced, hunks, news)
    if (made.reason !== '') notes.push(made.reason)
    if (made.proposal) {
      if (isTold) await tell()
      await desk.drift().mark(key, [...fresh], 'open')
      return { outcome: 'proposed', reason: summary(), url: made.proposal.url }
    }
  }
  // What is in a pull request is not told a second time in an issue.
  const told = fresh.size > 0 || isTold ? await tell() : null
  if (told?.state === 'open') await desk.drift().mark(key, [...fresh], 'open')
  if (fresh.size === 0) return silent(`${why(changes, drifts, before, kept)}; ${summary()}`)
  if (told === null || told.state !== 'open')
    return silent(`${count(fresh.size, 'place')} found, and the issue is closed; ${summary()}`)
  return { outcome: 'reported', reason: `${count(fresh.size, 'place')} no longer true; ${summary()}`, url: told.url }
}

function why(
  changes: readonly NameChange[],
  drifts: readonly Drift[],
  before: readonly Finding[],
  kept: readonly string[],
): string {
  if (drifts.length > 0) return `${count(drifts.length, 'place')} known before`
  if (before.length > 0) return 'what was behind the code is true again or was declined'
  if (changes.length === 0) return 'no name of the code was renamed or removed'
  if (kept.length > 0) {
    const more = kept.length > NAMED ? ` and ${kept.length - NAMED} more` : ''
    return `what changed and is documented still stands in the code: ${kept.slice(0, NAMED).join(', ')}${more}`
  }
  return `${count(changes.length, 'name')} changed, none of them documented`
}

/** What is open is looked at again with every push: it may have been mended. */
function withOpen(changes: readonly NameChange[], before: readonly Finding[]): NameChange[] {
  const all = new Map(changes.map((change) => [keyOf(change), change]))
  for (const { drift } of before) if (!all.has(keyOf(drift))) all.set(keyOf(drift), drift)
  return [...all.values()]
}

/** Writes down what is open now; returns the hashes nobody was told of before. */
async function settleFindings(
  desk: Desk,
  key: BranchKey,
  sha: string,
  before: readonly Finding[],
  drifts: readonly Drift[],
): Promise<ReadonlySet<string>> {
  const now = new Map(drifts.map((drift) => [hashOf(drift), drift]))
  const states = new Map(before.map(({ hash, state }) => [hash, state]))
  const gone = before.filter(({ hash }) => !now.has(hash)).map(({ hash }) => hash)
  await desk.drift().mark(key, gone, 'gone')
  const standing = [...now].map(([hash, drift]) => ({ hash, drift, state: states.get(hash) ?? ('new' as const) }))
  await desk.drift().keep(key, sha, standing)
  return new Set(standing.filter(({ state }) => state === 'new').map(({ hash }) => hash))
}

/** Null: the host no longer has the commit before, as after a rewritten history. */
async function comparison(
  port: Repositories,
  repository: string,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<Comparison | null> {
  try {
    return await port.compare(repository, base, head, signal)
  } catch (error) {
    if (error instanceof HubError && error.code === 'NOT_FOUND') return null
    throw error
  }
}

/** The index follows, and with it who may be shown what it says. */
export async function renew(desk: Desk, { plugin, repository }: Out<(typeof renewIndex)['payload']>, ctx: Context) {
  const key = { workspace: ctx.workspace, plugin, repository }
  const bound = await boundHere(desk.bindings(), ctx.workspace)
  if (!bound.some((one) => one.plugin === plugin && one.target === repository)) return
  await syncRepository(desk.index(), portFor(desk, plugin), key, { signal: ctx.signal })
}

/** The hub's pull request was closed or merged: the host is asked which, whatever the event said. */
export async function settlePull(
  desk: Desk,
  pull: Out<(typeof settleProposal)['payload']>,
  ctx: Context,
): Promise<void> {
  const { plugin, repository, base, head } = pull
  const key: BranchKey = { workspace: ctx.workspace, plugin, repository, branch: base }
  await settleClosed({ drift: desk.drift(), port: portFor(desk, plugin), signal: ctx.signal }, key, head)
}
