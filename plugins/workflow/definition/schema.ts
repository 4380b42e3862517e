import { z } from 'zod'
import { ROLES } from '#contract'
import { DURATION, FILLED_DURATION } from '../expression/duration.ts'

/** Names of steps and inputs: what CEL can write behind a dot. */
const NAME = /^[a-z][a-z0-9_]{0,39}$/
const name = z.string().regex(NAME, 'must be lower-case letters, digits and _ (no dash: it would be a minus)')
const expression = z
  .string()
  .min(1)
  .max(2_000)
  .describe('CEL expression: inputs.x, steps.build.output, event, run, item')
const duration = z.string().regex(DURATION, 'must be a time such as 90s, 15m, 2h or 3d')
/** An input may say how long. */
const filledDuration = z
  .string()
  .max(200)
  .regex(FILLED_DURATION, 'must be a time such as 90s, 15m, 2h or 3d, or an expression that gives one')
const values = z.record(z.string().max(100), z.json())
const place = z
  .string()
  .regex(/^[a-z][a-z0-9-]*:[^/]+\/.+$/, 'must be <plugin>:<workspace>/<channel>, such as slack:T123/C456')

const input = z.strictObject({
  type: z.enum(['string', 'number', 'boolean', 'list', 'json']).default('string'),
  description: z.string().max(200).optional(),
  required: z.boolean().default(true),
  default: z.json().optional(),
  choices: z.array(z.string()).min(1).max(50).optional(),
})
/** What a hub with this plugin hears of. */
export const EVENTS = [
  'git.pushed',
  'git.pull-request',
  'git.ci-run',
  'deployment.reported',
  'issue.changed',
  'story.approved',
] as const
const eventTrigger = z.strictObject({
  event: z.enum(EVENTS),
  if: expression.optional(),
  with: values.default({}).describe('Inputs of the run; event is what happened'),
})
const scheduleTrigger = z.strictObject({
  schedule: z.string().max(100).describe('Cron line, such as 0 9 * * 1-5'),
  timezone: z.string().max(60).default('UTC'),
  with: values.default({}),
})
const webhookTrigger = z.strictObject({
  webhook: z.literal(true),
  if: expression.optional(),
  with: values.default({}).describe('Inputs of the run; event.body is what was sent'),
})
const workflowTrigger = z.strictObject({
  workflow: z.string().max(60).describe('Starts when a run of this workflow ends'),
  if: expression.optional().describe('event.state is succeeded, failed or cancelled; event.workflow, event.inputs'),
  with: values.default({}),
})
const retry = z.strictObject({
  attempts: z.int().min(1).max(20),
  backoff: duration.default('5s'),
  max: duration.default('5m'),
})
const compensation = z.strictObject({
  task: z.string().max(80).optional(),
  workflow: z.string().max(60).optional().describe('Taken back once its run has succeeded'),
  with: values.default({}),
})
const approval = z.strictObject({
  subject: z.string().min(1).max(2_000).describe('What is approved, in words; the answer is bound to exactly this'),
  approvers: z
    .array(
      z
        .string()
        .regex(
          /^(role:(viewer|member|maintainer|admin)|[a-z][a-z0-9-]*:.+)$/,
          'must be role:<role> or <plugin>:<account id>',
        ),
    )
    .min(1)
    .max(50)
    .default(['role:maintainer']),
  quorum: z.int().min(1).max(20).default(1),
  self: z.boolean().default(false).describe('May who started the run approve it?'),
  default: z
    .enum(['reject', 'approve'])
    .default('reject')
    .describe('What an unanswered request means when its timeout is over'),
  places: z.array(place).max(20).default([]).describe('Where it is asked beside the places of the run'),
  voidOn: z
    .strictObject({ event: z.string().max(80), match: values.default({}) })
    .optional()
    .describe('An event that makes what was asked another thing: it is asked again'),
})
const wait = z.strictObject({
  event: z.string().max(80),
  match: values.default({}).describe('Fields of the event that must be equal'),
  if: expression.optional(),
})
const http = z.strictObject({
  url: z.string().max(2_000),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']).default('GET'),
  headers: z.record(z.string().max(100), z.string().max(2_000)).default({}),
  body: z.json().optional(),
  expect: z.array(z.int().min(100).max(599)).max(20).default([200, 201, 202, 204]),
})
const model = z.strictObject({
  prompt: z.string().min(1).max(8_000).describe('What to do; fixed words, nothing is filled in'),
  data: values.default({}).describe('Outside text, handed over as data and never as instructions'),
  schema: z.record(z.string(), z.json()).describe('JSON Schema of the answer'),
  tier: z.enum(['main', 'small']).default('main'),
  maxOutputTokens: z.int().min(1).max(8_000).default(1_000),
})
const notify = z.strictObject({
  text: z.string().min(1).max(4_000),
  places: z.array(place).max(20).default([]),
  project: z.string().max(60).optional().describe('Also the channels of this project'),
})
const step = z.strictObject({
  title: z.string().max(80).optional(),
  needs: z.array(z.string()).max(100).default([]),
  when: z.enum(['success', 'failure', 'always']).default('success').describe('How the steps before it must have gone'),
  if: expression.optional(),
  task: z.string().max(80).optional().describe('Task of a plugin, such as github.run, whose output has artifacts'),
  gate: expression.optional().describe('Goes on only when this is true'),
  reason: z.string().max(2_000).optional().describe('What is said when the gate is closed'),
  approval: approval.optional(),
  wait: wait.optional(),
  delay: filledDuration.optional(),
  workflow: z
    .string()
    .max(60)
    .optional()
    .describe('Another workflow: its results are output.outputs, and output.artifacts is what its runs left behind'),
  model: model.optional(),
  http: http.optional(),
  notify: notify.optional(),
  with: values.default({}).describe('What goes into the task or the workflow'),
  forEach: expression.optional().describe('A list: the step runs once for each `item`'),
  concurrency: z.int().min(1).max(100).default(4).describe('How many of a forEach at once'),
  retry: retry.optional(),
  timeout: duration.optional(),
  allowFailure: z.boolean().default(false),
  compensate: compensation.optional().describe('Takes this step back when the run fails or is cancelled later'),
})
export const definitionSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, 'must be lower-case words with dashes'),
  description: z.string().max(300).default(''),
  inputs: z.record(name, input).default({}),
  triggers: z
    .array(z.union([eventTrigger, scheduleTrigger, webhookTrigger, workflowTrigger]))
    .max(20)
    .default([]),
  allow: z.enum(ROLES).default('member').describe('Least role that may start it by hand'),
  concurrency: z
    .strictObject({
      group: z.string().min(1).max(200),
      then: z
        .enum(['queue', 'cancel', 'refuse'])
        .default('queue')
        .describe('What happens while another run of the group is under way'),
    })
    .optional(),
  budget: z.int().min(1).max(10_000).default(1_000).describe('Steps that a run may start, repeats and items included'),
  places: z.array(place).max(20).default([]).describe('Where the card stands beside the place it was started from'),
  project: z.string().max(60).optional().describe('The card stands in the channels of this project too'),
  steps: z.record(name, step),
})
export type Definition = z.output<typeof definitionSchema>
export type DefinitionInput = z.input<typeof definitionSchema>
export type Step = z.output<typeof step>
export type Trigger = Definition['triggers'][number]

/** A stored version: what was valid when it was stored is read as it was. */
export function parseDefinition(json: string): Definition {
  return definitionSchema.parse(JSON.parse(json))
}

export const STEP_KINDS = ['task', 'gate', 'approval', 'wait', 'delay', 'workflow', 'model', 'http', 'notify'] as const
export type StepKind = (typeof STEP_KINDS)[number]
export function kindOf(one: Step): StepKind {
  return STEP_KINDS.find((kind) => one[kind] !== undefined) ?? 'gate'
}

/** For editors: `# yaml-language-server: $schema=…/hooks/workflow/schema.json`. */
export function jsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(definitionSchema, { io: 'input', unrepresentable: 'any' }), title: 'Workflow' }
}
