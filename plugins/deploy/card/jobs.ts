import { handleJob, type JobHandler } from '#contract'
import { deploymentChanged } from '../api.ts'
import type { Desk } from '../desk.ts'
import { showGroup } from '../groups/jobs.ts'
import { lateJob, tellJob } from '../jobs.ts'
import { type Outgoing, tellEndpoints } from '../outgoing/jobs.ts'
import { formatReference } from '../reference.ts'
import type { Row } from '../rows.ts'
import { lasting } from '../subscriptions/store.ts'
import { placesFor } from './places.ts'
import { showIn } from './show.ts'

/** One job for each revision: the event for other plugins, the lead time at the end, the card wherever it stands. */
export function tellHandler(desk: Desk, outgoing: Outgoing): JobHandler {
  return handleJob(tellJob, async ({ number, revision, state }, ctx) => {
    const row = await desk.store().find(ctx.workspace, number)
    if (!row) return undefined
    const { service, environment, project, sha } = row
    const reference = formatReference(number)
    await ctx.publish(deploymentChanged, { reference, service, environment, project, state, sha, revision })
    await measureLead(desk, row)
    // A later revision has a job of its own behind this one.
    if (row.revision > revision) return undefined
    const verified = await desk.store().verified(ctx.workspace, [number])
    await tellEndpoints(outgoing, row, verified.get(number), ctx)
    const { now, later, groups } = await placesFor(desk, row, desk.nowMs())
    await showIn(desk, row, now, ctx)
    for (const { placeKey, place, delayMs } of later) {
      const { id } = await desk.groups().join(ctx.workspace, placeKey, lasting(place), number)
      await ctx.enqueue(lateJob, { group: id }, { key: id, delayMs })
    }
    for (const group of groups) await showGroup(desk, group, ctx)
    return undefined
  })
}

/** From push to live, of the commit in the middle. */
async function measureLead(desk: Desk, row: Row): Promise<void> {
  const { workspace, number, repository, commits, state, production, finishedAt, leadTimeMs } = row
  if (state !== 'succeeded' || !production || leadTimeMs !== null || repository === null || finishedAt === null) return
  const shas = commits.length > 0 ? commits.map((c) => c.sha) : row.sha === null ? [] : [row.sha]
  const pushed = (await desk.commits().pushedAt(workspace, repository, shas)).sort((a, b) => a - b)
  const middle = pushed[Math.floor(pushed.length / 2)]
  if (middle !== undefined)
    await desk.store().setLeadTime(workspace, number, Math.max(0, finishedAt.getTime() - middle))
}
