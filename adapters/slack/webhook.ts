import { Hono } from 'hono'
import type { HookEnv, Hub, Log } from '#contract'
import { readBody } from '../shared/body.ts'
import type { SlackConfig } from './config.ts'
import type { Intake } from './intake.ts'
import type { Retry } from './receiver.ts'
import { type HeadersLike, verifySlack } from './verify.ts'

/** Slack publishes none; its payloads stay far below. */
const MAX_BODY_BYTES = 1_048_576
const FORM = 'application/x-www-form-urlencoded'
const decoder = new TextDecoder()

/** `POST /hooks/slack`: commands, interactivity and events on one address. Nothing is parsed before the signature has been checked. */
export function createRoutes(
  hub: Pick<Hub<SlackConfig>, 'config' | 'log'>,
  intake: Intake,
  now: () => number = Date.now,
): Hono<HookEnv> {
  const { signingSecret = '' } = hub.config
  const routes = new Hono<HookEnv>()
  routes.post('/', async (c) => {
    const raw = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (raw === null) return c.body(null, 413)
    const { headers } = c.req.raw
    const log = c.get('log') ?? hub.log
    const isForm = (headers.get('content-type') ?? '').startsWith(FORM)
    if (!verifySlack(raw, headers, signingSecret, Math.floor(now() / 1_000))) {
      // The one request Slack does not sign; whatever else it carries is not read.
      if (isForm && isSslCheck(raw)) return c.body(null, 200)
      log.warn({ bytes: raw.byteLength }, 'Slack signature refused; check SLACK_SIGNING_SECRET and the clock')
      return c.body(null, 401)
    }
    if (!isForm) {
      const body = parseObject(decoder.decode(raw))
      return body === null ? c.body(null, 400) : handleJson(body, headers, log)
    }
    const form = new URLSearchParams(decoder.decode(raw))
    if (form.get('ssl_check') === '1') return c.body(null, 200)
    const payload = form.get('payload')
    if (payload !== null) {
      const body = parseObject(payload)
      return body === null ? c.body(null, 400) : intake.other(body, retryOf(headers), log)
    }
    const answer = await intake.slash(form, raw, log)
    if (answer.kind === 'unreadable') return c.body(null, 400)
    if (answer.kind === 'refused') return c.body(null, 503)
    // '' and not null: an answer of known length, written in one piece instead of chunked.
    return answer.body === null ? c.body('', 200) : c.json(answer.body)
  })
  const handleJson = async (body: Record<string, unknown>, headers: HeadersLike, log: Log): Promise<Response> => {
    if (body.type === 'url_verification') return Response.json({ challenge: String(body.challenge ?? '') })
    if (body.type === 'app_rate_limited') {
      log.warn(
        { minute: body.minute_rate_limited },
        'Slack holds events back: more than 30,000 an hour in one workspace',
      )
      return new Response('')
    }
    return intake.other(body, retryOf(headers), log)
  }
  return routes
}
function isSslCheck(raw: Uint8Array): boolean {
  return new URLSearchParams(decoder.decode(raw)).get('ssl_check') === '1'
}
function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
function retryOf(headers: HeadersLike): Retry | null {
  const num = Number(headers.get('x-slack-retry-num') ?? 0)
  return num > 0 ? { num, reason: headers.get('x-slack-retry-reason') ?? '' } : null
}
