import { z } from 'zod'
import { ROLES } from '../contract/people.ts'
import { capabilitiesSchema } from '../host/check.ts'
import { DELIVERY_STATES, deliverySchema, JOB_STATES, jobSchema, OUTCOMES } from './ports.ts'

const pluginSchema = z.object({
  name: z.string(),
  version: z.string(),
  summary: z.string(),
  hook: z.string().nullable().describe('Where its platform delivers'),
  can: capabilitiesSchema.nullable().describe('What its channel can do; null where it has none'),
  requires: z.array(z.string()),
  provides: z.array(z.string()),
  commands: z.array(z.string()),
  config: z.record(z.string(), z.unknown()).describe('Its settings; secrets are never shown'),
})
export type PluginView = z.infer<typeof pluginSchema>

const fieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string(),
  required: z.boolean(),
  kind: z.enum(['text', 'number', 'boolean', 'choice']),
  multiline: z.boolean(),
  rest: z.boolean(),
  flag: z.boolean(),
  person: z.boolean().optional(),
  choices: z.array(z.string()).readonly().optional(),
  maxLength: z.number().optional(),
  value: z.string().optional(),
})
const commandInfoSchema = z.object({
  name: z.string(),
  summary: z.string(),
  usage: z.string(),
  examples: z.array(z.string()).readonly(),
  allow: z.enum(ROLES),
  sideEffects: z.enum(['none', 'hub', 'outside']),
  fields: z.array(fieldSchema).readonly(),
})

const word = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable characters without spaces')
const text = z.string().max(200_000)
const commandRequest = z.strictObject({
  input: z
    .union([
      z.string().min(1).max(200_000).describe('A command line without the slash: "story As a shopper I want …"'),
      z.strictObject({ command: z.string().min(1).max(200), values: z.record(z.string(), text) }),
    ])
    .describe('What to run, as a line or as a command with its values by name'),
  idempotencyKey: word.describe('The same key again is the same command, and has no second effect'),
  thread: word.optional().describe('Groups commands into one conversation'),
})
const receiptSchema = z.object({
  status: z.enum(['queued', 'duplicate']),
  id: z.string().describe('Job to ask for with GET /api/v1/jobs/{id}'),
  announce: z.string().nullable().describe('What will happen, in words'),
})
const resolveRequest = z.strictObject({
  outcome: z.enum(OUTCOMES).describe('sent: it arrived; resend: it did not, send it again; drop: it shall not be sent'),
})
const page = <S extends readonly [string, ...string[]]>(states: S) =>
  z.strictObject({
    state: z.enum(states).optional(),
    workspace: z.string().min(1).max(200).optional().describe('Absent: every workspace'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    before: z.uuid().optional().describe('Id of the last item of the page before'),
  })
export const idParams = z.strictObject({ id: z.uuid() })
export const none = z.strictObject({})
const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item).readonly(), next: z.uuid().nullable().describe('`before` of the next page') })

/** Schemas that the OpenAPI document names. */
export const REQUESTS = { CommandRequest: commandRequest, ResolveRequest: resolveRequest }
export const ANSWERS = {
  Receipt: receiptSchema,
  Job: jobSchema,
  JobList: listOf(jobSchema),
  Delivery: deliverySchema,
  DeliveryList: listOf(deliverySchema),
  PluginList: z.object({ items: z.array(pluginSchema).readonly() }),
  Catalog: z.object({ commands: z.array(commandInfoSchema).readonly() }),
}
export const jobsQuery = page(JOB_STATES)
export const deliveriesQuery = page(DELIVERY_STATES)
export const waitQuery = z.strictObject({
  waitMs: z.coerce.number().int().min(0).max(60_000).default(0).describe('Wait this long for it to finish'),
})
