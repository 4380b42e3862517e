import type { ErrorCode } from './errors.ts'
import type { ArgsSchema, Awaitable, In, Out } from './schema.ts'

/** An operation of the HTTP API that a plugin brings; the host checks the bearer token, parses, validates and describes it in the OpenAPI document. */
export interface ApiOperation<
  B extends ArgsSchema = ArgsSchema,
  Q extends ArgsSchema = ArgsSchema,
  A extends ArgsSchema = ArgsSchema,
> {
  readonly method: 'get' | 'post'
  /** Below `/api/v1`, without parameters: '/deployments'. */
  readonly path: string
  /** Unique in the hub, in camel case: 'reportDeployment'. */
  readonly operationId: string
  readonly summary: string
  /** JSON body; null where the request has none. */
  readonly body: B | null
  /** Object schema of the query; its values arrive as text. */
  readonly query: Q | null
  readonly answer: A
  readonly status: 200 | 202
  /** What it may throw beside INPUT_INVALID, UNAUTHENTICATED and UNAVAILABLE. */
  readonly errors: readonly ErrorCode[]
  run(input: { readonly body: Out<B>; readonly query: Out<Q>; readonly signal: AbortSignal }): Awaitable<In<A>>
}
/** Erases the types of `run` after they were checked against the schemas. */
export function defineOperation<B extends ArgsSchema, Q extends ArgsSchema, A extends ArgsSchema>(
  operation: ApiOperation<B, Q, A>,
): ApiOperation {
  return operation as unknown as ApiOperation
}
