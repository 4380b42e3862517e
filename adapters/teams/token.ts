import { z } from 'zod'
import { HubError } from '#contract'
import type { HttpAnswer, HttpClient } from '../shared/http.ts'
import type { TeamsConfig } from './config.ts'

const SCOPE = 'https://api.botframework.com/.default'
/** A token is renewed this long before it dies. */
const MARGIN_MS = 5 * 60_000

const grant = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() })

/** Our own bearer token, fetched with the app's password and kept until shortly before its end. */
export interface TokenSource {
  get(signal?: AbortSignal): Promise<string>
  /** Teams refused it. */
  drop(token: string): void
}
/** The stock credentials insist on https and on Microsoft's own hosts, so that nothing could stand in for them. */
export function createTokenSource(config: TeamsConfig, http: HttpClient, now: () => number = Date.now): TokenSource {
  let cached: { readonly token: string; readonly untilMs: number } | null = null
  let underWay: Promise<string> | null = null
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: config.appId,
    client_secret: config.appPassword,
    scope: SCOPE,
  }).toString()

  const fetchToken = async (): Promise<string> => {
    const answer = await http
      .post(config.tokenUrl, body, { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' })
      .catch((error: unknown) => {
        // Asking for a token again is harmless, and nothing was sent to Teams.
        throw new HubError('UNAVAILABLE', error instanceof Error ? error.message : String(error))
      })
    if (answer.status !== 200) throw refused(answer)
    const parsed = grant.safeParse(parseJson(answer.text))
    if (!parsed.success) throw new HubError('UNAVAILABLE', 'The token endpoint answered without a token')
    const { access_token: token, expires_in: seconds } = parsed.data
    const lifeMs = seconds * 1_000
    cached = { token, untilMs: now() + Math.max(lifeMs / 2, lifeMs - MARGIN_MS) }
    return token
  }
  return {
    async get(signal) {
      if (cached && cached.untilMs > now()) return cached.token
      underWay ??= fetchToken().finally(() => {
        underWay = null
      })
      // One request serves all who wait, so no single one of them may stop it.
      return signal ? Promise.race([underWay, aborted(signal)]) : underWay
    },
    drop(token) {
      if (cached?.token === token) cached = null
    },
  }
}
function refused({ status, headers, text }: HttpAnswer): HubError {
  const { error } = (parseJson(text) ?? {}) as { error?: unknown }
  const reason = typeof error === 'string' && /^\w{1,60}$/.test(error) ? ` (${error})` : ''
  if (status === 429 || status >= 500) {
    const seconds = Number(headers['retry-after'] ?? Number.NaN)
    const retry = Number.isFinite(seconds) ? { retry: { afterMs: Math.ceil(seconds * 1_000) } } : {}
    return new HubError('UNAVAILABLE', `The token endpoint answered ${status}${reason}`, retry)
  }
  const cure = 'check TEAMS_APP_ID, TEAMS_APP_PASSWORD (the value of a client secret, not its id) and TEAMS_TENANT_ID'
  return new HubError('UNAUTHENTICATED', `Microsoft refused the app's password${reason}; ${cure}`)
}
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new HubError('UNAVAILABLE', 'The call to Teams was stopped before it was sent'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
