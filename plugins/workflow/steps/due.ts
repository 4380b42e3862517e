import type { Context } from '#contract'
import { dueJob } from '../jobs.ts'
import type { Attempt } from './run-step.ts'

/** The ledger keeps a delay in 32 bits of milliseconds, not quite 25 days: longer ones go in stages. */
const STAGE_MS = 20 * 86_400_000

/** Rings when the time of a waiting step is over. */
export async function ringAfter({ run, key, attempt }: Attempt, ms: number, ctx: Context, stage = 0): Promise<void> {
  const delayMs = Math.min(ms, STAGE_MS)
  await ctx.enqueue(
    dueJob,
    { run, key, attempt, leftMs: ms - delayMs, stage },
    { key: `${run}:${key}:${attempt}${stage > 0 ? `:${stage}` : ''}`, delayMs },
  )
}
