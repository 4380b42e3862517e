import { type Channel, type Delivery, HubError, type Log, type Posted } from '#contract'
import { addressOf, domainOf } from './address.ts'
import { type SmtpClient, SmtpFailure } from './client.ts'
import { composeMail } from './compose.ts'
import type { MailConfig } from './config.ts'
import { verdictOf } from './errors.ts'
import { find } from './find.ts'
import { footerOf } from './footer.ts'
import type { Journal } from './journal.ts'
import { limitsOf, recipientOf } from './limits.ts'
import type { Marks } from './mark.ts'
import { isMessageId, messageIdOf } from './message-id.ts'
import { profileOf } from './profile.ts'
import { answerTo, type MailBody, render, split } from './render.ts'
import type { Suppressions } from './suppression.ts'
import type { Unsubscribe } from './unsubscribe.ts'

export interface ChannelDeps {
  readonly config: Pick<MailConfig, 'from' | 'publicUrl' | 'perMinute'>
  readonly smtp: SmtpClient
  readonly journal: Journal
  readonly suppressions: Pick<Suppressions, 'of'>
  readonly marks: Pick<Marks, 'make'>
  readonly unsubscribe: Unsubscribe
  readonly log: Log
  /** Tells whoever sends there that an address takes no mail. */
  onRefused(address: string, reason: string, messageId: string): Promise<unknown>
  readonly now?: () => number
}
/** A mail that the server keeps putting off is told as failed after a day: nobody waits longer for a digest. */
const POSTPONED_MS = 86_400_000

export function createChannel(deps: ChannelDeps): Channel<MailBody> {
  const { config, smtp, journal, now = Date.now } = deps
  const domain = domainOf(config.from.address)

  const compose = async (delivery: Delivery, address: string, messageId: string) => {
    const { message, to } = delivery
    const answers = to.thread !== undefined && isMessageId(to.thread) ? to.thread : null
    const list = message.list ? await listOf(message.list.id, address) : null
    const body = render(message, list ? footerOf(list.url) : undefined)
    const sent = answers === null ? null : await journal.sent(answers)
    const heard = answers === null || sent !== null ? null : await journal.heard(answers)
    const root = sent ?? heard
    // Gmail keeps in one thread what refers to it and is called the same. https://support.google.com/mail/answer/5900
    const subject = root === null || root.subject === '' ? body.subject : answerTo(root.subject)
    const references = (heard?.references ?? []).filter((id) => isMessageId(id) && id !== answers)
    const mark = await deps.marks.make(messageId, address, now())
    const head = { from: config.from, to: address, messageId, mark, answers, references, list }
    return { subject, raw: await composeMail(head, { ...body, subject }) }
  }
  const listOf = async (list: string, address: string) => {
    const id = `${list
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, '-')
      .slice(0, 100)}.${domain}`
    if (config.publicUrl === undefined) return { id, url: null }
    return { id, url: `${config.publicUrl}/hooks/mail/unsubscribe/${await deps.unsubscribe.sign({ list, address })}` }
  }
  /** Why nothing is sent there, and how that is said to whoever looks at the mail. */
  const refusalOf = async (address: string): Promise<{ readonly reason: string; readonly said: string } | null> => {
    const [stop, refusal] = await Promise.all([deps.suppressions.of(address), journal.refusal(address)])
    if (stop === null) return refusal === null ? null : { reason: refusal, said: refusal }
    const cure = `its owner opens it again with /digest subscribe --to ${address} --again`
    return { reason: stop.reason, said: `nothing is sent to ${address}, ${cure} (${stop.reason})` }
  }
  const settle = async (failure: SmtpFailure, address: string, messageId: string): Promise<HubError> => {
    const { error, isAbsent, isPostponed, refuses } = verdictOf(failure, address)
    if (isAbsent && failure.stage === 'content') await journal.forget(messageId)
    if (isPostponed && now() - (await journal.postponedSinceMs(messageId, now())) > POSTPONED_MS)
      return new HubError('INPUT_INVALID', `given up after a day: ${error.message}`)
    if (refuses) {
      await journal.refuse(address, error.message)
      await deps.onRefused(address, error.message, messageId)
    }
    return error
  }

  return {
    split,
    render: (message) => render(message),
    limits: limitsOf(config.perMinute),
    async deliver(delivery, signal): Promise<Posted> {
      if (delivery.op === 'update') throw new HubError('UNSUPPORTED', 'a mail that was sent cannot be changed')
      if (signal.aborted) throw new HubError('UNAVAILABLE', 'the mail was stopped before it was sent')
      const address = addressOf(recipientOf(delivery))
      const messageId = messageIdOf(delivery.key, domain)
      // A code that somebody asked for a moment ago is how a closed mailbox proves that it is open again.
      const isAsked = delivery.message.secret === true
      const refusal = isAsked ? null : await refusalOf(address)
      if (refusal !== null) {
        await deps.onRefused(address, refusal.reason, messageId)
        throw new HubError('INPUT_INVALID', refusal.said)
      }
      const { subject, raw } = await compose(delivery, address, messageId)
      try {
        const begin = () => journal.note(messageId, { state: 'begun', subject })
        await smtp.send({ from: config.from.address, to: address }, raw, begin, signal)
      } catch (error) {
        if (error instanceof SmtpFailure) throw await settle(error, address, messageId)
        if (error instanceof HubError) throw error
        throw new HubError('UNAVAILABLE', 'the mail could not be noted before it was sent', { cause: error })
      }
      try {
        await journal.note(messageId, { state: 'accepted', subject })
        if (isAsked) await journal.reopen(address)
      } catch (error) {
        // It is sent, and the outbox is about to write that down itself.
        deps.log.warn({ error }, 'a sent mail could not be noted')
      }
      return { ...delivery.to, channel: delivery.to.channel, message: messageId }
    },
    find: (delivery) => find(journal, delivery, messageIdOf(delivery.key, domain)),
    profile: async (_workspace, accountId) => profileOf(accountId),
  }
}
