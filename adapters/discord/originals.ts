import type { KeyValue } from '#contract'
import { TOKEN_MS } from './limits.ts'
import type { Ticket } from './ticket.ts'

/** Who may fill the one deferred reply of an interaction: the first send that asks, on every attempt of it; the others post. */
export interface Originals {
  claim(ticket: Ticket, key: string): Promise<boolean>
  isClaimedBy(ticket: Ticket, key: string): Promise<boolean>
  release(ticket: Ticket): Promise<void>
}
export function createOriginals(kv: KeyValue): Originals {
  const slot = ({ interactionId }: Ticket) => `original:${interactionId}`
  return {
    // Sends of one job go out one after the other, so that nobody comes between reading and writing.
    async claim(ticket, key) {
      const owner = await kv.get(slot(ticket))
      if (owner === key) return true
      if (typeof owner === 'string') return false
      await kv.set(slot(ticket), key, 2 * TOKEN_MS)
      return true
    },
    async isClaimedBy(ticket, key) {
      return (await kv.get(slot(ticket))) === key
    },
    release: (ticket) => kv.delete(slot(ticket)),
  }
}
