import { type Context, handleJob, type JobHandler } from '#contract'
import { DEPLOYS, matches } from '../card/places.ts'
import { showIn } from '../card/show.ts'
import type { Desk } from '../desk.ts'
import { lateJob } from '../jobs.ts'
import type { Row } from '../rows.ts'
import { quietForMs } from '../subscriptions/quiet.ts'
import { viewOf } from '../view.ts'
import { renderGroup } from './render.ts'
import type { Group } from './store.ts'

/** The wait is over: one card, or one message for all that came together. */
export function lateHandler(desk: Desk): JobHandler {
  return handleJob(lateJob, async ({ group: id }, ctx) => {
    const { workspace } = ctx
    const group = await desk.groups().find(workspace, id)
    if (!group) return undefined
    if (group.closedAt === null) {
      // The clocks may have changed, or somebody the hours: whoever is woken early waits on.
      const delayMs = await quietFor(desk, group)
      if (delayMs > 0) {
        await ctx.enqueue(lateJob, { group: id }, { delayMs })
        return undefined
      }
      await desk.groups().close(workspace, id)
    }
    if (group.shownAt === null) {
      const rows = await desk.groups().members(workspace, id)
      const gone = await Promise.all(rows.map(async (row) => ((await isWanted(desk, group, row)) ? [] : [row.number])))
      await desk.groups().settle({ ...group, closedAt: new Date(desk.nowMs()) }, gone.flat())
    }
    await showGroup(desk, group, ctx)
    return undefined
  })
}

/** Reads its members after the last change that anybody may have missed, so whoever calls last shows the truth. */
export async function showGroup(desk: Desk, group: Group, ctx: Context): Promise<void> {
  const { workspace, id, place } = group
  const rows = await desk.groups().members(workspace, id)
  const [first, ...more] = rows
  if (!first) return
  if (more.length === 0) return showIn(desk, first, [place], ctx)
  const verified = await desk.store().verified(
    workspace,
    rows.map((row) => row.number),
  )
  const views = rows.map((row) => viewOf(row, verified.get(row.number)))
  await ctx.show(place, renderGroup(id, views, place.workspace !== workspace))
}

async function subscribed(desk: Desk, { workspace, placeKey }: Group, row: Row) {
  const all = await desk.subscriptions().list(workspace, DEPLOYS)
  return all.filter((one) => one.placeKey === placeKey && matches(one.filter, row))
}
/** Somebody may have stopped listening, the deployment may have come to something else, or have got a card of its own. */
async function isWanted(desk: Desk, group: Group, row: Row): Promise<boolean> {
  if ((await subscribed(desk, group, row)).length === 0) return false
  const cards = await desk.subscriptions().cards(row.workspace, row.number)
  return !cards.some(({ placeKey }) => placeKey === group.placeKey)
}
/** How long nobody who listens here may be spoken to. */
async function quietFor(desk: Desk, group: Group): Promise<number> {
  const rows = await desk.groups().members(group.workspace, group.id)
  const waits = await Promise.all(
    rows.map(async (row) => (await subscribed(desk, group, row)).map((one) => quietForMs(one, desk.nowMs()))),
  )
  return waits.flat().length === 0 ? 0 : Math.min(...waits.flat())
}
