import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { type HookEnv, type Hub, mailLeft } from '#contract'
import { readBody } from '../shared/body.ts'
import type { MailConfig } from './config.ts'
import { WORKSPACE } from './limits.ts'
import { escapeHtml } from './markup.ts'
import type { Unsubscribe } from './unsubscribe.ts'

const MAX_BODY_BYTES = 4_096
const GONE = 'This link does not hold: copy it whole from the mail, or write /digest unsubscribe where the hub listens.'

/**
 * The one click of https://www.rfc-editor.org/rfc/rfc8058. Only the POST with its one field changes anything: scanners open every link of a mail,
 * and some send empty posts.
 */
export function createRoutes(hub: Hub<MailConfig>, unsubscribe: Unsubscribe): Hono<HookEnv> {
  return new Hono<HookEnv>()
    .use(async (c, next) => {
      await next()
      c.header('Cache-Control', 'no-store')
      c.header('Referrer-Policy', 'no-referrer')
      c.header('X-Robots-Tag', 'noindex')
      c.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
    })
    .get('/unsubscribe/:token', async (c) => {
      const leaving = await unsubscribe.verify(c.req.param('token'))
      if (!leaving) return c.html(page('Not found', `<p>${GONE}</p>`), 404)
      return c.html(
        page(
          'Unsubscribe?',
          `<p>No more of these mails will go to <strong>${escapeHtml(leaving.address)}</strong>.</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>`,
        ),
      )
    })
    .post('/unsubscribe/:token', async (c) => {
      const token = c.req.param('token')
      const leaving = await unsubscribe.verify(token)
      if (!leaving) return c.html(page('Not found', `<p>${GONE}</p>`), 404)
      const body = await readBody(c.req.raw, MAX_BODY_BYTES)
      if (!body || !isOneClick(Buffer.from(body).toString('utf8')))
        return c.html(page('Nothing changed', '<p>This was not the one click of a mail program.</p>'), 400)
      const deliveryId = `left:${createHash('sha256').update(token).digest('hex').slice(0, 40)}:${Math.floor(Date.now() / 60_000)}`
      await hub.publish(mailLeft, { ...leaving }, { workspace: WORKSPACE, deliveryId })
      return c.html(
        page('Unsubscribed', `<p>Nothing more of this goes to <strong>${escapeHtml(leaving.address)}</strong>.</p>`),
      )
    })
}
/** As a form or as its multipart spelling; both are allowed. */
function isOneClick(body: string): boolean {
  return (
    new URLSearchParams(body).get('List-Unsubscribe') === 'One-Click' ||
    /name="List-Unsubscribe"\r?\n(?:[\w-]+:[^\r\n]*\r?\n)*\r?\nOne-Click\r?\n/.test(body)
  )
}
function page(title: string, inner: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;overflow-wrap:anywhere}
button{font:inherit;padding:.5rem 1.25rem;cursor:pointer}</style></head><body><h1>${title}</h1>${inner}</body></html>`
}
