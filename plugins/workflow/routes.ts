import { createHash, randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { type HookEnv, type Hub, HubError } from '#contract'
import { hashOfLink } from './approvals/ask.ts'
import { notePage, PAGE_HEADERS, questionPage } from './approvals/page.ts'
import { answeredByLink, hooked } from './arrivals.ts'
import { hashOfHook } from './commands/save.ts'
import { jsonSchema } from './definition/schema.ts'
import type { Ports } from './ports.ts'
import { asResult } from './steps/result.ts'

const TOKEN = /^[A-Za-z0-9_-]{20,100}$/
const form = z.object({ vote: z.enum(['approve', 'reject']), reason: z.string().trim().max(500).default('') })
const DELIVERY = /^[\w.:-]{8,100}$/

/** `/hooks/workflow`: the schema for editors, pages that mails link to, and webhooks that start workflows. */
export function createRoutes(hub: Hub<unknown>, ports: () => Ports): Hono<HookEnv> {
  const routes = new Hono<HookEnv>()
  routes.get('/schema.json', (c) => c.json(jsonSchema()))

  /** The approval behind a link, as it stands. */
  const asked = async (token: string) => {
    const link = TOKEN.test(token) ? await ports().approvals().link(hashOfLink(token)) : null
    const approval = link && (await ports().approvals().get(null, link.workspace, link.approvalId))
    const snapshot = approval && (await ports().runs().get(approval.workspace, approval.runId))
    return link && approval && snapshot ? { link, approval, snapshot } : null
  }
  // GET and HEAD alike: mail scanners and previews open every link.
  routes.get('/approve/:token', async (c) => {
    const found = await asked(c.req.param('token'))
    if (!found)
      return c.body(
        notePage('Nothing here', 'This link is not valid. Ask for the run in chat: /workflow status'),
        404,
        PAGE_HEADERS,
      )
    const { link, approval, snapshot } = found
    const { reference, workflow } = snapshot.state.about
    if (approval.state !== 'open')
      return c.body(notePage(`${workflow} · ${reference}`, closedWords(approval.state)), 200, PAGE_HEADERS)
    return c.body(questionPage(workflow, reference, approval, link.accountId), 200, PAGE_HEADERS)
  })
  routes.post('/approve/:token', async (c) => {
    const token = c.req.param('token')
    const found = await asked(token)
    if (!found) return c.body(notePage('Nothing here', 'This link is not valid.'), 404, PAGE_HEADERS)
    const { link, approval, snapshot } = found
    const { reference, workflow } = snapshot.state.about
    const title = `${workflow} · ${reference}`
    const body = form.safeParse(Object.fromEntries(new URLSearchParams(await c.req.text())))
    if (!body.success || (body.data.vote === 'reject' && body.data.reason.length < 3))
      return c.body(notePage(title, 'Nothing was answered: go back, and say why when you reject.'), 400, PAGE_HEADERS)
    if (approval.state !== 'open') return c.body(notePage(title, closedWords(approval.state)), 409, PAGE_HEADERS)
    const { vote, reason } = body.data
    await hub.publish(
      answeredByLink,
      { approvalId: approval.id, vote, reason: reason === '' ? null : reason },
      {
        workspace: link.workspace,
        deliveryId: `link:${hashOfLink(token).slice(0, 32)}:${vote}`,
        actor: { plugin: link.plugin, id: link.accountId },
      },
    )
    return c.body(
      notePage(
        title,
        `Your answer is in: ${vote === 'approve' ? 'approved' : 'rejected'}. The card in chat shows what comes next.`,
      ),
      202,
      PAGE_HEADERS,
    )
  })

  routes.post('/:token', async (c) => {
    const token = c.req.param('token')
    const hook = TOKEN.test(token) ? await ports().definitions().byHook(hashOfHook(token)) : null
    if (!hook) return c.body(null, 404)
    const text = await c.req.text()
    let body: unknown
    try {
      body = asResult(text.trim() === '' ? {} : JSON.parse(text))
    } catch (error) {
      return c.text(
        `${error instanceof HubError ? error.message : 'The body is no JSON'}\n`,
        error instanceof HubError ? 413 : 400,
      )
    }
    // https://github.com/standard-webhooks/standard-webhooks: the same for every try of one delivery.
    const given = c.req.header('webhook-id') ?? c.req.header('idempotency-key') ?? ''
    const key = DELIVERY.test(given) ? createHash('sha256').update(given).digest('hex') : randomUUID()
    const { status } = await hub.publish(
      hooked,
      { name: hook.name, key, body },
      { workspace: hook.workspace, deliveryId: `hook:${hook.name}:${key}` },
    )
    return c.json({ status }, 202)
  })
  return routes
}
const closedWords = (state: string): string =>
  state === 'void' ? 'This is no longer asked: what it was about has changed.' : `This was ${state} already.`
