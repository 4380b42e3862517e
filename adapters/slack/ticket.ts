import type { Place } from '#contract'

/** Slack takes 5 posts within 30 minutes: https://docs.slack.dev/interactivity/handling-user-interaction */
const LIFETIME_MS = 29 * 60_000
const HOSTS: readonly string[] = ['https://hooks.slack.com', 'https://hooks.slack-gov.com']

/** A `response_url` with the person it was given to: only to them may a private answer go through it. */
export interface Ticket {
  readonly owner: string
  readonly url: string
}
/** Only addresses of Slack's, or of the server that SLACK_API_URL names. */
export function ticketFor(
  owner: string,
  url: string | undefined,
  apiUrl: string,
  nowMs: number,
): Pick<Place, 'ticket' | 'ticketExpiresAtMs'> {
  if (url === undefined || !URL.canParse(url)) return {}
  const { origin } = new URL(url)
  if (!HOSTS.includes(origin) && origin !== new URL(apiUrl).origin) return {}
  return { ticket: `${owner} ${url}`, ticketExpiresAtMs: nowMs + LIFETIME_MS }
}
export function liveTicket(place: Place, nowMs: number): Ticket | null {
  if (place.ticket === undefined || (place.ticketExpiresAtMs ?? 0) <= nowMs) return null
  const space = place.ticket.indexOf(' ')
  return space > 0 ? { owner: place.ticket.slice(0, space), url: place.ticket.slice(space + 1) } : null
}
