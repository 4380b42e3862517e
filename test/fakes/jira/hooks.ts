import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { type C, refuse } from './desk.ts'

export interface FakeHook {
  readonly id: number
  name: string
  url: string
  events: string[]
  secret: string | undefined
  enabled?: boolean
}
const KNOWN =
  /^(?:jira:issue_(?:created|updated|deleted)|comment_(?:created|updated|deleted)|issuelink_(?:created|deleted))$/

/** Webhooks that an administrator registers: https://developer.atlassian.com/cloud/jira/platform/webhooks/#registering-a-webhook-using-the-jira-rest-api--other-integrations- */
export function createHookRoutes(
  hooks: FakeHook[],
  isSiteAdmin: () => boolean,
  origin: () => string,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const BASE = '/rest/webhooks/1.0/webhook'
  let lastId = 70
  const wire = ({ id, name, url, events, enabled = true }: FakeHook) => ({
    name,
    url,
    events,
    enabled,
    self: `${origin()}${BASE}/${id}`,
  })
  const guarded = (c: C) => (isSiteAdmin() ? null : refuse(c, 403, 'You must be an administrator of Jira.'))
  const read = async (c: C) => {
    const body = (await c.req.json()) as { name?: string; url?: string; events?: string[]; secret?: string }
    const { name = '', url = '', events = [], secret } = body
    if (name === '' || !/^https?:\/\//.test(url) || events.length === 0 || !events.every((one) => KNOWN.test(one)))
      return null
    return { name, url, events, secret }
  }
  app.get(BASE, (c) => guarded(c) ?? c.json(hooks.map(wire)))
  app.post(BASE, async (c) => {
    const no = guarded(c)
    if (no) return no
    const given = await read(c)
    if (!given) return refuse(c, 400, 'name, url and events are required')
    const made = { id: ++lastId, ...given }
    hooks.push(made)
    return c.json(wire(made), 201)
  })
  app.put(`${BASE}/:id`, async (c) => {
    const no = guarded(c)
    if (no) return no
    const found = hooks.find(({ id }) => id === Number(c.req.param('id')))
    const given = await read(c)
    if (!found || !given) return refuse(c, found ? 400 : 404, 'no such webhook')
    return c.json(wire(Object.assign(found, given)))
  })
  app.delete(`${BASE}/:id`, (c) => {
    const no = guarded(c)
    if (no) return no
    const at = hooks.findIndex(({ id }) => id === Number(c.req.param('id')))
    if (at < 0) return refuse(c, 404, 'no such webhook')
    hooks.splice(at, 1)
    return c.body(null, 204)
  })
  return app
}
