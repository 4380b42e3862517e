import { type Context, HubError, type Tracker, type TrackerIssue } from '#contract'
import { byHand } from '../commands/desk.ts'
import type { Draft } from '../draft.ts'
import { formatReference } from '../reference.ts'
import type { NewVersion, Saved, StoryStore } from '../store.ts'
import { addedAs, applyChanges } from './apply.ts'
import { isFinished } from './finished.ts'
import { agreementsAfter, agreementsTaken, compare, conflictsOf, sectionAfter } from './merge.ts'
import { notesOf } from './notes.ts'
import { issueText, staleCriteria } from './stale.ts'
import { type IssueLink, issueFacts, type LinkStore } from './store.ts'

export interface SyncDeps {
  readonly store: StoryStore
  readonly links: LinkStore
  readonly draftOffline: (text: string) => Draft
  /** Throws CONFIG_INVALID where no such tracker is on. */
  tracker(plugin: string): Tracker
}
/** What bringing one issue into step needs of them. */
export interface SyncPorts extends Pick<SyncDeps, 'draftOffline' | 'tracker'> {
  readonly store: Pick<StoryStore, 'byId' | 'append'>
  readonly links: Pick<LinkStore, 'get' | 'update'>
}
export interface SyncOptions {
  /** Rewrites an issue that is done, and a story that is approved. */
  readonly reopen?: boolean
  /** Writes the criteria again where a person took them out. */
  readonly restore?: boolean
  /** The issue as it was just read. Should it have changed since, the write finds that and all is read again. */
  readonly seen?: TrackerIssue | undefined
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
  deps: SyncPorts,
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
      options = { ...options, seen: undefined }
    }
  }
}
/** Somebody edits all the time: later is as good. */
function asRetry(error: unknown): unknown {
  const isBusy = error instanceof HubError && error.code === 'CONFLICT'
  return isBusy ? new HubError('UNAVAILABLE', error.message, { cause: error }) : error
}

async function once(
  deps: SyncPorts,
  ctx: Pick<Context, 'workspace' | 'jobId' | 'signal' | 'log'>,
  link: IssueLink,
  { reopen = false, restore = false, seen }: SyncOptions,
): Promise<Synced> {
  const { store, links, draftOffline } = deps
  const tracker = deps.tracker(link.plugin)
  const story = await store.byId(link.workspace, link.storyId)
  if (!story) throw new HubError('NOT_FOUND', `${formatReference(link.storyNumber)} does not exist any more`)
  const issue = seen ?? (await tracker.get(link.trackerWorkspace, link.issueId, link.place, ctx.signal))
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

  const before = isTakenOut ? {} : link.agreed
  const compared = compare(before, story.draft, standing, story.state === 'approved' && !reopen)
  const applied = applyChanges(story.draft, compared.toStory, compared.rows, draftOffline)
  const taken = applied.changed
  // What the story cannot follow is a conflict like any other: nothing is agreed, so nothing is written over.
  const conflicts = [...compared.conflicts, ...conflictsOf(applied.draft, applied.refused)]
  let now = story
  if (taken.length > 0) {
    // The versions make a repeat find what it wrote, and an issue that changed meanwhile is news.
    const writer = {
      workspace: link.workspace,
      jobId: `${ctx.jobId}:${issue.id}:${issue.version}:${story.version}`,
      author: { key: `tracker:${link.plugin}`, name: tracker.title },
    }
    const build = (current: Saved): NewVersion => {
      // Compared was what stood before the tracker answered: what was written meanwhile is compared anew.
      if (current.version !== story.version)
        throw new HubError('CONFLICT', `${reference} changed while ${issue.key} was read`)
      return {
        draft: applied.draft,
        generated: current.generated,
        provenance: byHand(current, taken, [`Taken over from ${issue.key}`]),
      }
    }
    const agreed = agreementsTaken(before, applied.draft, applied.taken)
    // Both or none: should the write fail, what people do until it is repeated is compared with what was taken over.
    const appended = await store.append(writer, story.number, reopen, build, async (tx) => {
      link = await links.update(link, { agreed }, tx)
    })
    now = appended ?? story
  }
  const added = addedAs(
    now.draft,
    compared.rows.filter((row) => row.id === null),
    compared.rows,
    draftOffline,
  )
  const criteria = sectionAfter(now.draft, { ...compared, conflicts }, added)
  const stale = link.source === null ? [] : staleCriteria(now.draft, link.source, issueText(issue))
  const notes = notesOf(reference, now.draft, { stale, conflicts, refused: applied.refused })
  const written = await tracker.write(issue, { storyRef: reference, criteria, notes, place: link.place }, ctx.signal)
  const agreed = agreementsAfter(before, now.draft, criteria, conflicts)
  const change = {
    ...issueFacts(written.issue),
    state: 'linked' as const,
    reason: null,
    agreed,
    conflicts,
    stale,
  }
  // What was written is news by itself: what is agreed may have been stored before a write that failed.
  const next = written.changed ? await links.update(link, change) : await kept(links, link, change)
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

/** Writes a link only where it says something new: the revision of its card grows with each change. */
async function kept(
  links: SyncPorts['links'],
  link: IssueLink,
  change: Parameters<LinkStore['update']>[1],
): Promise<IssueLink> {
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
