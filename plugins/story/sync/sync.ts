import { type Context, HubError, type Tracker, type TrackerIssue } from '#contract'
import { byHand } from '../commands/desk.ts'
import type { Draft } from '../draft.ts'
import { formatReference } from '../reference.ts'
import type { Saved, StoryStore } from '../store.ts'
import { addedAs, applyChanges } from './apply.ts'
import { isFinished } from './finished.ts'
import { agreementsAfter, compare, sectionAfter } from './merge.ts'
import { issueText, staleCriteria } from './stale.ts'
import { type IssueLink, issueFacts, type LinkStore } from './store.ts'

export interface SyncDeps {
  readonly store: StoryStore
  readonly links: LinkStore
  readonly draftOffline: (text: string) => Draft
  /** Throws CONFIG_INVALID where no such tracker is on. */
  tracker(plugin: string): Tracker
}
export interface SyncOptions {
  /** Rewrites an issue that is done, and a story that is approved. */
  readonly reopen?: boolean
  /** Writes the criteria again where a person took them out. */
  readonly restore?: boolean
}
/** How it ended, for people. */
export interface Synced {
  readonly link: IssueLink
  readonly story: Saved
  /** null: it is gone. */
  readonly issue: TrackerIssue | null
  readonly outcome: 'same' | 'changed' | 'finished' | 'paused' | 'gone'
  /** Criteria that the story took over from the issue. */
  readonly taken: readonly string[]
  readonly wrote: boolean
}

const TRIES = 4

/** Brings one issue and its story into step. Safe to repeat at any point; an issue that changes meanwhile is read again. */
export async function syncIssue(
  deps: SyncDeps,
  ctx: Pick<Context, 'workspace' | 'jobId' | 'signal' | 'log'>,
  link: IssueLink,
  options: SyncOptions = {},
): Promise<Synced> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(deps, ctx, link, options)
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'CONFLICT' || tries >= TRIES) throw asRetry(error)
      const current = await deps.links.get(link)
      if (current) link = current
    }
  }
}
/** Somebody edits all the time: later is as good. */
function asRetry(error: unknown): unknown {
  const isBusy = error instanceof HubError && error.code === 'CONFLICT'
  return isBusy ? new HubError('UNAVAILABLE', error.message, { cause: error }) : error
}

async function once(
  deps: SyncDeps,
  ctx: Pick<Context, 'workspace' | 'jobId' | 'signal' | 'log'>,
  link: IssueLink,
  { reopen = false, restore = false }: SyncOptions,
): Promise<Synced> {
  const { store, links, draftOffline } = deps
  const tracker = deps.tracker(link.plugin)
  const story = await store.byId(link.workspace, link.storyId)
  if (!story) throw new HubError('NOT_FOUND', `${formatReference(link.storyNumber)} does not exist any more`)
  const issue = await tracker.get(link.trackerWorkspace, link.issueId, link.place, ctx.signal)
  const rest = { story, taken: [], wrote: false }
  if (issue === null) {
    const reason = `${link.issueKey} was deleted, or the hub may no longer see it`
    return { ...rest, issue, link: await kept(links, link, { state: 'gone', reason }), outcome: 'gone' }
  }
  const facts = issueFacts(issue)
  const reference = formatReference(story.number)
  const pause = (reason: string) => kept(links, link, { ...facts, state: 'paused', reason })
  const { section } = issue
  if (section?.storyRef != null && section.storyRef !== reference)
    return { ...rest, issue, link: await pause(`it holds the criteria of ${section.storyRef}`), outcome: 'paused' }
  const standing = section?.criteria ?? []
  const isTakenOut = standing.length === 0 && Object.keys(link.agreed).length > 0
  if (isTakenOut && !restore) {
    const reason = 'somebody took the criteria out of the issue'
    return { ...rest, issue, link: await pause(reason), outcome: 'paused' }
  }
  if (isFinished(issue) && !reopen) {
    const finished = await kept(links, link, { ...facts, state: 'linked', reason: null })
    return { ...rest, issue, link: finished, outcome: 'finished' }
  }

  const compared = compare(isTakenOut ? {} : link.agreed, story.draft, standing, story.state === 'approved' && !reopen)
  let now = story
  let taken: readonly string[] = []
  if (compared.toStory.length > 0) {
    const key = `tracker:${link.plugin}`
    // The version of the issue makes a repeat find what it wrote, and an issue that changed meanwhile is news.
    const writer = {
      workspace: link.workspace,
      jobId: `${ctx.jobId}:${issue.id}:${issue.version}`,
      author: { key, name: tracker.title },
    }
    const appended = await store.append(writer, story.number, reopen, (current) => {
      // Compared was what stood before the tracker answered: what was written meanwhile is compared anew.
      if (current.version !== story.version)
        throw new HubError('CONFLICT', `${reference} changed while ${issue.key} was read`)
      const applied = applyChanges(current.draft, compared.toStory, compared.rows, draftOffline)
      taken = applied.changed
      if (applied.refused.length > 0)
        ctx.log.info(
          { issue: issue.key, criteria: applied.refused.length },
          'criteria that fit into no story stay in the issue',
        )
      if (applied.changed.length === 0) return null
      return {
        draft: applied.draft,
        generated: current.generated,
        provenance: byHand(current, applied.changed, [`Taken over from ${issue.key}`]),
      }
    })
    now = appended ?? story
  }
  const added = addedAs(
    now.draft,
    compared.rows.filter((row) => row.id === null),
    compared.rows,
    draftOffline,
  )
  const criteria = sectionAfter(now.draft, compared, added)
  const stale = link.source === null ? [] : staleCriteria(now.draft, link.source, issueText(issue))
  const written = await tracker.write(
    issue,
    {
      storyRef: reference,
      criteria,
      notes: notesOf(
        stale,
        compared.conflicts.map((c) => c.id),
        reference,
      ),
      place: link.place,
    },
    ctx.signal,
  )
  const agreed = agreementsAfter(isTakenOut ? {} : link.agreed, now.draft, criteria, compared.conflicts)
  const change = {
    ...issueFacts(written.issue),
    state: 'linked' as const,
    reason: null,
    agreed,
    conflicts: compared.conflicts,
    stale,
  }
  const next = await kept(links, link, change)
  const isSame = !written.changed && taken.length === 0 && next.revision === link.revision
  return {
    link: next,
    story: now,
    issue: written.issue,
    outcome: isSame ? 'same' : 'changed',
    taken,
    wrote: written.changed,
  }
}

/** Below the criteria, where whoever works on the issue reads it. */
function notesOf(stale: readonly string[], disputed: readonly string[], reference: string): string[] {
  return [
    ...(stale.length > 0 ? [`${stale.join(', ')}: the text this comes from has changed`] : []),
    ...(disputed.length > 0
      ? [`${disputed.join(', ')}: worded differently in ${reference}; both stand until somebody decides`]
      : []),
  ]
}

/** Writes a link only where it says something new: the revision of its card grows with each change. */
async function kept(links: LinkStore, link: IssueLink, change: Parameters<LinkStore['update']>[1]): Promise<IssueLink> {
  const isNews = Object.entries(change).some(
    ([key, value]) =>
      key !== 'issueAt' && JSON.stringify(sorted(value)) !== JSON.stringify(sorted(Reflect.get(link, key))),
  )
  return isNews ? links.update(link, change) : link
}
/** The database gives keys back in an order of its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
