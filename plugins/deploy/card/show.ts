import { artifactLines, type Context, type Place } from '#contract'
import type { Desk } from '../desk.ts'
import type { Row } from '../rows.ts'
import { viewOf } from '../view.ts'
import { renderCard } from './render.ts'

/** Shows a card in these places, and remembers that it stands there. */
export async function showIn(desk: Desk, row: Row, places: readonly Place[], ctx: Context): Promise<void> {
  if (places.length === 0) return
  const message = await cardOf(desk, row)
  for (const place of places) {
    await desk.subscriptions().addCard(row.workspace, row.number, place)
    await ctx.show(place, place.workspace === row.workspace ? message : await cardOf(desk, row, true))
  }
}
/** `elsewhere`: in a place of another workspace, such as a pull request. */
export async function cardOf(desk: Desk, row: Row, elsewhere = false): Promise<ReturnType<typeof renderCard>> {
  const { workspace, number, issues, artifacts, environmentUrl, approvals, approvalsNeeded, state, rollsBack } = row
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
    artifacts: artifactLines(artifacts, desk.nowMs()),
  })
}
