import { Cron } from 'croner'
import type { Context } from '#contract'
import type { Definition } from '../definition/schema.ts'
import { startJob } from '../jobs.ts'
import type { Ports } from '../ports.ts'

/** The first time after `after`; null when there is none. By the clock on the wall of its zone: through both changes of summer time. */
export function nextTime(trigger: { readonly schedule: string; readonly timezone: string }, after: Date): Date | null {
  return new Cron(trigger.schedule, { timezone: trigger.timezone, paused: true }).nextRun(after)
}
/** When each schedule of a definition is due first, by its place among the triggers. */
export function firstTimes({ triggers }: Definition, now: Date): ReadonlyMap<number, Date> {
  return new Map(
    triggers.flatMap((trigger, nth) => {
      const next = 'schedule' in trigger ? nextTime(trigger, now) : null
      return next ? [[nth, next] as const] : []
    }),
  )
}

const BATCH = 200

/**
 * Starts what is due. The key of the job is the due time, so a tick that is repeated, or two of them at once, start it once. Times that passed
 * while the hub was down come down to one start.
 */
export async function tick(now: Date, ctx: Context, ports: Ports): Promise<void> {
  const store = ports.definitions()
  for (;;) {
    const all = await store.due(now, BATCH)
    for (const due of all) {
      const { workspace, name, nth, dueAt } = due
      const saved = await store.get(workspace, name)
      const trigger = saved?.definition.triggers[nth]
      const isScheduled = trigger !== undefined && 'schedule' in trigger
      if (isScheduled) {
        const key = `schedule:${name}:${nth}:${dueAt.toISOString()}`
        await ctx.enqueue(
          startJob,
          { name, nth, trigger: 'schedule', key, event: { dueAt: dueAt.toISOString() } },
          { key, workspace },
        )
      }
      await store.reschedule(due, isScheduled ? nextTime(trigger, now) : null)
    }
    if (all.length < BATCH) break
  }
  await ports.waits().forget(now)
}
