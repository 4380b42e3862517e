import { HubError } from '#contract'
import type { Calls } from './calls.ts'
import type { DiscordConfig } from './config.ts'
import { gatewayInfo } from './payloads.ts'
import type { Session } from './store.ts'

/** GuildMessages and DirectMessages. Their words come only where the bot is named or written to: no privileged intent is asked for. */
export const INTENTS = (1 << 9) | (1 << 12)
/** Ends our connection, but not Discord's session: whoever leads next goes on with it. 1000 and 1001 would end both. */
const GOING = 4_200
/** What `ws` says of a connection that ended without a word, or never began; and how often that may be before the session is given up. */
const BROKEN = 1_006
const MOST_BROKEN = 20
const SHARD = 0
const NEVER = new Promise<never>(() => undefined)

type Sdk = typeof import('discord.js')
type Manager = ConstructorParameters<Sdk['SimpleShardingStrategy']>[0]
type SessionInfo = NonNullable<Awaited<ReturnType<Manager['options']['retrieveSessionInfo']>>>

/** An event of Discord's with its number in the session. */
export interface Dispatch {
  readonly t: string
  readonly s: number
  readonly d: unknown
}
export interface ConnectionOptions {
  readonly config: DiscordConfig
  readonly calls: Pick<Calls, 'gateway'>
  /** Over: nothing is connected again. */
  readonly ending: AbortSignal
  /** Where to go on after a break. */
  session(): Session | null
  /** A new session, or none any more. */
  onSession(session: Session | null): void
  onStanding(stands: boolean): void
  onDispatch(event: Dispatch): void
  /** What the library does not recover from. */
  onFailure(error: Error): void
}

/**
 * One connection by the parts of discord.js that heartbeat, notice a dead line, and resume. Its client would count an event as received when
 * it arrives; here it is who stores the events that says how far they are.
 */
export async function connect(options: ConnectionOptions): Promise<{ leave(): Promise<void> }> {
  const { config, calls, ending, onStanding } = options
  const sdk = await import('discord.js')
  const info = await whereabouts(calls, config.apiUrl, ending)
  let brokenBy: number | null = null
  let broken = 0
  const events: Readonly<Record<string, (payload: { code?: number; data?: unknown; error?: unknown }) => void>> = {
    error: ({ error }) => options.onFailure(asFailure(error)),
    closed({ code = null }) {
      brokenBy = code
      onStanding(false)
    },
    dispatch: ({ data }) => options.onDispatch(data as Dispatch),
    ready: () => stands(),
    resumed: () => stands(),
  }
  const stands = () => {
    brokenBy = null
    broken = 0
    onStanding(true)
    // A connection that was being made when we left.
    if (ending.aborted) void leave()
  }
  const manager = {
    options: {
      ...sdk.DefaultWebSocketManagerOptions,
      token: config.botToken,
      intents: INTENTS,
      shardCount: 1,
      retrieveSessionInfo() {
        // The library connects again by itself, and asks here first: not once this is over.
        if (ending.aborted) return NEVER
        const session = options.session()
        if (session === null) return null
        const { id: sessionId, resumeUrl: resumeURL, sequence } = session
        return { sessionId, resumeURL, sequence, shardId: SHARD, shardCount: 1 }
      },
      updateSessionInfo(_: number, next: SessionInfo | null) {
        if (ending.aborted) return
        if (next === null) {
          // Also said while the network is away: Discord keeps the session for a while.
          if (brokenBy !== BROKEN || ++broken > MOST_BROKEN) options.onSession(null)
        } else if (next.sessionId !== options.session()?.id) {
          const { sessionId: id, resumeURL: resumeUrl, sequence } = next
          options.onSession(isGateway(resumeUrl, config.apiUrl) ? { id, resumeUrl, sequence } : null)
        }
      },
    },
    fetchGatewayInformation: async () => info,
    getShardCount: async () => 1,
    emit: (event: string, payload: Parameters<(typeof events)[string]>[0]) => events[event]?.(payload),
  }
  const shards = new sdk.SimpleShardingStrategy(manager as unknown as Manager)
  const leave = async () => {
    await shards.destroy({ code: GOING, reason: 'another process goes on' })
  }
  await shards.spawn([SHARD])
  shards.connect().catch((error) => options.onFailure(asFailure(error)))
  return { leave }
}
/** The token is sent there: only Discord's own hosts, or the host that DISCORD_API_URL names. */
export function isGateway(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  if (protocol === 'wss:' && /(?:^|\.)discord\.gg$/.test(hostname)) return true
  return /^wss?:$/.test(protocol) && hostname === new URL(apiUrl).hostname
}
async function whereabouts(calls: Pick<Calls, 'gateway'>, apiUrl: string, signal: AbortSignal) {
  const found = gatewayInfo.safeParse(await calls.gateway(signal))
  if (!found.success) throw new HubError('UNAVAILABLE', "Finding the Gateway: Discord's answer was not readable")
  const { url, session_start_limit: limit } = found.data
  if (!isGateway(url, apiUrl))
    throw new HubError('CONFIG_INVALID', "The Gateway is not at an address of Discord's; check DISCORD_API_URL")
  if (limit.remaining < 1)
    throw new HubError('RATE_LIMITED', 'Discord allows no new session now', { retry: { afterMs: limit.reset_after } })
  return found.data
}
/** The library's words for close codes 4004 and 4010 to 4014: of no use to try again before somebody corrected something. */
function asFailure(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error)
  if (/authentication/i.test(text))
    return new HubError('UNAUTHENTICATED', 'Discord refused the bot token; check DISCORD_BOT_TOKEN')
  if (/intents|shard/i.test(text)) return new HubError('CONFIG_INVALID', `Discord refused the connection: ${text}`)
  return new HubError('UNAVAILABLE', text)
}
