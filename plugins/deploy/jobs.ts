import { z } from 'zod'
import { ciRunChanged, DEPLOYMENT_STATES, defineEvent, defineJob, deploymentReported } from '#contract'

/** A report that came in over the API or the webhook, with the workspace it names. */
export const reportReceived = defineEvent(
  'deploy.received',
  z.object({ workspace: z.string().nullable(), report: deploymentReported.payload }),
)
const number = z.number().int().positive()
const quick = { attempts: 12, backoffMs: 1000 }

/** Takes in a report for one workspace. */
export const intakeJob = defineJob({
  name: 'deploy.intake',
  payload: z.object({ report: deploymentReported.payload, project: z.string().nullable() }),
  retry: quick,
})
/** A run of a code host, which may be a deployment that the hub started. */
export const runJob = defineJob({
  name: 'deploy.run',
  payload: z.object({ run: ciRunChanged.payload, project: z.string().nullable() }),
  retry: quick,
})
/** What the run of a deployment left behind. */
export const artifactsJob = defineJob({
  name: 'deploy.artifacts',
  payload: z.object({ codeHost: z.string(), repository: z.string(), runId: z.string() }),
  retry: quick,
})
/** What a deployment brings: commits, issues and stories. */
export const changesJob = defineJob({ name: 'deploy.changes', payload: z.object({ number }), retry: quick })
/** Tells everybody who listens of one revision. */
export const tellJob = defineJob({
  name: 'deploy.tell',
  payload: z.object({ number, revision: z.number().int(), state: z.enum(DEPLOYMENT_STATES) }),
  retry: quick,
})
/** Shows what waited for the end of quiet hours, or for others of its group. */
export const lateJob = defineJob({ name: 'deploy.late', payload: z.object({ group: z.uuid() }), retry: quick })
/** Finds the issues that commits name, and shows the card there. */
export const issuesJob = defineJob({ name: 'deploy.issues', payload: z.object({ number }), retry: quick })
/** Ends a deployment that nobody ends, unless it has moved on meanwhile. */
export const endJob = defineJob({
  name: 'deploy.end',
  payload: z.object({ number, revision: z.number().int(), state: z.enum(['cancelled', 'failed']), reason: z.string() }),
  retry: quick,
})
/** Has the code host carry a deployment out. */
export const startJob = defineJob({
  name: 'deploy.start',
  payload: z.object({ number }),
  retry: { attempts: 8, backoffMs: 1000 },
})
/** Tells one address outside of one revision. The waits between attempts are its own. */
export const webhookJob = defineJob({
  name: 'deploy.webhook',
  payload: z.object({ endpoint: number, id: z.string(), body: z.string() }),
  retry: { attempts: 10, backoffMs: 5000 },
})
