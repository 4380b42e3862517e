import { type Delivery, HubError, type Place, type Posted } from '#contract'
import type { Calls, WireMessage } from './calls.ts'
import { isNoChannel, isNoInteraction, isNoMessage } from './errors.ts'
import { footerOf, snowflakeAt } from './mark.ts'
import type { Originals } from './originals.ts'
import { isDirect, personOf } from './place.ts'
import { BY_TICKET, liveTicket, type Ticket, ticketIssuedAt } from './ticket.ts'

/** Our clock and Discord's differ a little. */
const MARGIN_MS = 5_000
const PAGE = 100
const MAX_PAGES = 50

interface Deps {
  readonly calls: Calls
  readonly originals: Originals
  readonly now: () => number
}
/**
 * Looks for our mark in the footers. Null means surely absent; where that cannot be known it throws, and the send is held for a person.
 * https://docs.discord.com/developers/resources/message#get-channel-messages
 */
export async function find(
  { calls, originals, now }: Deps,
  delivery: Delivery,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Posted | null> {
  // Editing to the same text twice changes nothing more: simply send it again.
  if (delivery.op === 'update') return null
  const { to, key, message } = delivery
  const ticket = liveTicket(to, now())
  const owner = message.only?.id ?? personOf(to.channel)
  if (ticket && ticket.kind !== 'message' && (await originals.isClaimedBy(ticket, key))) {
    // A follow-up in the place of a reply for all is not seen there.
    const found =
      owner === null || ticket.kind === 'private' ? await inOriginal(calls, ticket, delivery, signal) : 'gone'
    if (found !== 'gone') return found
  }
  if (owner !== null && !isDirect(to)) {
    if (ticketIssuedAt(to) !== null) hold('an ephemeral message')
    const channel = await calls.openDirect(to, owner, signal)
    const id = await inChannel(calls, to, channel, key, sinceMs, signal)
    return id === null ? null : { ...to, channel, visibility: 'private', message: id }
  }
  // The answer to an interaction has the age of its acknowledgement.
  const fromMs = Math.min(sinceMs, ticketIssuedAt(to) ?? sinceMs)
  if (to.thread !== undefined && !isDirect(to)) {
    const id = await inChannel(calls, to, to.thread, key, fromMs, signal)
    if (id !== null) return { ...to, message: id }
  }
  const { thread: _thread, ...channel } = to
  const id = await inChannel(calls, to, to.channel, key, fromMs, signal)
  return id === null ? null : { ...channel, message: id }
}
/** Where the reply that waits for the answer is gone, the answer went another way. */
async function inOriginal(
  calls: Calls,
  ticket: Ticket,
  { to, key }: Delivery,
  signal: AbortSignal,
): Promise<Posted | null | 'gone'> {
  try {
    const found = await calls.original(to, ticket, signal)
    return found.id !== undefined && carries(found, key) ? { ...to, message: `${BY_TICKET}${found.id}` } : null
  } catch (error) {
    if (isNoInteraction(error) || isNoMessage(error)) return 'gone'
    throw error
  }
}
async function inChannel(
  calls: Calls,
  to: Place,
  channel: string,
  key: string,
  fromMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  let after = snowflakeAt(fromMs - MARGIN_MS)
  let seen = 0
  for (let page = 0; page < MAX_PAGES; page++) {
    const messages = await listed(calls, to, channel, after, signal)
    if (messages === null) return null
    seen += messages.length
    const found = messages.find((one) => carries(one, key))
    if (found?.id !== undefined) return found.id
    if (messages.length < PAGE)
      return seen > 0 || (await isReadable(calls, to, channel, signal)) ? null : hold('a message here')
    after = messages.reduce((last, { id = '0' }) => (BigInt(id) > BigInt(last) ? id : last), after)
  }
  return hold('a message among so many')
}
/** Without Read Message History Discord shows an empty channel instead of refusing. */
async function isReadable(calls: Calls, to: Place, channel: string, signal: AbortSignal): Promise<boolean> {
  if (isDirect(to) || channel !== to.channel) return true
  return (await calls.list(to, channel, null, signal)).length > 0
}
/** Null where the channel, as a thread that was never opened, does not exist. */
async function listed(calls: Calls, to: Place, channel: string, after: string, signal: AbortSignal) {
  try {
    return await calls.list(to, channel, after, signal)
  } catch (error) {
    if (isNoChannel(error)) return null
    throw error
  }
}
function carries(message: WireMessage, key: string): boolean {
  return message.embeds?.some((embed) => embed.footer?.text === footerOf(key)) === true
}
function hold(what: string): never {
  throw new HubError(
    'UNSUPPORTED',
    `Discord cannot be asked whether ${what} arrived; look in the channel, then resend or confirm it`,
  )
}
