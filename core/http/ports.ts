import { z } from 'zod'
import type { CommandInput } from '../contract/command.ts'
import type { Message } from '../contract/message.ts'
import type { Receipt } from '../contract/plugin.ts'

export const JOB_STATES = ['pending', 'running', 'done', 'dead', 'cancelled'] as const
export const DELIVERY_STATES = [
  'pending',
  'inflight',
  'unknown',
  'reconciling',
  'sent',
  'dead',
  'held',
  'superseded',
] as const
/** States a job does not leave by itself. */
export const TERMINAL_JOB_STATES: ReadonlySet<string> = new Set([
  'done',
  'dead',
  'cancelled',
] satisfies JobView['state'][])

const time = z.iso.datetime()
const message = z
  .custom<Message>((value) => typeof value === 'object' && value !== null && 'text' in value)
  .meta({
    type: 'object',
    description: 'Platform-neutral message: `text` says all of it, `blocks` says the same with structure.',
    properties: { text: { type: 'string' }, blocks: { type: 'array', items: { type: 'object' } } },
    required: ['text'],
  })

export const jobSchema = z.object({
  id: z.uuid(),
  workspace: z.string(),
  kind: z.string().describe("'command', or the name of a plugin's job or event"),
  summary: z.string().describe('The command line as typed, or the name of the job'),
  state: z.enum(JOB_STATES),
  attempts: z.int(),
  maxAttempts: z.int(),
  createdAt: time,
  runAt: time.describe('Not before this time'),
  finishedAt: time.nullable(),
  error: z.string().nullable().describe('Why it last failed, for the person who must act'),
  errorCode: z.string().nullable(),
  origin: z.uuid().nullable().describe('The inbound delivery it came from'),
  result: message.nullable().describe('What it answered, once it is done'),
})
export type JobView = z.infer<typeof jobSchema>

export const deliverySchema = z.object({
  id: z.uuid(),
  workspace: z.string(),
  plugin: z.string(),
  lane: z.string().describe('Deliveries of one lane are sent strictly in order'),
  op: z.enum(['post', 'update']),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int(),
  text: z.string().describe('The message as plain text'),
  jobId: z.uuid().nullable(),
  createdAt: time,
  notBefore: time,
  finishedAt: time.nullable(),
  error: z.string().nullable(),
  errorCode: z.string().nullable(),
  posted: z.string().nullable().describe("The platform's id of the message, once it stands there"),
})
export type DeliveryView = z.infer<typeof deliverySchema>

/** What a person decides about a send that may or may not have arrived: it did, send it again, or give it up. */
export const OUTCOMES = ['sent', 'resend', 'drop'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Newest first; `before` is the id of the last item of the page before. Over all workspaces unless one is named. */
export interface ListQuery<State extends string> {
  readonly state?: State | undefined
  readonly workspace?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}
/**
 * The ledger as an operator sees it. `retry` and `resolve` throw NOT_FOUND for an unknown id and CONFLICT when the state does not allow it;
 * the same call twice, also at once, has one effect.
 */
export interface LedgerView {
  readonly jobs: {
    list(query: ListQuery<JobView['state']>): Promise<readonly JobView[]>
    get(id: string): Promise<JobView | null>
    /** A dead or cancelled job runs again, with its attempts counted anew. */
    retry(id: string): Promise<JobView>
  }
  readonly deliveries: {
    list(query: ListQuery<DeliveryView['state']>): Promise<readonly DeliveryView[]>
    get(id: string): Promise<DeliveryView | null>
    /** A dead delivery is sent again. A held one is refused: `resolve` asks for the decision it needs. */
    retry(id: string): Promise<DeliveryView>
    /** Ends a held delivery. */
    resolve(id: string, outcome: Outcome): Promise<DeliveryView>
  }
}

/** A command from the API; whoever implements it adds the operator as actor and his private place as the address of the answer. */
export interface ApiCommand {
  readonly input: CommandInput
  /** The same key again is the same command. */
  readonly idempotencyKey: string
  /** Groups commands into one conversation. */
  readonly thread?: string | undefined
}
export type RunApiCommand = (command: ApiCommand) => Promise<Receipt>

/** Figures of the ledger, read when somebody asks for metrics. */
export interface Stats {
  /** Age of the oldest job that is due and not started; 0 when there is none. */
  readonly queueAgeSeconds: number
  readonly inboxNew: number
  /** Counts by state; states without rows may be left out. */
  readonly jobs: Readonly<Partial<Record<JobView['state'], number>>>
  readonly outbox: Readonly<Partial<Record<DeliveryView['state'], number>>>
}
