import type { LinearGraphQLClient } from '@linear/sdk'
import { z } from 'zod'
import { HubError } from '#contract'
import type { LinearConfig } from './config.ts'
import { type Document, isMutation } from './documents.ts'
import { type Refusal, refusal } from './errors.ts'
import { createBudget } from './limits.ts'

const TIMEOUT_MS = 15_000
/** Causes of a failed fetch that leave no doubt: not a byte of the request was written. */
const UNSENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+)$/

export interface CallOptions {
  /** For errors: what is being done, in words. */
  readonly what: string
  /** Bucket that a request to wait closes. */
  readonly scope?: string
  readonly signal?: AbortSignal
  /** Work that can wait leaves the last part of Linear's budget to answers for people. */
  readonly canWait?: boolean
}
export interface LinearClient {
  /** One request, no retry. A lost answer is OUTCOME_UNKNOWN for a mutation and, as reading again is harmless, UNAVAILABLE for a query. */
  call<A extends z.ZodType>(
    document: Document<A>,
    variables: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<z.output<A>>
}

/** The SDK's own raw request over our documents; loaded with the first of them. Waiting and trying again belong to the ledger. */
export function createClient(config: LinearConfig, now: () => number = Date.now): LinearClient {
  const budget = createBudget(now)
  let loading: Promise<typeof LinearGraphQLClient> | undefined
  // An app's token is a bearer; a personal key is sent as it is: https://linear.app/developers/graphql#authentication
  const authorization = config.apiKey.startsWith('lin_oauth_') ? `Bearer ${config.apiKey}` : config.apiKey
  return {
    async call(document, variables, { what, scope, signal, canWait = false }) {
      if (signal?.aborted) throw new HubError('UNAVAILABLE', `${what}: stopped before it was sent`)
      const waitMs = canWait ? budget.turn() : 0
      if (waitMs > 0)
        throw new HubError('RATE_LIMITED', `${what}: waits ${Math.ceil(waitMs / 1_000)} s for Linear's limits`, {
          retry: { afterMs: waitMs },
          ...(scope === undefined ? {} : { scope }),
        })
      loading ??= import('@linear/sdk').then((sdk) => sdk.LinearGraphQLClient)
      const Client = await loading
      const timeout = AbortSignal.timeout(TIMEOUT_MS)
      const reads = !isMutation(document)
      const client = new Client(config.apiUrl, {
        headers: { authorization, 'user-agent': 'autodevhub' },
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      })
      try {
        const answer = await client.rawRequest<unknown, Record<string, unknown>>(document.text, { ...variables })
        budget.note((name) => answer.headers?.get(name) ?? null)
        const read = document.answer.safeParse(answer.data)
        if (read.success) return read.data
        throw new HubError(reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: Linear's answer was not understood`)
      } catch (error) {
        if (error instanceof HubError) throw error
        const refused = refusalOf(error)
        throw refused ? refusal(what, refused, { reads, scope, nowMs: now() }) : lost(error, what, reads)
      }
    },
  }
}
/** Built anew, without a cause: the library's errors carry the request. */
function lost(error: unknown, what: string, reads: boolean): HubError {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined
  const code = typeof cause?.code === 'string' ? cause.code : error instanceof Error ? error.name : 'no answer'
  if (UNSENT.test(code))
    return new HubError(
      'UNAVAILABLE',
      `${what}: Linear cannot be reached (${code}); check the network and LINEAR_API_URL`,
    )
  return new HubError(reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: Linear did not answer (${code})`)
}
const answered = z.object({
  raw: z.object({
    response: z.object({
      status: z.number(),
      headers: z.instanceof(Headers).optional(),
      errors: z
        .array(
          z.object({
            message: z.string().optional(),
            extensions: z
              .object({
                code: z.string().optional(),
                type: z.string().optional(),
                userPresentableMessage: z.string().optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    }),
  }),
})
function refusalOf(error: unknown): Refusal | null {
  const read = answered.safeParse(error)
  if (!read.success) return null
  const { status, headers, errors = [] } = read.data.raw.response
  return { status, errors, header: (name) => headers?.get(name) ?? null }
}
