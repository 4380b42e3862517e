import { z } from 'zod'
import type { deploymentReported, Out } from '#contract'

/** What the neutral event carries, whoever sent it. */
export type Report = Out<typeof deploymentReported.payload>

/** A place of deployment or a service, as people type it: one word. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/
export const nameOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63)

const oneLine = (max: number) => z.string().min(1).max(max)
const page = z.url({ protocol: /^https?$/ }).max(2000)

/** What a person's script sends: strict, so that a misspelt field is told and not swallowed. */
export const reportBody = z.strictObject({
  source: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be one lower-case word, such as jenkins')
    .default('api')
    .describe('Who reports: one word'),
  deploymentId: oneLine(200).describe('Stable id of this deployment at its source'),
  service: z.string().regex(NAME, 'must be one lower-case word, such as web').describe('What is deployed'),
  environment: z.string().regex(NAME, 'must be one lower-case word, such as production').describe('Where to'),
  state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'inactive']).describe('State it reached'),
  workspace: oneLine(200).optional().describe("Whose deployment it is; absent: the hub's own workspace"),
  ref: oneLine(255).optional().describe('Branch or tag'),
  sha: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/, 'must be a commit in hexadecimal')
    .optional()
    .describe('Commit'),
  repository: z
    .string()
    .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'must be owner/name')
    .optional()
    .describe('Where the code lies: owner/name'),
  by: oneLine(120).optional().describe('Who asked for it'),
  url: page.optional().describe('Page of the run'),
  environmentUrl: page.optional().describe('Page of what went live'),
  description: oneLine(1000).optional().describe('Why it failed'),
  rollsBack: oneLine(200).optional().describe('Id at the source of the deployment that this one takes back'),
  at: z.iso.datetime({ offset: true }).optional().describe('When it reached the state; absent: now'),
})
export type ReportBody = z.output<typeof reportBody>

export function reportOf(body: ReportBody, nowMs: number): Report {
  const { workspace: _, at, ...rest } = body
  return {
    source: rest.source,
    deploymentId: rest.deploymentId,
    service: rest.service,
    environment: rest.environment,
    state: rest.state,
    ref: rest.ref ?? null,
    sha: rest.sha ?? null,
    repository: rest.repository ?? null,
    by: rest.by ?? null,
    url: rest.url ?? null,
    environmentUrl: rest.environmentUrl ?? null,
    description: rest.description ?? null,
    rollsBack: rest.rollsBack ?? null,
    atMs: at === undefined ? nowMs : Date.parse(at),
  }
}
