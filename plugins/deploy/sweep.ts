import { handleJob, type JobHandler, type Schedule } from '#contract'
import type { Desk } from './desk.ts'
import { follow } from './follow.ts'
import { endJob } from './jobs.ts'
import { isOpen } from './model.ts'
import type { Row } from './rows.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Nobody answered: the lock must not last over the weekend. */
const APPROVAL_MS = 24 * HOUR_MS
/** Nothing was heard of a run: no pipeline keeps silent for so long. */
const SILENCE_MS = 3 * HOUR_MS
const REMEMBERED_MS = 120 * 24 * HOUR_MS

/** Finds what nobody will end: only what the hub started holds a lock, and what is only reported may say nothing for days. */
export function sweepSchedules(desk: Desk): readonly Schedule[] {
  return [
    {
      name: 'stale',
      everyMs: 5 * MINUTE_MS,
      async run(_slot, ctx) {
        const now = desk.nowMs()
        const end = async ({ workspace, number, revision }: Row, state: 'cancelled' | 'failed', reason: string) => {
          const key = `${workspace}:${number}:${revision}`
          await ctx.enqueue(endJob, { number, revision, state, reason }, { workspace, key })
        }
        for (const row of await desk.store().stale(now - APPROVAL_MS, ['waiting']))
          await end(row, 'cancelled', 'Nobody approved it within a day: ask for it again')
        const silent = 'Nothing was heard of it for three hours: look at its run; a later report corrects this'
        for (const row of await desk.store().stale(now - SILENCE_MS, ['queued', 'running']))
          await end(row, 'failed', silent)
      },
    },
    {
      name: 'forget',
      everyMs: 24 * HOUR_MS,
      async run() {
        const before = desk.nowMs() - REMEMBERED_MS
        await desk.commits().forget(before)
        await desk.groups().forget(before)
      },
    },
  ]
}

export function endHandler(desk: Desk): JobHandler {
  return handleJob(endJob, async ({ number, revision, state, reason }, ctx) => {
    const { workspace } = ctx
    await desk
      .store()
      .change(workspace, number, (now) =>
        now.revision === revision && isOpen(now.state) ? { state, reason, finishedAt: new Date(desk.nowMs()) } : null,
      )
    await follow(ctx, [await desk.store().get(workspace, number)])
    return undefined
  })
}
