import { HubError } from '#contract'

/** Refused, with Discord's own number for it: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
export class DiscordRefusal extends HubError {
  readonly reason: number
  constructor(reason: number, ...rest: ConstructorParameters<typeof HubError>) {
    super(...rest)
    this.name = 'DiscordRefusal'
    this.reason = reason
  }
}
const UNKNOWN_CHANNEL = 10_003
const UNKNOWN_MESSAGE = 10_008
const UNKNOWN_WEBHOOK = 10_015
const UNKNOWN_INTERACTION = 10_062
const THREAD_EXISTS = 160_004
const INVALID_WEBHOOK_TOKEN = 50_027
/** Missing access, missing permission, archived or locked thread, verification too low. */
const NO_ENTRY = [50_001, 50_013, 50_083, 160_005, 50_009, 40_333]
const NO_DIRECT_MESSAGES = 50_007

export function isNoMessage(error: unknown): boolean {
  return isReason(error, [UNKNOWN_MESSAGE])
}
/** The token of an interaction is dead, or Discord has not read our acknowledgement yet. */
export function isNoInteraction(error: unknown): boolean {
  return isReason(error, [UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_WEBHOOK_TOKEN])
}
export function isNoChannel(error: unknown): boolean {
  return isReason(error, [UNKNOWN_CHANNEL])
}
export function isThreadThere(error: unknown): boolean {
  return isReason(error, [THREAD_EXISTS])
}
/** The bot itself cannot write there; the person's interaction may still. */
export function isNoEntry(error: unknown): boolean {
  return isReason(error, [...NO_ENTRY, UNKNOWN_CHANNEL])
}
function isReason(error: unknown, reasons: readonly number[]): boolean {
  return error instanceof DiscordRefusal && reasons.includes(error.reason)
}

/** An answer that was read, other than a request to wait: nothing was done. */
export function refusal(what: string, status: number, reason: number): HubError {
  if (reason === INVALID_WEBHOOK_TOKEN) {
    return new DiscordRefusal(reason, 'NOT_FOUND', `${what}: the reply address of this command has expired`)
  }
  if (status === 401) {
    const cure = 'set DISCORD_BOT_TOKEN to the token of the app (Bot → Reset Token)'
    return new DiscordRefusal(reason, 'UNAUTHENTICATED', `${what}: Discord refused the bot token; ${cure}`)
  }
  if (reason === 0) {
    // No number of Discord's: what stands in front of it refused, and asks nothing of us but patience.
    if (status === 403)
      return new HubError('UNAVAILABLE', `${what}: refused at Discord's edge`, { retry: { afterMs: 60_000 } })
    if (status === 408) return new HubError('OUTCOME_UNKNOWN', `${what}: Discord answered with HTTP 408`)
  }
  if (status === 413 || reason === 40_005)
    return new DiscordRefusal(reason, 'TOO_LARGE', `${what}: too large for Discord`)
  if (reason === NO_DIRECT_MESSAGES) {
    const cure = 'allow direct messages from members of the server'
    return new DiscordRefusal(reason, 'FORBIDDEN', `${what}: this person takes no direct messages (${reason}); ${cure}`)
  }
  if (status === 403) {
    const cure = 'give it View Channel, Send Messages, Embed Links and Read Message History in this channel'
    return new DiscordRefusal(reason, 'FORBIDDEN', `${what}: the bot may not do that (${reason}); ${cure}`)
  }
  if (status === 404) return new DiscordRefusal(reason, 'NOT_FOUND', `${what}: Discord knows no such thing (${reason})`)
  return new DiscordRefusal(reason, 'INPUT_INVALID', `${what}: Discord refused the request (HTTP ${status}, ${reason})`)
}
