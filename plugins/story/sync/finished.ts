import { type Context, HubError, type TrackerIssue } from '#contract'
import { formatReference } from '../reference.ts'
import type { Saved } from '../store.ts'
import type { SyncDeps } from './sync.ts'

export function isFinished({ status }: Pick<TrackerIssue, 'status'>): boolean {
  return status.category === 'done' || status.category === 'cancelled'
}
/** What was delivered is not drafted anew in passing. A tracker that cannot be asked stops nobody: its issue is not written to before it was. */
export async function refuseFinished(
  { links, tracker }: Pick<SyncDeps, 'links' | 'tracker'>,
  story: Pick<Saved, 'workspace' | 'id' | 'number'>,
  ctx: Pick<Context, 'signal' | 'log'>,
): Promise<void> {
  const all = await links.ofStory(story.workspace, story.id)
  for (const link of all.filter(({ state }) => state !== 'gone')) {
    const issue = await Promise.resolve()
      .then(() => tracker(link.plugin).get(link.trackerWorkspace, link.issueId, link.place, ctx.signal))
      .catch((error: unknown) => {
        ctx.log.info({ error, issue: link.issueKey }, 'whether an issue is done is not known')
        return null
      })
    if (issue && isFinished(issue)) throw finishedError(story, issue)
  }
}
export function finishedError(story: Pick<Saved, 'number'>, issue: TrackerIssue): HubError {
  const reference = formatReference(story.number)
  return new HubError(
    'CONFLICT',
    `${issue.key} is ${issue.status.name}, so ${reference} stands: add --reopen behind the id to draft it anew`,
  )
}
