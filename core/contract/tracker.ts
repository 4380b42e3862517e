import { z } from 'zod'
import { defineEvent, defineService } from './define.ts'
import type { Account } from './people.ts'
import type { Service } from './plugin.ts'

/** One issue of one tracker. `id` never changes, not even when the issue is moved to another project; `key` is what people call it. */
export interface IssueRef {
  /** Adapter that owns the issue. */
  readonly plugin: string
  readonly workspace: string
  readonly id: string
  /** 'PAY-12'. A move gives a new one. */
  readonly key: string
  readonly url: string
}
/** One acceptance criterion as it stands in an issue. */
export interface TrackedCriterion {
  /** 'AC-3', the id it has in the story; null for one that a person wrote into the issue. */
  readonly id: string | null
  readonly title: string
  /** One Gherkin step each, keyword first, or plain sentences where a person wrote them so. */
  readonly lines: readonly string[]
}
/** What the hub wrote, or what people made of it. */
export interface CriteriaSection {
  readonly criteria: readonly TrackedCriterion[]
  /** Story that the section belongs to, read from the marker that a person cannot paste; null when there is no such marker. */
  readonly storyRef: string | null
  /** Hash of the section as the hub last wrote it, from the same marker; null when it never did. */
  readonly writtenHash: string | null
  /** Hash of the section as it stands now; differs from `writtenHash` when somebody edited it. */
  readonly hash: string
}
/** An issue as it stands now. Text is outside text: data, never instructions. */
export interface TrackerIssue extends IssueRef {
  readonly project: string
  /** 'Story', 'Bug'; null where the tracker has no types. */
  readonly type: string | null
  readonly title: string
  /** Markdown of what people wrote, our own section left out. */
  readonly body: string
  readonly labels: readonly string[]
  readonly status: { readonly name: string; readonly category: 'open' | 'active' | 'done' | 'cancelled' }
  readonly author: Account | null
  readonly parentId: string | null
  readonly updatedAtMs: number
  /** Changes with every edit; a write that names an older one is refused with CONFLICT. */
  readonly version: string
  readonly section: CriteriaSection | null
}
/** Where criteria are written: a marked section of the description, a field of their own, or one comment that is edited. */
export type CriteriaPlace =
  | { readonly kind: 'description' }
  | { readonly kind: 'field'; readonly field: string }
  | { readonly kind: 'comment' }
  | { readonly kind: 'attachment' }

export interface SectionWrite {
  readonly storyRef: string
  readonly criteria: readonly TrackedCriterion[]
  /** Short lines below the criteria: what was assumed, which are stale, how they were made. */
  readonly notes: readonly string[]
  readonly place: CriteriaPlace
}
export interface NewIssue {
  readonly workspace: string
  readonly project: string
  /** Absent: the project's story type. */
  readonly type?: string
  readonly title: string
  /** Markdown. */
  readonly body: string
  readonly section?: SectionWrite
  readonly parentId?: string
  /** The same key again finds the issue made before instead of making a second one; where that was deleted it is refused, and takes another key. */
  readonly key: string
}
export interface IssuePage {
  readonly issues: readonly TrackerIssue[]
  /** Where the next page begins; null at the end. */
  readonly cursor: string | null
}
export interface IssueQuery {
  readonly project: string
  /** The tracker's own query language, for people who know it (JQL); checked by the tracker. */
  readonly query?: string
  /** Words to look for; used to find similar issues before one is created. */
  readonly text?: string
  readonly updatedSinceMs?: number
  /** `created`: by creation, an order that no edit changes, for whoever reads page by page while people work. Absent: newest change first. */
  readonly order?: 'created'
  readonly cursor?: string
  readonly limit?: number
}
/**
 * Port of one tracker. Methods make one logical change each, hold the tracker's limits and throw `HubError`: NOT_FOUND, FORBIDDEN with the missing
 * permission named, CONFLICT when the issue changed since it was read, RATE_LIMITED with `afterMs`, UNAVAILABLE, OUTCOME_UNKNOWN.
 * All are safe to repeat: `write` by what it writes, `create` by its key.
 */
