import { z } from 'zod'
import type { ApiOperation } from '../contract/api.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { ANSWERS, REQUESTS } from './api-schemas.ts'
import { OPERATIONS, type Operation } from './operations.ts'
import { pluginOperationSchemas } from './plugin-operations.ts'
import { STATUS } from './problem.ts'

type Json = Readonly<Record<string, unknown>>

/** Refusals that every operation can answer. */
const ALWAYS: readonly ErrorCode[] = ['INPUT_INVALID', 'UNAUTHENTICATED', 'UNAVAILABLE']

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum([...(Object.keys(STATUS) as ErrorCode[]), 'INTERNAL']),
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string().nullable(), message: z.string() })).optional(),
})

/** OpenAPI 3.1 out of the table that the routes are made from: the two cannot differ. */
export function openApiDocument(version: string, ofPlugins: readonly ApiOperation[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of OPERATIONS) {
    const path = `/api/v1${operation.path}`
    paths[path] = { ...paths[path], [operation.method]: describe(operation) }
  }
  for (const operation of ofPlugins) {
    const path = `/api/v1${operation.path}`
    const { body, parameters, answer } = pluginOperationSchemas(operation)
    paths[path] = { ...paths[path], [operation.method]: written(operation, parameters, body, answer) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'AutoDevHub',
      version,
      description: 'Runs commands as the operator, and lists, repeats and settles the work of every workspace.',
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...named(REQUESTS, 'input'), ...named({ ...ANSWERS, Problem: problem }, 'output') },
    },
  }
}

function describe(operation: Operation): Json {
  const { params, query, body, answer } = operation
  const asked = [...parameters(params, 'path'), ...parameters(query, 'query')]
  return written(operation, asked, body === null ? null : ref(body), ref(answer))
}

function written(
  { operationId, summary, status, errors }: Pick<Operation, 'operationId' | 'summary' | 'status' | 'errors'>,
  asked: readonly Json[],
  body: Json | null,
  answer: Json,
): Json {
  const refusals = [...new Set([...ALWAYS, ...errors])].map((code) => STATUS[code])
  return {
    operationId,
    summary,
    parameters: asked,
    ...(body === null ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: { description: 'Done', content: { 'application/json': { schema: answer } } },
      ...Object.fromEntries(
        refusals.map(([code, title]) => [
          code,
          { description: title, content: { 'application/problem+json': { schema: ref('Problem') } } },
        ]),
      ),
    },
  }
}

function parameters(schema: z.ZodObject, where: 'path' | 'query'): readonly Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }))
}

function named(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id })
  const made = z.toJSONSchema(registry, { io, uri: (id) => ref(id).$ref, unrepresentable: 'any' }).schemas
  // The address of each schema is its place in the document; a second one inside it would contradict that.
  return Object.fromEntries(Object.entries(made).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]))
}

function ref(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` }
}
