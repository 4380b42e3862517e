import { HubError } from '#contract'
import { clean } from '../shared/text.ts'
import type { SmtpFailure } from './client.ts'
import { mailboxBucket, serverBucket } from './limits.ts'

/** What a refusal means for the mail, and for the next one to the same address. */
export interface Verdict {
  readonly error: HubError
  /** Surely not taken: what was noted about it can be forgotten. */
  readonly isAbsent: boolean
  /** The mailbox is none, or wants nothing from us. */
  readonly refuses: boolean
  /** Asked to come back later with this very mail. */
  readonly isPostponed: boolean
}
const SERVER_WAIT_MS = 60_000
/** Greylisting lets pass what comes back after some minutes: https://www.rfc-editor.org/rfc/rfc6647#section-2.1 */
const MAILBOX_WAIT_MS = 300_000

/** Reply codes by what they answer: https://www.rfc-editor.org/rfc/rfc5321#section-4.2 and https://www.rfc-editor.org/rfc/rfc3463 */
export function verdictOf(failure: SmtpFailure, address: string): Verdict {
  const { stage, command, status, reason } = failure
  const said = quote(failure)
  const absent = { isAbsent: true, refuses: false, isPostponed: false }
  const give = (error: HubError, more: Partial<Verdict> = {}): Verdict => ({ ...absent, ...more, error })
  const waits = (afterMs: number, scope: string, what: string, more: Partial<Verdict> = {}) =>
    give(new HubError('RATE_LIMITED', `${what}${said}`, { retry: { afterMs }, scope }), more)
  const untrusted = (what: string) => give(new HubError('UNAUTHENTICATED', `${what}${said}`))

  if (stage === 'content') return afterContent(failure, address, said)
  if (failure.isInsecure)
    return untrusted(
      `the mail server offers no encryption that can be trusted (${reason}): check its certificate and the host in SMTP_URL, or use smtps://`,
    )
  const isLarge = command !== 'RCPT TO' && isTooLarge(failure)
  if (isLarge) return give(new HubError('TOO_LARGE', `the mail is too large for the mail server${said}`))
  if (status === null)
    return give(
      new HubError('UNAVAILABLE', `the mail server cannot be reached (${reason}); check the network and SMTP_URL`),
    )
  if (stage === 'sign-in')
    return status < 500
      ? waits(SERVER_WAIT_MS, serverBucket, 'the mail server cannot check the sign-in now')
      : untrusted('the mail server refused the sign-in: check user and password in SMTP_URL')
  if (status === 421 || (status < 500 && command !== 'RCPT TO'))
    return waits(SERVER_WAIT_MS, serverBucket, 'the mail server asks to wait')
  if (stage === 'connect') return untrusted('the mail server does not take mail from this hub: check SMTP_URL')
  if (status === 530) return untrusted('the mail server asks for a sign-in: put user and password into SMTP_URL')
  if (command === 'MAIL FROM') return untrusted('the mail server refused the sender: check MAIL_FROM')
  if (command !== 'RCPT TO') return give(new HubError('FORBIDDEN', `the mail server refused the mail${said}`))
  if (status < 500)
    return waits(MAILBOX_WAIT_MS, mailboxBucket(address), `mail to ${address} has to wait`, { isPostponed: true })
  // 5.7.x is policy: about us and not about the mailbox, which may be open tomorrow.
  if (/^\d{3}[ -]5\.7\./.test(failure.response) || /relay/i.test(failure.response))
    return give(
      new HubError(
        'FORBIDDEN',
        `the mail server may not send to ${address}: let this hub relay through it, or correct SMTP_URL${said}`,
      ),
    )
  if (/^\d{3}[ -]5\.2\.2/.test(failure.response) || status === 552)
    return give(new HubError('INPUT_INVALID', `the mailbox of ${address} is full${said}`))
  return give(
    new HubError(
      'INPUT_INVALID',
      `${address} takes no mail, so nothing more is sent there: correct the address, or /digest subscribe --to ${address} to try it again${said}`,
    ),
    { refuses: true },
  )
}
function afterContent(failure: SmtpFailure, address: string, said: string): Verdict {
  const { status, reason } = failure
  const none = { refuses: false, isPostponed: false }
  // 500 to 504 answer a command: the server has lost count of where it is, and may have taken the mail before.
  if (status === null || status < 400 || (status >= 500 && status <= 504))
    return {
      ...none,
      isAbsent: false,
      error: new HubError('OUTCOME_UNKNOWN', `the mail server did not say whether it took the mail (${reason})${said}`),
    }
  const give = (error: HubError, more: Partial<Verdict> = {}): Verdict => ({ ...none, isAbsent: true, error, ...more })
  if (status < 500)
    return give(
      new HubError('RATE_LIMITED', `mail to ${address} has to wait${said}`, {
        retry: { afterMs: MAILBOX_WAIT_MS },
        scope: mailboxBucket(address),
      }),
      { isPostponed: true },
    )
  if (isTooLarge(failure)) return give(new HubError('TOO_LARGE', `the mail is too large for the mail server${said}`))
  return give(
    new HubError('FORBIDDEN', `the mail server refused the content: check SPF, DKIM and DMARC of MAIL_FROM${said}`),
  )
}
function isTooLarge({ status, response, reason }: SmtpFailure): boolean {
  // nodemailer knows the server's limit and does not even ask.
  return status === 552 || /^\d{3}[ -]5\.3\.4/.test(response) || (status === null && reason === 'EMESSAGE')
}
/** The server's own words are outside text: one line of them. */
function quote({ response }: SmtpFailure): string {
  const line = clean(response).replace(/\s+/g, ' ').trim().slice(0, 200)
  return line === '' ? '' : ` (it said: ${line})`
}
