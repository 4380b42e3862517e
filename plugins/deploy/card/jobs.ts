import { type Context, handleJob, type JobHandler } from '#contract'
import { deploymentChanged } from '../api.ts'
import type { Desk } from '../desk.ts'
import { lateJob, tellJob } from '../jobs.ts'
import { type Outgoing, tellEndpoints } from '../outgoing/jobs.ts'
import { formatReference } from '../reference.ts'
import type { Row } from '../rows.ts'
import { viewOf } from '../view.ts'
import { DEPLOYS, placesFor, type Shown, stillWanted } from './places.ts'
import { renderCard } from './render.ts'

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
    const { now, later } = await placesFor(desk, row, desk.nowMs())
    await showIn(desk, row, now, ctx)
    for (const { placeKey, delayMs } of later) {
      const key = `${ctx.workspace}:${number}:${revision}:${placeKey}`
      await ctx.enqueue(lateJob, { number, placeKey }, { key, delayMs })
    }
    return undefined
  })
}

/** After quiet hours: one card with what became of it, however much happened meanwhile. */
export function lateHandler(desk: Desk): JobHandler {
  return handleJob(lateJob, async ({ number, placeKey }, ctx) => {
    const row = await desk.store().find(ctx.workspace, number)
    if (!row) return undefined
    const wanted = stillWanted(await desk.subscriptions().list(ctx.workspace, DEPLOYS), placeKey, row)
    if (!wanted) return undefined
    const { now, later } = await placesFor(desk, row, desk.nowMs())
    await showIn(
      desk,
      row,
      now.filter((one) => one.placeKey === placeKey),
      ctx,
    )
    const again = later.find((one) => one.placeKey === placeKey)
    if (again) await ctx.enqueue(lateJob, { number, placeKey }, { delayMs: again.delayMs })
    return undefined
  })
}

async function showIn(desk: Desk, row: Row, places: readonly Shown[], ctx: Context): Promise<void> {
  if (places.length === 0) return
  const message = await cardOf(desk, row)
  for (const { place } of places) {
    await desk.subscriptions().addCard(row.workspace, row.number, place)
    await ctx.show(place, place.workspace === row.workspace ? message : await cardOf(desk, row, true))
  }
}
/** `elsewhere`: in a place of another workspace, such as a pull request. */
export async function cardOf(desk: Desk, row: Row, elsewhere = false): Promise<ReturnType<typeof renderCard>> {
  const { workspace, number, issues, environmentUrl, approvals, approvalsNeeded, state, rollsBack } = row
  const verified = await desk.store().verified(workspace, [number])
  const settings = state === 'succeeded' ? await desk.settings().service(workspace, row.service) : null
  const canRollBack = settings?.workflow != null && rollsBack === null && (await desk.store().before(row)) !== null
  return renderCard(viewOf(row, verified.get(number)), {
    elsewhere,
    issues,
    environmentUrl,
    approvedBy: approvals.map((one) => one.name),
    approvalsMissing: Math.max(0, approvalsNeeded - approvals.length),
    canRollBack,
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
