import { type Health, HubError } from '#contract'
import { type SmtpClient, SmtpFailure } from './client.ts'
import { verdictOf } from './errors.ts'

/** Probes come every few seconds; the mail server is signed in to rarely. */
const FRESH_MS = 5 * 60_000
const ASK_MS = 2_500

/** Does the mail server let us in? Its being away degrades nothing but mail, so it is never `down`. */
export function createHealth(smtp: SmtpClient, now: () => number = Date.now): () => Promise<Health> {
  let known: { readonly health: Health; readonly atMs: number } | undefined
  return async () => {
    if (known && now() - known.atMs < FRESH_MS) return known.health
    const health = await ask(smtp)
    known = { health, atMs: now() }
    return health
  }
}
async function ask(smtp: SmtpClient): Promise<Health> {
  try {
    await smtp.check(AbortSignal.timeout(ASK_MS))
    return { status: 'ok' }
  } catch (error) {
    // Busy with mail is as good as well.
    if (error instanceof HubError && error.code === 'RATE_LIMITED') return { status: 'ok' }
    const why =
      error instanceof SmtpFailure
        ? verdictOf(error, '').error.message
        : 'the mail server does not answer; check SMTP_URL'
    return { status: 'degraded', detail: why }
  }
}
