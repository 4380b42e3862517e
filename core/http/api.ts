import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
import type { z } from 'zod'
import type { ApiOperation } from '../contract/api.ts'
import { HubError } from '../contract/errors.ts'
import type { HookEnv } from '../contract/plugin.ts'
import { REQUESTS } from './api-schemas.ts'
import { openApiDocument } from './openapi.ts'
import { type ApiPorts, OPERATIONS } from './operations.ts'
import { runPluginOperation } from './plugin-operations.ts'
import { invalidInput } from './problem.ts'

/**
 * `/api/v1/…`. The token is the operator's, who runs commands in his own workspace and sees the jobs and deliveries of every workspace:
 * whoever holds it administers the hub.
 */
export function apiRoutes(ports: ApiPorts, bearer: MiddlewareHandler<HookEnv>): Hono<HookEnv> {
  const api = new Hono<HookEnv>()
  api.use('*', bearer)
  for (const { method, path, params, query, body, status, run } of OPERATIONS) {
    api.on(method, path.replace(/\{(\w+)\}/g, ':$1'), async (c) => {
      const input = {
        params: check(params, c.req.param(), 'The path'),
        query: check(query, onlyOnce(c.req.queries()), 'The query'),
        body: body === null ? null : check(REQUESTS[body], await readJson(c.req), 'The body'),
        signal: c.req.raw.signal,
      }
      c.header('cache-control', 'no-store')
      return c.json(await run(input, ports), status)
    })
  }
  for (const operation of ports.operations) {
    api.on(operation.method, operation.path, async (c) => {
      const given = {
        body: operation.body === null ? null : await readJson(c.req),
        query: onlyOnce(c.req.queries()),
        signal: c.req.raw.signal,
      }
      c.header('cache-control', 'no-store')
      return c.json((await runPluginOperation(operation, given)) as object, operation.status)
    })
  }
  return api
}

/** `/api/openapi.json`: open, it tells nothing about this hub but its version and its plugins' operations. */
export function openApiRoute(version: string, ofPlugins: readonly ApiOperation[]): Hono<HookEnv> {
  const document = JSON.stringify(openApiDocument(version, ofPlugins))
  return new Hono<HookEnv>().get('/', (c) => c.body(document, 200, { 'content-type': 'application/json' }))
}

/** Names under which people put keys into addresses, where they end up in logs and histories. */
const KEYS_IN_QUERY = ['token', 'access_token', 'api_key', 'apikey', 'key', 'bearer', 'authorization']

/** Lets a request pass that carries the token in its header. Comparing digests takes the same time whatever is sent. */
export function bearerAuth(token: string): MiddlewareHandler<HookEnv> {
  const wanted = digest(token)
  return async (c, next) => {
    const inQuery = Object.keys(c.req.query()).find((name) => KEYS_IN_QUERY.includes(name.toLowerCase()))
    if (inQuery) {
      const cure = 'send it as "Authorization: Bearer <token>", and replace it if it is in use'
      throw new HubError('INPUT_INVALID', `A key does not belong into the address (?${inQuery}=); ${cure}`)
    }
    const [, given] = c.req.header('authorization')?.match(/^Bearer ([\x21-\x7e]+)$/i) ?? []
    if (given === undefined) {
      throw new HubError('UNAUTHENTICATED', 'Send the API token of this hub as "Authorization: Bearer <token>"')
    }
    if (!timingSafeEqual(digest(given), wanted)) {
      throw new HubError('UNAUTHENTICATED', 'The API token is not the one of this hub')
    }
    await next()
  }
}
const digest = (text: string) => createHash('sha256').update(text).digest()

function check<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => ({
    field: path.length > 0 ? path.map(String).join('.') : null,
    message,
  }))
  throw invalidInput(`${what} is not valid`, problems)
}

async function readJson(req: { header(name: string): string | undefined; json(): Promise<unknown> }): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(req.header('content-type') ?? '')) {
    throw new HubError('INPUT_INVALID', 'Send the body as JSON, with "Content-Type: application/json"')
  }
  try {
    return await req.json()
  } catch (err) {
    throw new HubError('INPUT_INVALID', 'The body is not valid JSON', { cause: err })
  }
}

/** A parameter that is given twice has no single meaning; kept as a list it fails its schema. */
function onlyOnce(queries: Record<string, string[]>): Record<string, string | string[] | undefined> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  )
}
