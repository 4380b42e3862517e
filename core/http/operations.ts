import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import type { ApiOperation } from '../contract/api.ts'
import type { Catalog, CommandInput } from '../contract/command.ts'
import { type ErrorCode, HubError } from '../contract/errors.ts'
import {
  type ANSWERS,
  deliveriesQuery,
  idParams,
  jobsQuery,
  none,
  type PluginView,
  type REQUESTS,
  waitQuery,
} from './api-schemas.ts'
import { type LedgerView, type RunApiCommand, TERMINAL_JOB_STATES } from './ports.ts'
import { invalidInput } from './problem.ts'

type AnswerName = keyof typeof ANSWERS

export interface ApiPorts {
  readonly ledger: LedgerView
  readonly catalog: Catalog
  readonly command: RunApiCommand
  plugins(): readonly PluginView[]
  /** Those of plugins. */
  readonly operations: readonly ApiOperation[]
}
/** One route of the API: what it takes, answers and refuses with. Routes and OpenAPI document are both made from this. */
export interface Operation {
  readonly method: 'get' | 'post'
  /** As OpenAPI writes it, below `/api/v1`. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  readonly body: keyof typeof REQUESTS | null
  readonly status: 200 | 202
  readonly answer: AnswerName
  readonly errors: readonly ErrorCode[]
  run(input: { params: unknown; query: unknown; body: unknown; signal: AbortSignal }, ports: ApiPorts): Promise<unknown>
}

interface Typed<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends keyof typeof REQUESTS | null,
  A extends AnswerName,
> extends Omit<Operation, 'params' | 'query' | 'body' | 'answer' | 'run'> {
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly answer: A
  run(
    input: {
      params: z.output<P>
      query: z.output<Q>
      body: B extends keyof typeof REQUESTS ? z.output<(typeof REQUESTS)[B]> : null
      signal: AbortSignal
    },
    ports: ApiPorts,
  ): Promise<z.input<(typeof ANSWERS)[A]>>
}
/** Erases the types of `run` after they were checked against its schemas. */
function operation<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends keyof typeof REQUESTS | null,
  A extends AnswerName,
>(typed: Typed<P, Q, B, A>): Operation {
  return typed as unknown as Operation
}

const found = <T>(value: T | null, what: string): T => {
  if (value === null) throw new HubError('NOT_FOUND', `There is no such ${what}`)
  return value
}
/** How to say it right: the usage and an example, or where the commands are listed. */
function cureOf(input: CommandInput, catalog: Catalog): readonly string[] {
  const info = catalog.match(typeof input === 'string' ? input : input.command)
  if (info) return [`Usage: ${info.usage}`, ...info.examples.slice(0, 1).map((example) => `Example: ${example}`)]
  return catalog.match('hub help') ? ['All commands: hub help'] : []
}
const paged = <T extends { readonly id: string }>(items: readonly T[], limit: number) => ({
  items,
  next: items.length < limit ? null : (items.at(-1)?.id ?? null),
})

export const OPERATIONS: readonly Operation[] = [
  operation({
    method: 'post',
    path: '/commands',
    operationId: 'runCommand',
    summary: 'Run a command as the operator; it becomes a durable job',
    params: none,
    query: none,
    body: 'CommandRequest',
    status: 202,
    answer: 'Receipt',
    errors: ['INPUT_INVALID', 'TOO_LARGE', 'UNAVAILABLE'],
    async run({ body }, { catalog, command }) {
      const problems = catalog.check(body.input)
      if (problems.length > 0) throw invalidInput('The command would not run', problems, cureOf(body.input, catalog))
      return command(body)
    },
  }),
  operation({
    method: 'get',
    path: '/jobs',
    operationId: 'listJobs',
    summary: 'Jobs, newest first',
    params: none,
    query: jobsQuery,
    body: null,
    status: 200,
    answer: 'JobList',
    errors: ['INPUT_INVALID'],
    run: async ({ query }, { ledger }) => paged(await ledger.jobs.list(query), query.limit),
  }),
  operation({
    method: 'get',
    path: '/jobs/{id}',
    operationId: 'getJob',
    summary: 'One job; with waitMs the answer comes when it is finished or the time is over',
    params: idParams,
    query: waitQuery,
    body: null,
    status: 200,
    answer: 'Job',
    errors: ['INPUT_INVALID', 'NOT_FOUND'],
    async run({ params, query, signal }, { ledger }) {
      const until = performance.now() + query.waitMs
      for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 500)) {
        const job = await ledger.jobs.get(params.id)
        const leftMs = until - performance.now()
        const over = leftMs <= 0 || signal.aborted
        // Accepted a moment ago, it may not be in the job table yet: who waits need not ask again.
        if (over || (job && TERMINAL_JOB_STATES.has(job.state))) return found(job, 'job')
        await sleep(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => undefined)
      }
    },
  }),
  operation({
    method: 'post',
    path: '/jobs/{id}/retry',
    operationId: 'retryJob',
    summary: 'Run a dead or cancelled job again',
    params: idParams,
    query: none,
    body: null,
    status: 200,
    answer: 'Job',
    errors: ['INPUT_INVALID', 'NOT_FOUND', 'CONFLICT'],
    run: ({ params }, { ledger }) => ledger.jobs.retry(params.id),
  }),
  operation({
    method: 'get',
    path: '/deliveries',
    operationId: 'listDeliveries',
    summary: 'Outgoing messages, newest first; state=held lists those that wait for a decision',
    params: none,
    query: deliveriesQuery,
    body: null,
    status: 200,
    answer: 'DeliveryList',
    errors: ['INPUT_INVALID'],
    run: async ({ query }, { ledger }) => paged(await ledger.deliveries.list(query), query.limit),
  }),
  operation({
    method: 'get',
    path: '/deliveries/{id}',
    operationId: 'getDelivery',
    summary: 'One outgoing message',
    params: idParams,
    query: none,
    body: null,
    status: 200,
    answer: 'Delivery',
    errors: ['INPUT_INVALID', 'NOT_FOUND'],
    run: async ({ params }, { ledger }) => found(await ledger.deliveries.get(params.id), 'delivery'),
  }),
  operation({
    method: 'post',
    path: '/deliveries/{id}/retry',
    operationId: 'retryDelivery',
    summary: 'Send a dead message again',
    params: idParams,
    query: none,
    body: null,
    status: 200,
    answer: 'Delivery',
    errors: ['INPUT_INVALID', 'NOT_FOUND', 'CONFLICT'],
    run: ({ params }, { ledger }) => ledger.deliveries.retry(params.id),
  }),
  operation({
    method: 'post',
    path: '/deliveries/{id}/resolve',
    operationId: 'resolveDelivery',
    summary: 'Decide about a held message',
    params: idParams,
    query: none,
    body: 'ResolveRequest',
    status: 200,
    answer: 'Delivery',
    errors: ['INPUT_INVALID', 'NOT_FOUND', 'CONFLICT'],
    run: ({ params, body }, { ledger }) => ledger.deliveries.resolve(params.id, body.outcome),
  }),
  operation({
    method: 'get',
    path: '/plugins',
    operationId: 'listPlugins',
    summary: 'Plugins of this hub, with what they can do and how they are set',
    params: none,
    query: none,
    body: null,
    status: 200,
    answer: 'PluginList',
    errors: [],
    run: async (_, { plugins }) => ({ items: plugins() }),
  }),
  operation({
    method: 'get',
    path: '/catalog',
    operationId: 'getCatalog',
    summary: 'Commands with their arguments',
    params: none,
    query: none,
    body: null,
    status: 200,
    answer: 'Catalog',
    errors: [],
    run: async (_, { catalog }) => ({ commands: catalog.commands }),
  }),
]
