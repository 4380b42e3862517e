import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { type C, refuse } from './desk.ts'
import { checkSchema } from './schema.ts'
import { type FakeEvent, isoOf, type World } from './world.ts'

const BASE = '/rest/api/3/webhook'
const MOST = 5
const LIFE_MS = 30 * 24 * 3_600_000
/** Set by the door of api.atlassian.com alone. */
export const APP_HEADER = 'x-fake-account'
const FILTER = /^project (?:= "?([A-Z][A-Z0-9]+)"?|IN \(([A-Z0-9", ]+)\))$/

export interface FakeDynamicHook {
  readonly id: number
  readonly account: string
  readonly url: string
  readonly jqlFilter: string
  readonly events: readonly string[]
  expiresAtMs: number
}
/** Webhooks of an OAuth app: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/ */
export function createDynamicHookRoutes(
  hooks: FakeDynamicHook[],
  world: World,
  now: () => number,
  problem: (text: string) => void,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  let lastId = 1_000
  const accountOf = (c: C) => c.req.header(APP_HEADER) ?? null
  const only = (c: C) => refuse(c, 403, 'Only Connect and OAuth 2.0 apps can access this resource.')
  const idsIn = async (c: C) => ((await c.req.json()) as { webhookIds?: number[] }).webhookIds ?? []
  const wrongIn = (c: C, body: unknown) => {
    const wrong = checkSchema(c.req.method, c.req.path, body)
    for (const text of wrong) problem(text)
    return wrong.length > 0
  }
  const end = () => {
    for (const hook of hooks.filter(({ expiresAtMs }) => expiresAtMs <= now())) hooks.splice(hooks.indexOf(hook), 1)
  }
  app.use(`${BASE}/*`, async (_, next) => {
    end()
    await next()
  })
  app.get(BASE, (c) => {
    end()
    const account = accountOf(c)
    if (account === null) return only(c)
    const values = hooks.filter((hook) => hook.account === account)
    return c.json({
      values: values.map(({ id, url, jqlFilter, events, expiresAtMs }) => ({
        id,
        url,
        jqlFilter,
        events,
        expirationDate: isoOf(expiresAtMs),
      })),
      startAt: 0,
      maxResults: 100,
      total: values.length,
      isLast: true,
    })
  })
  app.post(BASE, async (c) => {
    const account = accountOf(c)
    if (account === null) return only(c)
    const body = (await c.req.json()) as { url: string; webhooks: { jqlFilter: string; events: string[] }[] }
    if (wrongIn(c, body)) return refuse(c, 400, 'The request is invalid.')
    if (hooks.some((hook) => hook.url !== body.url))
      return refuse(c, 400, 'Only a single URL per app is allowed to be registered via REST API.')
    const webhookRegistrationResult = body.webhooks.map(({ jqlFilter, events }) => {
      const keys = keysOf(jqlFilter)
      if (keys === null) return { errors: ['The filter is not supported.'] }
      const unknown = keys.filter((key) => !world.project(key))
      if (unknown.length > 0)
        return { errors: unknown.map((key) => `The value '${key}' does not exist for the field 'project'.`) }
      if (hooks.filter((hook) => hook.account === account).length >= MOST)
        return { errors: [`The app has reached its limit of ${MOST} webhooks.`] }
      const made = { id: ++lastId, account, url: body.url, jqlFilter, events, expiresAtMs: now() + LIFE_MS }
      hooks.push(made)
      return { createdWebhookId: made.id }
    })
    return c.json({ webhookRegistrationResult })
  })
  app.delete(BASE, async (c) => {
    const account = accountOf(c)
    if (account === null) return only(c)
    const ids = await idsIn(c)
    for (const hook of hooks.filter((one) => one.account === account && ids.includes(one.id)))
      hooks.splice(hooks.indexOf(hook), 1)
    return c.body(null, 202)
  })
  app.put(`${BASE}/refresh`, async (c) => {
    const account = accountOf(c)
    if (account === null) return only(c)
    const ids = await idsIn(c)
    const expiresAtMs = now() + LIFE_MS
    for (const hook of hooks) if (hook.account === account && ids.includes(hook.id)) hook.expiresAtMs = expiresAtMs
    return c.json({ expirationDate: isoOf(expiresAtMs) })
  })
  return app
}
function keysOf(filter: string): readonly string[] | null {
  const [, one, several] = FILTER.exec(filter) ?? []
  return one !== undefined ? [one] : (several?.split(',').map((key) => key.replace(/[" ]/g, '')) ?? null)
}
/** Which webhooks an event goes to. */
export function matching(
  hooks: readonly FakeDynamicHook[],
  { payload }: FakeEvent,
  nowMs: number,
): readonly FakeDynamicHook[] {
  const { webhookEvent, issue } = payload as {
    webhookEvent: string
    issue?: { fields?: { project?: { key?: string } } }
  }
  const key = issue?.fields?.project?.key ?? ''
  return hooks.filter(
    ({ events, jqlFilter, expiresAtMs }) =>
      expiresAtMs > nowMs && events.includes(webhookEvent) && keysOf(jqlFilter)?.includes(key) === true,
  )
}
