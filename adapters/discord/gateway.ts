import { type Health, type Hub, HubError } from '#contract'
import { createLeader, type Held, type Leader, type Led, pause } from '../shared/leader.ts'
import type { Calls } from './calls.ts'
import type { DiscordConfig } from './config.ts'
import { connect, type Dispatch } from './connection.ts'
import type { Messages } from './messages.ts'
import type { GatewayStore, Session } from './store.ts'

/** More than these waiting to be stored: better ask Discord to repeat them. */
const MOST_WAITING = 1_000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
const CLOSE_MS = 2_000

export interface Gateway {
  start(store: GatewayStore): void
  health(): Health
  close(): Promise<void>
}
export interface GatewayOptions {
  readonly hub: Pick<Hub<DiscordConfig>, 'config' | 'log'>
  readonly calls: Calls
  readonly messages: Messages
  /** New for each process. */
  readonly holder: string
  readonly leaseMs?: number
}

/**
 * Discord's Gateway for plain words: mentions and direct messages. One process holds it. An event counts as received when it is stored: after
 * a break Discord repeats everything behind the last stored one. https://docs.discord.com/developers/events/gateway
 */
export function createGateway({ hub, calls, messages, holder, leaseMs }: GatewayOptions): Gateway {
  const { config, log } = hub
  let leader: Leader | undefined
  let stands = false

  const lead = ({ state: known }: Held<Session>, signal: AbortSignal, save: () => void): Led<Session> => {
    let session = known
    let hadOne = known !== null
    const over = new AbortController()
    const ending = AbortSignal.any([signal, over.signal])
    /** Stored, however long that takes: what is skipped would be lost. */
    const store = async (message: unknown, botId: string): Promise<void> => {
      for (let failures = 0; !ending.aborted; failures++) {
        try {
          return await messages.take(message, botId)
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          log.warn({ error: why }, 'Discord message was not stored; it is tried again')
          await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures), ending)
        }
      }
    }
    const work = async (): Promise<void> => {
      const botId = await calls.me(ending)
      let failure: Error | null = null
      const fail = (error: Error) => {
        failure ??= error
        over.abort()
      }
      let waiting = 0
      let chain = Promise.resolve()
      const take = ({ t, s, d }: Dispatch) => {
        const id = session?.id
        waiting += 1
        if (waiting > MOST_WAITING) fail(new HubError('UNAVAILABLE', 'messages come in faster than they can be stored'))
        chain = chain.then(async () => {
          if (t === 'MESSAGE_CREATE') await store(d, botId)
          waiting -= 1
          if (!ending.aborted && session !== null && session.id === id && s > session.sequence)
            session = { ...session, sequence: s }
        })
      }
      const connection = await connect({
        config,
        calls,
        ending,
        session: () => session,
        onSession(next) {
          if (hadOne && next !== null)
            log.warn({}, 'Discord began a new session: what was said since the last one may be missing')
          hadOne ||= next !== null
          session = next
          // Whoever comes after this process can go on with it from the first moment.
          if (next !== null) save()
        },
        onStanding(isStanding) {
          stands = isStanding
        },
        onDispatch: take,
        onFailure: fail,
      })
      await aborted(ending)
      stands = false
      await Promise.race([
        Promise.allSettled([connection.leave(), chain]),
        pause(CLOSE_MS, new AbortController().signal),
      ])
      if (failure !== null) throw failure
    }
    return { done: work(), state: () => session }
  }
  return {
    start(store) {
      leader ??= createLeader({
        store,
        what: "Discord's Gateway",
        holder,
        log,
        lead,
        isRefusal,
        ...(leaseMs === undefined ? {} : { leaseMs }),
      })
      leader.start()
    },
    health() {
      const trouble = leader?.trouble() ?? null
      if (trouble !== null) return { status: 'degraded', detail: `no connection to Discord's Gateway: ${trouble}` }
      if (leader?.isLeading() && !stands)
        return { status: 'degraded', detail: "the connection to Discord's Gateway is being made" }
      return { status: 'ok' }
    },
    close: async () => leader?.close(),
  }
}
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
/** Somebody has to correct something first. */
function isRefusal(error: unknown): boolean {
  return error instanceof HubError && error.retry !== 'backoff'
}
