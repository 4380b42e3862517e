import { randomUUIDv7 } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { HubError } from '../contract/errors.ts'
import type { Log } from '../contract/log.ts'
import type { HookEnv } from '../contract/plugin.ts'
import { apiRoutes, bearerAuth, openApiRoute } from './api.ts'
import { DEFAULT_BODY_BYTES } from './body-limit.ts'
import { hookContext, requestContext } from './context.ts'
import { healthRoutes, type ReadHealth } from './health.ts'
import { type Metrics, metricsRoute } from './metrics.ts'
import type { ApiPorts } from './operations.ts'
import { errorStatus, problemResponse } from './problem.ts'

export interface AppOptions {
  /** Routes by plugin name, mounted at `/hooks/<name>`. */
  readonly routes: ReadonlyMap<string, Hono<HookEnv>>
  /** Mounted at `/`, after everything else. */
  readonly sites: readonly Hono<HookEnv>[]
  readonly health: ReadHealth
  readonly metrics: Metrics
  /** Without the token: true where the hub listens on loopback only. A proxy in front of it must not pass `/metrics` on. */
  readonly openMetrics: boolean
  readonly api: ApiPorts
  readonly apiToken: string
  readonly version: string
  readonly log: Log
  /** Largest body by plugin name, in bytes, where 1 MB is not what its platform sends. */
  readonly hookBodyBytes?: Readonly<Record<string, number>>
}

/** @example const app = createApp(options); await serve({ fetch: app.fetch, host, port }) */
export function createApp(options: AppOptions): Hono<HookEnv> {
  const { routes, log, metrics } = options
  const app = new Hono<HookEnv>()
  for (const [name, hook] of routes) {
    const maxBytes = options.hookBodyBytes?.[name] ?? DEFAULT_BODY_BYTES
    app.use(`/hooks/${name}/*`, hookContext(name, log, maxBytes, metrics))
    app.route(`/hooks/${name}`, hook)
  }

  app.use('*', requestContext(log, DEFAULT_BODY_BYTES))
  const bearer = bearerAuth(options.apiToken)
  app.route('/health', healthRoutes(options.health))
  if (!options.openMetrics) app.use('/metrics', bearer)
  app.route('/metrics', metricsRoute(metrics))
  app.route('/api/openapi.json', openApiRoute(options.version, options.api.operations))
  app.route('/api/v1', apiRoutes(options.api, bearer))
  // A site that answers every path must not answer these.
  app.all('/hooks/*', (c) => {
    throw new HubError('NOT_FOUND', hookHelp(c.req.method, c.req.path, [...routes.keys()]))
  })
  for (const prefix of ['/api', '/health', '/metrics']) app.all(`${prefix}/*`, (c) => notFound(c))
  for (const site of options.sites) app.route('/', site)

  app.notFound(notFound)
  app.onError((err, c) => {
    const requestId = c.get('requestId') ?? randomUUIDv7()
    report(err, c, c.get('log') ?? log)
    return problemResponse(err, { requestId, path: c.req.path })
  })
  return app
}

function notFound(c: Context<HookEnv>): Response {
  const err = new HubError('NOT_FOUND', `Nothing answers ${c.req.method} ${c.req.path}`)
  return problemResponse(err, { requestId: c.get('requestId') ?? randomUUIDv7(), path: c.req.path })
}

function hookHelp(method: string, path: string, names: readonly string[]): string {
  const [, , wanted = ''] = path.split('/')
  if (names.includes(wanted)) return `The hook of ${wanted} does not answer ${method} ${path}`
  const mounted = names.length > 0 ? names.map((name) => `/hooks/${name}`).join(', ') : 'none'
  return `No plugin is mounted at ${path}; mounted: ${mounted}`
}

/** Faults of ours are errors, refused senders warnings, and the rest is the sender's own business. */
function report(err: unknown, c: Context<HookEnv>, log: Log): void {
  const { code, status } = errorStatus(err)
  const fields = { err, code, status, method: c.req.method, path: c.req.path }
  // Nobody reads the answer, and what the handler met is most likely the end of the connection.
  if (c.req.raw.signal.aborted) log.debug(fields, 'the client went away')
  else if (status >= 500 && code !== 'UNAVAILABLE' && code !== 'UNSUPPORTED') log.error(fields, 'request failed')
  else if (status >= 500 || code === 'SIGNATURE_INVALID') log.warn(fields, 'request refused')
  else log.debug(fields, 'request refused')
}
