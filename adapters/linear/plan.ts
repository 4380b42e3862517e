import type { Log } from '#contract'
import type { LinearClient } from './client.ts'
import { updatePlan } from './documents.ts'

const TIMEOUT_MS = 10_000
const STEPS = ['Read what was asked', 'Work on it', 'Answer'] as const
/** How far each step is. Linear takes the whole plan each time: https://linear.app/developers/agent-interaction#agent-plans */
const STATES = {
  working: ['completed', 'inProgress', 'pending'],
  answered: ['completed', 'completed', 'completed'],
  stopped: ['completed', 'canceled', 'canceled'],
} as const

export interface Plans {
  /** Never fails, for it is only a courtesy: what is said in the session goes through the ledger. */
  show(sessionId: string, how: keyof typeof STATES): Promise<void>
}
/** What the hub is about to do in a session, and how far it is. */
export function createPlans(client: LinearClient, log: Log): Plans {
  return {
    async show(sessionId, how) {
      const plan = STEPS.map((content, i) => ({ content, status: STATES[how][i] }))
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS)
        await client.call(updatePlan, { id: sessionId, plan }, { what: 'plan', signal })
      } catch (error) {
        log.info({ error }, 'the plan of a Linear session was not shown')
      }
    },
  }
}
