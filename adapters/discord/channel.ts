import { type Channel, type Delivery, HubError, type KeyValue, type Place, type Posted } from '#contract'
import { keep } from './buttons.ts'
import type { Calls } from './calls.ts'
import { DiscordRefusal, isNoEntry, isNoInteraction, isNoMessage } from './errors.ts'
import { find } from './find.ts'
import { limitsOf } from './limits.ts'
import { createOriginals } from './originals.ts'
import { isDirect, personAddress, personOf } from './place.ts'
import { type DiscordBody, render } from './render.ts'
import { split } from './split.ts'
import { createThreads } from './threads.ts'
import { BY_TICKET, liveTicket, type Ticket } from './ticket.ts'

/** Discord needs a moment to read our acknowledgement; until then it knows nothing of the interaction. */
const ACK_SETTLES_MS = 5_000
const ACK_WAIT_MS = 250
const ACK_WAIT_AT_MOST_MS = 2_500

export function createChannel(calls: Calls, kv: KeyValue, now: () => number = Date.now): Channel<DiscordBody> {
  const threads = createThreads(calls, now)
  const originals = createOriginals(kv)

  const deliver = async (delivery: Delivery, signal: AbortSignal): Promise<Posted> => {
    const { to, message } = delivery
    const body = render(message)
    for (const [, press] of body.stored) await keep(press, kv)
    const ticket = liveTicket(to, now())
    if (delivery.op === 'update') return edit(delivery.to, delivery, body, ticket, signal)
    const owner = message.only?.id ?? personOf(to.channel)
    if (owner !== null && !isDirect(to)) return whisper(owner, delivery, body, ticket, signal)
    if (ticket?.kind === 'public' && (await originals.claim(ticket, delivery.key))) {
      const answered = await answer(ticket, delivery, body, signal)
      if (answered) return answered
    }
    return post(delivery, body, ticket, signal)
  }
  /** Null: the token is dead or what it deferred is gone, so the answer has to go another way. */
  const answer = async (ticket: Ticket, { to, key }: Delivery, body: DiscordBody, signal: AbortSignal) => {
    try {
      return { ...to, message: `${BY_TICKET}${await calls.editOriginal(to, ticket, body, key, signal)}` }
    } catch (error) {
      if (isNoInteraction(error) || isNoMessage(error)) {
        waitForAck(ticket)
        return null
      }
      if (error instanceof HubError && error.retry === 'never') await originals.release(ticket)
      throw error
    }
  }
  const waitForAck = (ticket: Ticket): void => {
    const ageMs = now() - ticket.issuedAtMs
    if (ageMs > ACK_SETTLES_MS) return
    // Twice as long each time, so that a send is not out of attempts before it is clear that the token is dead.
    const afterMs = Math.min(Math.max(ageMs, ACK_WAIT_MS), ACK_WAIT_AT_MOST_MS)
    throw new HubError('UNAVAILABLE', 'Discord has not read our acknowledgement yet', { retry: { afterMs } })
  }
  const post = async (delivery: Delivery, body: DiscordBody, ticket: Ticket | null, signal: AbortSignal) => {
    const { to, key, message } = delivery
    try {
      if (to.thread !== undefined) return await threads.post(to, to.thread, message.text, body, key, signal)
      return { ...to, message: await calls.create(to, to.channel, body, key, signal) }
    } catch (error) {
      if (ticket === null || !isNoEntry(error)) throw error
      // The bot may not write here by itself; the person who asked lets it.
      return { ...to, message: `${BY_TICKET}${await calls.followUp(to, ticket, body, key, signal)}` }
    }
  }
  /** For one person alone: ephemeral while their interaction lives, afterwards in direct messages. */
  const whisper = async (
    owner: string,
    delivery: Delivery,
    body: DiscordBody,
    ticket: Ticket | null,
    signal: AbortSignal,
  ): Promise<Posted> => {
    const { to, key } = delivery
    if (ticket === null || ticket.owner !== owner) return direct(owner, delivery, body, signal)
    const claimed = ticket.kind !== 'message' && (await originals.claim(ticket, key))
    if (claimed && ticket.kind === 'private') {
      const answered = await answer(ticket, delivery, body, signal)
      return answered ?? direct(owner, delivery, body, signal)
    }
    try {
      // The deferred reply is for all to see; a message for one has to be another one.
      if (claimed) await withdraw(to, ticket, signal)
      const id = await calls.followUp(to, ticket, body, key, signal, true)
      return { ...to, channel: personAddress(owner), message: `${BY_TICKET}${id}` }
    } catch (error) {
      if (!isNoInteraction(error)) throw error
      waitForAck(ticket)
      return direct(owner, delivery, body, signal)
    }
  }
  const withdraw = async (to: Place, ticket: Ticket, signal: AbortSignal): Promise<void> => {
    try {
      await calls.deleteOriginal(to, ticket, signal)
    } catch (error) {
      if (!isNoMessage(error)) throw error
    }
  }
  const direct = async (userId: string, { to, key }: Delivery, body: DiscordBody, signal: AbortSignal) => {
    const channel = await calls.openDirect(to, userId, signal)
    const { thread: _thread, ...place } = to
    return {
      ...place,
      channel,
      visibility: 'private',
      message: await calls.create(to, channel, body, key, signal),
    } as const
  }
  const edit = async (
    on: Posted,
    { key }: Delivery,
    body: DiscordBody,
    ticket: Ticket | null,
    signal: AbortSignal,
  ): Promise<Posted> => {
    const byTicket = on.message.startsWith(BY_TICKET)
    const id = byTicket ? on.message.slice(BY_TICKET.length) : on.message
    if (byTicket && ticket !== null) {
      try {
        await calls.editFollowUp(on, ticket, id, body, key, signal)
        return on
      } catch (error) {
        if (!isNoInteraction(error)) throw error
      }
    }
    if (personOf(on.channel) !== null) {
      throw new DiscordRefusal(0, 'NOT_FOUND', 'An ephemeral message cannot be edited once its interaction has expired')
    }
    try {
      await calls.edit(on, on.thread ?? on.channel, id, body, key, signal)
    } catch (error) {
      if (ticket === null || byTicket || !isNoEntry(error)) throw error
      await calls.editFollowUp(on, ticket, id, body, key, signal)
    }
    return on
  }
  return {
    split,
    render,
    deliver,
    limits: limitsOf,
    find: (delivery, sinceMs, signal) => find({ calls, originals, now }, delivery, sinceMs, signal),
    async profile(workspace, accountId) {
      try {
        const { global_name, username, bot } = await calls.user({ workspace }, accountId)
        const name = [global_name, username].find((one) => typeof one === 'string' && one !== '')
        // Discord tells a bot no e-mail address.
        return typeof name === 'string' ? { name, isBot: bot === true } : null
      } catch (error) {
        if (error instanceof DiscordRefusal && error.code === 'NOT_FOUND') return null
        throw error
      }
    },
  }
}
