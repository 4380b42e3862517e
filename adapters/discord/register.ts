import type { RouteLike } from 'discord.js'
import { type Health, HubError, type Log } from '#contract'
import type { DiscordClient } from './client.ts'
import type { Registration } from './commands.ts'
import type { DiscordConfig } from './config.ts'

const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000] as const
/** Defaults of Discord's that it may or may not repeat. */
const KEPT = ['type', 'name', 'description', 'required', 'autocomplete', 'max_length', 'choices', 'options'] as const

export interface Registrar {
  /** Returns at once: commands of yesterday still work while Discord is away. */
  start(signal: AbortSignal): void
  close(): void
  health(): Health
}
/** Tells Discord the commands, where it does not know them already. https://docs.discord.com/developers/interactions/application-commands */
export function createRegistrar(
  client: DiscordClient,
  { appId, guildIds }: DiscordConfig,
  commands: () => readonly Registration[],
  log: Log,
): Registrar {
  const stop = new AbortController()
  let problem: string | null = null
  const routes: readonly RouteLike[] =
    guildIds.length > 0
      ? guildIds.map((id) => `/applications/${appId}/guilds/${id}/commands` as const)
      : [`/applications/${appId}/commands`]

  const register = async (route: RouteLike, signal: AbortSignal): Promise<void> => {
    const wanted = commands()
    const known = await client.call({ method: 'GET', route, what: 'Reading the commands', signal })
    if (canonical(known) === canonical(wanted)) return
    await client.call({ method: 'PUT', route, body: wanted, what: 'Registering the commands', signal })
    log.info({ commands: wanted.map(({ name }) => name) }, 'Discord commands were registered')
  }
  const attempt = async (signal: AbortSignal, nth = 0): Promise<void> => {
    try {
      for (const route of routes) await register(route, signal)
      problem = null
    } catch (error) {
      if (signal.aborted) return
      problem = error instanceof Error ? error.message : String(error)
      log.warn({ error: problem }, 'Discord commands could not be registered')
      if (error instanceof HubError && error.retry === 'never' && error.code !== 'OUTCOME_UNKNOWN') return
      const waitMs = BACKOFF_MS[Math.min(nth, BACKOFF_MS.length - 1)] ?? 120_000
      const timer = setTimeout(() => void attempt(signal, nth + 1), waitMs)
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }
  }
  return {
    start: (signal) => void attempt(AbortSignal.any([signal, stop.signal])),
    close: () => stop.abort(),
    health: () => (problem === null ? { status: 'ok' } : { status: 'degraded', detail: problem }),
  }
}
/** One text for equal command sets, whatever their order and whatever else Discord tells about them. */
function canonical(commands: unknown): string {
  const list = Array.isArray(commands) ? commands.map(plain) : []
  return JSON.stringify(list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)))
}
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const given = new Map(Object.entries(value))
  const isChoice = given.has('value')
  const kept = (isChoice ? ['name', 'value'] : KEPT).flatMap((key) => {
    const found = given.get(key)
    const isDefault =
      found === undefined || found === null || found === false || (Array.isArray(found) && found.length === 0)
    return isDefault ? [] : [[key, plain(found)] as const]
  })
  return Object.fromEntries(kept)
}
