import { z } from 'zod'
import { defineJob } from '#contract'
import { TRIGGERS } from './runs/run.ts'

const attemptOf = { run: z.string(), key: z.string(), attempt: z.number().int() }
/** Of trouble in the hub itself: lost processes, a database that was away. What a definition says about retries comes on top. */
export const STEP_TRIES = 20
const retry = { attempts: STEP_TRIES, backoffMs: 1_000 }

/** One attempt of one step. */
export const stepJob = defineJob({ name: 'workflow.step', payload: z.object(attemptOf), retry })
/** Time is over: of a wait, an approval, a delay. */
export const dueJob = defineJob({
  name: 'workflow.due',
  payload: z.object({ ...attemptOf, leftMs: z.number(), stage: z.number().int() }),
  retry,
})
/** A run changed outside of its own jobs: its card, its next steps and its end are seen to. */
export const followJob = defineJob({ name: 'workflow.follow', payload: z.object({ run: z.string() }), retry })
/** The card of a run whose steps follow each other quickly is brought up to date. */
export const cardJob = defineJob({ name: 'workflow.card', payload: z.object({ run: z.string() }), retry })
/** Ends a run before its time. */
export const cancelJob = defineJob({
  name: 'workflow.cancel',
  payload: z.object({ run: z.string(), reason: z.string() }),
  retry,
})
/** A run that a step waits for is over. */
export const childJob = defineJob({
  name: 'workflow.child',
  payload: z.object({ ...attemptOf, child: z.string() }),
  retry,
})
/** Something happened in a workspace: waits may be over, workflows may start. */
export const happenedJob = defineJob({
  name: 'workflow.happened',
  payload: z.object({ event: z.string(), id: z.string(), payload: z.unknown(), depth: z.number().int().default(0) }),
  retry,
})
/** A trigger of a saved workflow fires. */
export const startJob = defineJob({
  name: 'workflow.start',
  payload: z.object({
    name: z.string(),
    /** Which of its triggers; what was saved since then decides whether it still is one. */
    nth: z.number().int(),
    trigger: z.enum(TRIGGERS),
    key: z.string(),
    event: z.unknown(),
    depth: z.number().int().default(0),
  }),
  retry,
})
