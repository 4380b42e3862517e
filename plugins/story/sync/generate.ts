import type { Context, CriteriaPlace, TrackerIssue } from '#contract'
import { provenance, runOf } from '../commands/desk.ts'
import type { Engine } from '../engine.ts'
import { firstVersion } from '../merge.ts'
import type { Author, Saved } from '../store.ts'
import { issuePlace } from './card.ts'
import { issueText } from './stale.ts'
import { type IssueLink, issueFacts } from './store.ts'
import { type SyncDeps, type Synced, syncIssue } from './sync.ts'

export interface GenerateDeps extends SyncDeps {
  readonly engine: Engine
}

/** Drafts a story from an issue and writes its criteria there. Once for each issue of a workspace, whoever asks and however often. */
export async function generateFor(
  deps: GenerateDeps,
  ctx: Context,
  issue: TrackerIssue,
  given: { readonly place: CriteriaPlace; readonly author: Author; readonly backfill?: string },
): Promise<Synced> {
  const at = { workspace: ctx.workspace, plugin: issue.plugin, trackerWorkspace: issue.workspace, issueId: issue.id }
  const text = issueText(issue)
  const saved = await draftOnce(deps, ctx, issue, text, given.author)
  const link: Omit<IssueLink, 'revision'> = {
    ...at,
    ...issueFacts(issue),
    storyId: saved.id,
    storyNumber: saved.number,
    place: given.place,
    state: 'linked',
    reason: null,
    agreed: {},
    conflicts: [],
    stale: [],
    source: text,
    backfill: given.backfill ?? null,
  }
  const isFirst = await deps.links.insert(link)
  // Another job may have been first: its story stands.
  const standing = isFirst ? null : await deps.links.get(at)
  return syncIssue(deps, ctx, standing ?? { ...link, revision: 1 }, { seen: issue })
}

async function draftOnce(
  deps: GenerateDeps,
  ctx: Context,
  issue: TrackerIssue,
  text: string,
  author: Author,
): Promise<Saved> {
  // A first attempt finds nothing; one that was begun anew by hand finds it when it stores.
  const [before] = ctx.attempt > 1 ? await deps.store.writtenBy(ctx) : []
  if (before) return before
  const { run, settled } = runOf(ctx)
  const made = await deps.engine.draft(text, run)
  await settled()
  const draft = firstVersion(made.draft)
  const { saved } = await deps.store.create(
    { workspace: ctx.workspace, jobId: ctx.jobId, author },
    issuePlace({ plugin: issue.plugin, trackerWorkspace: issue.workspace, issueId: issue.id }),
    // Without a hash: a copied issue has a life of its own, so its story is not the one of the first.
    [{ source: text, sourceHash: null, draft, generated: draft, provenance: provenance(made) }],
    { author: author.key, channel: null, isPrivate: false },
  )
  const [story] = saved
  if (!story) throw new Error('a story was stored and is not there')
  return story
}
