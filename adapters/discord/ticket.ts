import type { Place } from '#contract'
import { TOKEN_MS } from './limits.ts'

/** Marks a message that was posted with an interaction's token: it is edited the same way while the token lives. */
export const BY_TICKET = '@'
/** Left unused at the end of a token's life, so that no answer starts too late. */
const MARGIN_MS = 20_000

/**
 * An interaction's token and what can be done with it.
 * `public` and `private`: a deferred reply waits for its text, and who sees it was fixed by the acknowledgement.
 * `message`: the interaction came from a message, which is its original; further messages can follow.
 */
export interface Ticket {
  readonly kind: 'public' | 'private' | 'message'
  readonly owner: string
  readonly interactionId: string
  readonly token: string
  readonly issuedAtMs: number
}
const TICKET = /^(public|private|message) (\S+) (\S+) (\d+) (\S+)$/

export function ticketFor(ticket: Ticket): Required<Pick<Place, 'ticket' | 'ticketExpiresAtMs'>> {
  const { kind, owner, interactionId, issuedAtMs, token } = ticket
  return {
    ticket: [kind, owner, interactionId, issuedAtMs, token].join(' '),
    ticketExpiresAtMs: issuedAtMs + TOKEN_MS - MARGIN_MS,
  }
}
/** Carries its own time: the place of a message that was posted no longer has one. */
export function liveTicket(place: Place, nowMs: number): Ticket | null {
  const found = TICKET.exec(place.ticket ?? '')
  if (!found) return null
  const [, kind, owner = '', interactionId = '', issuedAt, token = ''] = found
  const issuedAtMs = Number(issuedAt)
  if (nowMs >= issuedAtMs + TOKEN_MS - MARGIN_MS) return null
  return { kind: kind as Ticket['kind'], owner, interactionId, token, issuedAtMs }
}
/** When the ticket of a place was given out, also where it has died since. */
export function ticketIssuedAt(place: Place): number | null {
  return place.ticketExpiresAtMs === undefined ? null : place.ticketExpiresAtMs - TOKEN_MS + MARGIN_MS
}