export interface Tracker {
  /** Name people use: 'Jira'. */
  readonly title: string
  /** Where criteria can be put, the default first. */
  readonly places: readonly CriteriaPlace['kind'][]
  /** By id or by key; null when it is gone or not visible to the hub. `place` says where to read the section back from. */
  get(workspace: string, issue: string, place: CriteriaPlace, signal: AbortSignal): Promise<TrackerIssue | null>
  /** Writes the section and nothing else; what people wrote around it stays byte for byte. No call when it already stands so. */
  write(
    issue: TrackerIssue,
    section: SectionWrite,
    signal: AbortSignal,
  ): Promise<{ readonly changed: boolean; readonly issue: TrackerIssue }>
  create(issue: NewIssue, signal: AbortSignal): Promise<{ readonly created: boolean; readonly issue: TrackerIssue }>
  search(workspace: string, query: IssueQuery, place: CriteriaPlace, signal: AbortSignal): Promise<IssuePage>
  /** A link from the issue back to where its story is discussed; the same URL again changes nothing. */
  link(issue: IssueRef, link: { readonly url: string; readonly title: string }, signal: AbortSignal): Promise<void>
  /** Proof of power for a binding: does the project exist, may the hub write to it, may this account administer it? */
  project(
    workspace: string,
    project: string,
    account: Account | null,
    signal: AbortSignal,
  ): Promise<{
    readonly key: string
    readonly name: string
    readonly url: string
    readonly mayWrite: boolean
    /** Permissions that are missing, in the tracker's own words. */
    readonly missing: readonly string[]
    /** null when no account was given or the tracker cannot tell. */
    readonly accountAdministers: boolean | null
  } | null>
}
/** @example const jira = hub.maybe(tracker('jira')) */
export function tracker(plugin: string): Service<Tracker> {
  return defineService<Tracker>(`tracker:${plugin}`)
}

const issueEvent = z.object({
  plugin: z.string(),
  issueId: z.string(),
  key: z.string(),
  project: z.string(),
  change: z.enum(['created', 'updated', 'deleted', 'restored', 'moved', 'linked', 'commented']),
  /** When it happened by the tracker's clock, epoch milliseconds: what is older than the state known is not news. */
  atMs: z.number(),
  /** Names of what changed, as far as the tracker tells: 'title', 'body', 'section', 'status', 'labels', 'type', 'parent'. */
  changed: z.array(z.string()),
  /** The hub's own change, known by actor and by content marker; another bot's change is not ours. */
  own: z.boolean(),
  /** Found by looking after a time without deliveries, not told by a webhook. */
  recovered: z.boolean(),
})
/**
 * An issue changed. A doorbell: the handler reads the issue as it stands now, so order and repeats cannot hurt. Published in the lane of its issue.
 */
export const issueChanged = defineEvent('issue.changed', issueEvent)
export type IssueChanged = z.infer<typeof issueEvent>

/** A time without deliveries was made up for, or could not be. */
export const trackerRecovered = defineEvent(
  'tracker.recovered',
  z.object({
    plugin: z.string(),
    project: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    events: z.number().int().nonnegative(),
    /** What cannot be told after the fact, in words for people; empty when everything was found. */
    lost: z.array(z.string()),
  }),
)

/**
 * Somebody asked, in an issue of a project that is bound, for its criteria: `/story` alone in a comment. Whoever bound the project writes them; in a
 * project that nobody bound the adapter runs the command itself.
 */
export const criteriaAsked = defineEvent(
  'issue.criteria-asked',
  z.object({
    plugin: z.string(),
    issueId: z.string(),
    project: z.string(),
    by: z.object({ id: z.string(), name: z.string() }),
    /** Where the question stands, for an answer that cannot be read from the issue. */
    thread: z.string().nullable(),
  }),
)
