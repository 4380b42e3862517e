import { z } from 'zod'
import {
  type ApiOperation,
  DEPLOYMENT_STATES,
  type Deployments,
  defineOperation,
  type Hub,
  type Origin,
  type Receipt,
} from '#contract'
import { reportReceived } from '../jobs.ts'
import { type ReportBody, reportBody, reportOf } from '../report.ts'

const receipt = z.object({
  status: z.enum(['queued', 'duplicate']),
  id: z.string().describe('Event that was stored'),
})
const deployment = z.object({
  reference: z.string(),
  id: z.string(),
  workspace: z.string(),
  project: z.string().nullable(),
  service: z.string(),
  environment: z.string(),
  state: z.enum(DEPLOYMENT_STATES),
  ref: z.string().nullable(),
  sha: z.string().nullable(),
  repository: z.string().nullable(),
  url: z.string().nullable(),
  by: z.string().nullable(),
  revision: z.number().int(),
  startedAtMs: z.number(),
  finishedAtMs: z.number().nullable(),
  endRecordedAtMs: z.number().nullable().describe('When the hub learnt of the end'),
  commits: z.array(z.object({ sha: z.string(), message: z.string(), author: z.string() })).readonly(),
  stories: z
    .array(
      z.object({
        reference: z.string(),
        title: z.string(),
        criteria: z.array(z.object({ id: z.string(), title: z.string(), verified: z.boolean() })).readonly(),
      }),
    )
    .readonly(),
  rollsBack: z.string().nullable(),
  reason: z.string().nullable(),
})
const word = z.string().min(1).max(200)
const listQuery = z.strictObject({
  workspace: word.optional().describe("Absent: the hub's own"),
  service: word.optional(),
  environment: word.optional(),
  state: z.enum(DEPLOYMENT_STATES).optional(),
  from: z.iso.datetime({ offset: true }).optional().describe('Ended at this time or later'),
  to: z.iso.datetime({ offset: true }).optional().describe('Ended before this time'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** Stores a report. The same source, id and state again is a repeat, whatever else it says. */
export async function receiveReport(
  publish: Hub['publish'],
  body: ReportBody,
  deliveryId: string,
  home: string,
  nowMs: number,
): Promise<Receipt> {
  const report = reportOf(body, nowMs)
  const origin: Origin = {
    workspace: home,
    deliveryId,
    lane: `deploy|${body.workspace ?? home}|${report.source}:${report.deploymentId}`,
  }
  return publish(reportReceived, { workspace: body.workspace ?? null, report }, origin)
}
export const repeatKey = (via: string, { source, deploymentId, state, workspace }: ReportBody): string =>
  JSON.stringify([via, workspace ?? null, source, deploymentId, state])

export function deployOperations(
  hub: Pick<Hub, 'publish'>,
  deployments: Deployments,
  home: () => string,
): readonly ApiOperation[] {
  return [
    defineOperation({
      method: 'post',
      path: '/deployments',
      operationId: 'reportDeployment',
      summary: 'Report the state of a deployment; the same source, id and state again has no effect',
      body: reportBody,
      query: null,
      answer: receipt,
      status: 202,
      errors: [],
      async run({ body }) {
        const { status, id } = await receiveReport(hub.publish, body, repeatKey('api', body), home(), Date.now())
        return { status, id }
      },
    }),
    defineOperation({
      method: 'get',
      path: '/deployments',
      operationId: 'listDeployments',
      summary: 'Deployments, newest first',
      body: null,
      query: listQuery,
      answer: z.object({ items: z.array(deployment).readonly() }),
      status: 200,
      errors: [],
      async run({ query }) {
        const { workspace, service, environment, state, from, to, limit } = query
        const items = await deployments.list(workspace ?? home(), {
          limit,
          ...(service === undefined ? {} : { service }),
          ...(environment === undefined ? {} : { environment }),
          ...(state === undefined ? {} : { state }),
          ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
          ...(to === undefined ? {} : { toMs: Date.parse(to) }),
        })
        return { items: [...items] }
      },
    }),
  ]
}
