import { type Context, HubError, handleJob, type IssueRef, type JobHandler, type Place } from '#contract'
import type { Desk } from '../desk.ts'
import { issuesJob } from '../jobs.ts'
import { formatReference } from '../reference.ts'
import type { Row } from '../rows.ts'
import { showIn } from './show.ts'

/** A comment for each: more would be a flood in the tracker. */
const MOST_ISSUES = 20

/** What keys of issues begin with; other targets can hold issues of any key. */
const PROJECT_KEY = /^[A-Z][A-Z0-9_]*$/i

/** Comments of an issue, which everybody who sees the issue may read. */
const commentsOf = ({ plugin, workspace, id }: IssueRef): Place => {
  return { plugin, workspace, channel: id, visibility: 'team' }
}

/** Issues that hold the criteria of the stories that a deployment brings: known here, so that no tracker is asked. */
export async function storyIssues(desk: Desk, { workspace, stories }: Row): Promise<Place[]> {
  if (stories.length === 0) return []
  const found = await desk.stories()?.issues(
    workspace,
    stories.map(({ reference }) => reference),
  )
  return (found ?? []).slice(0, MOST_ISSUES).map(commentsOf)
}

/** Shows the card in the issues that commits name. While their tracker is away this waits, and nothing else does. */
export function issuesHandler(desk: Desk): JobHandler {
  return handleJob(issuesJob, async ({ number }, ctx) => {
    const { workspace } = ctx
    const row = await desk.store().find(workspace, number)
    if (!row) return undefined
    let places: readonly Place[]
    try {
      places = await mentionedIssues(desk, row, ctx)
    } catch (error) {
      if (ctx.attempt < issuesJob.retry.attempts) throw error
      ctx.log.warn(
        { deployment: formatReference(number), error: String(error) },
        'the issues of commits were not found',
      )
      return undefined
    }
    for (const place of places) await desk.subscriptions().addCard(workspace, number, place)
    // Read again: a revision whose card was shown before these places were known is shown by this job.
    await showIn(desk, await desk.store().get(workspace, number), places, ctx)
    return undefined
  })
}

/** Keys that belong to tracker projects which this workspace has bound; nobody else's issues are written to. */
async function mentionedIssues(desk: Desk, { workspace, issues }: Row, { signal, log }: Context): Promise<Place[]> {
  const bound = await desk.bindings().list(workspace, { kind: 'tracker' })
  const places: Place[] = []
  for (const key of issues.slice(0, MOST_ISSUES)) {
    const project = /^([A-Z][A-Z0-9]*)-\d+$/.exec(key)?.[1]
    if (project === undefined) continue
    const binding = bound.find(({ target }) => target.toUpperCase() === project || !PROJECT_KEY.test(target))
    const tracker = binding && desk.tracker(binding.plugin)
    if (!tracker) continue
    try {
      const issue = await tracker.get(binding.targetWorkspace, key, { kind: 'description' }, signal)
      // An issue that was moved lies in a project that nobody bound, perhaps.
      const isOurs = bound.some(
        ({ plugin, targetWorkspace, target }) =>
          plugin === issue?.plugin &&
          targetWorkspace === issue.workspace &&
          target.toLowerCase() === issue.project.toLowerCase(),
      )
      if (issue && isOurs) places.push(commentsOf(issue))
    } catch (error) {
      if (!(error instanceof HubError) || error.retry !== 'never') throw error
      log.info({ issue: key, reason: error.message }, 'an issue that a commit names is not shown the deployment')
    }
  }
  return places
}
