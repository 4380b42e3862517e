import { hash } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { checkSchema } from './schema.ts'
import type { Account, C, Level, Permission, Repository, World } from './world.ts'

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const WRITES_A_MINUTE = 80
const WINDOW_MS = 60_000

export interface Access {
  /** `app`: a token of the app's installation; `token`: a person's. */
  kindOf(c: C): 'app' | 'token' | null
  /** In whose name that token acts. */
  userOf(c: C): Account
}
/** Headers and refusals that are the same for every address. */
export function guard(app: Hono<{ Bindings: HttpBindings }>, world: World, access: Access) {
  const requests: { readonly method: string; readonly path: string; readonly status: number }[] = []
  const rate = { limit: 5_000, remaining: 5_000, resetAtMs: world.now() + 3_600_000 }
  const problems: string[] = []
  let writes: number[] = []
  app.use('*', async (c, next) => {
    await next()
    const { method, path } = c.req
    if (method === 'GET' && c.res.status === 200) {
      const text = await c.res.clone().text()
      const etag = `W/"${hash('sha1', text)}"`
      if (c.req.header('if-none-match') === etag) c.res = new Response(null, { status: 304 })
      c.res.headers.set('etag', etag)
    }
    if (c.res.status !== 304) rate.remaining = Math.max(0, rate.remaining - 1)
    if (!c.res.headers.has('x-ratelimit-remaining')) {
      c.res.headers.set('x-ratelimit-limit', String(rate.limit))
      c.res.headers.set('x-ratelimit-remaining', String(rate.remaining))
      c.res.headers.set('x-ratelimit-reset', String(Math.ceil(rate.resetAtMs / 1_000)))
    }
    if (access.kindOf(c) === 'token') c.res.headers.set('x-oauth-scopes', '')
    requests.push({ method, path, status: c.res.status })
  })
  app.use('*', async (c, next) => {
    if (rate.remaining === 0 && world.now() < rate.resetAtMs && c.req.path !== '/rate_limit')
      return c.json({ message: 'API rate limit exceeded for installation.' }, 403)
    if (c.req.method !== 'GET' && !/\/access_tokens$|^\/graphql$/.test(c.req.path)) {
      writes = writes.filter((at) => at > world.now() - WINDOW_MS)
      if (writes.length >= WRITES_A_MINUTE)
        return c.json({ message: 'You have exceeded a secondary rate limit.' }, 403, { 'retry-after': '60' })
      writes.push(world.now())
    }
    const wrong = checkSchema(c.req.method, c.req.path, await bodyOf(c))
    problems.push(...wrong)
    if (wrong.length > 0) return c.json({ message: 'Invalid request.', errors: wrong }, 422)
    return next()
  })
  return { requests, rate, problems }
}
export async function bodyOf(c: C): Promise<Record<string, unknown>> {
  const text = await c.req.text()
  if (text === '') return {}
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
export function fail(c: C, status: 401 | 403 | 404 | 409 | 410 | 422, message: string, headers = {}): Response {
  return c.json({ message, documentation_url: 'https://docs.github.com/rest' }, status, headers)
}
const LEVELS: readonly Level[] = ['none', 'read', 'write']

export type Work = (c: C, repository: Repository) => Response | Promise<Response>
/** A repository's address: who asks must be known, see the repository, and hold the permission. */
export function allowed(world: World, access: Access, permission: Permission, level: Level, work: Work) {
  return async (c: C): Promise<Response> => {
    if (access.kindOf(c) === null) return fail(c, 401, 'Bad credentials')
    const repository = world.repositories.get(`${c.req.param('owner')}/${c.req.param('repo')}`.toLowerCase())
    if (!repository) return fail(c, 404, 'Not Found')
    const has = world.permissions[permission]
    if (LEVELS.indexOf(has) < LEVELS.indexOf(level)) {
      const wanted = { 'x-accepted-github-permissions': `${permission}=${level}` }
      return fail(c, 403, 'Resource not accessible by personal access token', wanted)
    }
    if (repository.archived && level === 'write') return fail(c, 403, 'Repository was archived so is read-only.')
    return work(c, repository)
  }
}
export function page<T>(c: C, all: readonly T[]): T[] {
  const [at, size] = [Number(c.req.query('page') ?? 1), Math.min(100, Number(c.req.query('per_page') ?? 30))]
  return all.slice((at - 1) * size, at * size)
}
