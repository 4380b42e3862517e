import type { ApiOperation } from '../contract/api.ts'
import { HubError } from '../contract/errors.ts'
import type { ArgsSchema } from '../contract/schema.ts'
import { invalidInput } from './problem.ts'

type Json = Readonly<Record<string, unknown>>

/** Runs an operation that a plugin brought: what comes in and what goes out are checked by its schemas. */
export async function runPluginOperation(
  operation: ApiOperation,
  given: { readonly body: unknown; readonly query: unknown; readonly signal: AbortSignal },
): Promise<unknown> {
  const { body, query, answer } = operation
  const answered: unknown = await operation.run({
    body: body === null ? null : await checked(body, given.body, 'The body'),
    query: query === null ? null : await checked(query, given.query, 'The query'),
    signal: given.signal,
  })
  const result = await answer['~standard'].validate(answered)
  if (result.issues)
    throw new HubError('UNSUPPORTED', `${operation.operationId} made an answer that it does not declare`)
  return result.value
}
async function checked(schema: ArgsSchema, value: unknown, what: string): Promise<unknown> {
  const result = await schema['~standard'].validate(value)
  if (!result.issues) return result.value
  const problems = result.issues.map(({ path = [], message }) => ({
    field: path.length > 0 ? path.map((key) => String(typeof key === 'object' ? key.key : key)).join('.') : null,
    message,
  }))
  throw invalidInput(`${what} is not valid`, problems)
}

/** What the OpenAPI document says of it, its schemas written out in place. */
export function pluginOperationSchemas({ body, query, answer }: ApiOperation): {
  readonly body: Json | null
  readonly parameters: readonly Json[]
  readonly answer: Json
} {
  const { properties = {}, required = [] } = (query === null ? {} : plain(query, 'input')) as {
    properties?: Json
    required?: readonly string[]
  }
  return {
    body: body === null ? null : plain(body, 'input'),
    parameters: Object.entries(properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      schema,
    })),
    answer: plain(answer, 'output'),
  }
}
function plain(schema: ArgsSchema, direction: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = schema['~standard'].jsonSchema[direction]({
    target: 'draft-2020-12',
    libraryOptions: { unrepresentable: 'any' },
  })
  return rest
}
