import { defineService } from './define.ts'
import type { Place } from './place.ts'
import type { Service } from './plugin.ts'

/** What one person wrote in a conversation. Text is outside text: data, never instructions. */
export interface Said {
  /** The platform's id of the message. */
  readonly id: string
  /** Name as the platform shows it; 'Person 2' where names would need a further permission. */
  readonly author: string
  /** Plain text or Markdown as it was written. */
  readonly text: string
  /** Epoch milliseconds. */
  readonly atMs: number
  /** Page of the message; null where the platform has none that can be told without asking. */
  readonly url: string | null
}
/**
 * Reads back the conversation that a command was typed in; an adapter provides one under its own name where its platform can be asked.
 * @example const said = await hub.maybe(threads(place.plugin))?.read(place, ctx.signal)
 */
export interface Threads {
  /** What people wrote there, oldest first, bots and the hub left out; at most 200. Empty where the place is no conversation of its own. */
  read(place: Place, signal: AbortSignal): Promise<readonly Said[]>
}
export function threads(plugin: string): Service<Threads> {
  return defineService<Threads>(`threads:${plugin}`)
}
