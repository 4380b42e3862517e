import type { Schedule } from '#contract'
import type { Desk } from './desk.ts'
import { followJob } from './jobs.ts'
import { formatReference } from './reference.ts'
import type { Row } from './rows.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Nobody answered: the lock must not last over the weekend. */
const APPROVAL_MS = 24 * HOUR_MS
/** Nothing was heard of a run: no pipeline keeps silent for so long. */
const SILENCE_MS = 3 * HOUR_MS
const REMEMBERED_MS = 120 * 24 * HOUR_MS

/** Ends what nobody will end: only what the hub started holds a lock, and what is only reported may say nothing for days. */
export function sweepSchedules(desk: Desk): readonly Schedule[] {
  return [
    {
      name: 'stale',
      everyMs: 5 * MINUTE_MS,
      async run(_slot, ctx) {
        const now = desk.nowMs()
        const end = async (row: Row, reason: string) => {
          const { workspace, number } = row
          const changed = await desk
            .store()
            .change(workspace, number, (current) =>
              current.revision === row.revision && current.state === row.state
                ? { state: row.state === 'waiting' ? 'cancelled' : 'failed', reason, finishedAt: new Date(now) }
                : null,
            )
          if (changed.length > 0)
            ctx.log.info({ deployment: formatReference(number), workspace, reason }, 'deployment ended')
          await ctx.enqueue(followJob, { number }, { workspace })
        }
        for (const row of await desk.store().stale(now - APPROVAL_MS, ['waiting']))
          await end(row, 'Nobody approved it within a day: ask for it again')
        for (const row of await desk.store().stale(now - SILENCE_MS, ['queued', 'running']))
          if (row.locked)
            await end(row, 'Nothing was heard of it for three hours: look at its run; a later report corrects this')
      },
    },
    {
      name: 'forget',
      everyMs: 24 * HOUR_MS,
      run: () => desk.commits().forget(desk.nowMs() - REMEMBERED_MS),
    },
  ]
}
