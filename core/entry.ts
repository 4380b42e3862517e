import { randomUUIDv7 } from 'node:crypto'
import {
  type CommandCall,
  type EventType,
  HubError,
  type Log,
  type Origin,
  type Place,
  parseWith,
  type Receipt,
  type Schema,
} from '#contract'
import type { CommandCatalog } from './dispatch/catalog.ts'
import { currentRequestId } from './http/request-id.ts'
import type { Inbox } from './ledger/inbox.ts'
import type { Secrets } from './store/secrets.ts'
import { isAway } from './store/sql.ts'

/** The two doors of the hub for adapters: both resolve once the arrival is committed, and never before. */
export interface Entry {
  command(source: string, call: CommandCall): Promise<Receipt>
  publish<S extends Schema>(source: string, event: EventType<S>, payload: unknown, origin: Origin): Promise<Receipt>
}

export function createEntry(deps: { inbox: Inbox; catalog: CommandCatalog; secrets: Secrets; log: Log }): Entry {
  const { inbox, secrets, log } = deps
  const commit = async (arrival: Parameters<Inbox['accept']>[0], announce: string | null): Promise<Receipt> => {
    try {
      return { status: await inbox.accept(arrival), id: arrival.id, announce }
    } catch (cause) {
      if (!isAway(cause)) throw cause
      throw new HubError('UNAVAILABLE', 'the database is away: nothing was accepted, send it again', {
        cause,
        retry: { afterMs: 1000 },
      })
    }
  }
  /** At debug only: a line for each delivery would cost more than its row. What became of it is said when its job ends. */
  const accept: typeof commit = async (arrival, announce) => {
    const receipt = await commit(arrival, announce)
    const { id: origin, source, workspace, kind, deliveryId: delivery } = arrival
    const requestId = currentRequestId()
    log.debug({ origin, requestId, source, workspace, kind, delivery, status: receipt.status }, 'accepted')
    return receipt
  }
  return {
    command(source, typed) {
      // Here, so that the line says whom it means wherever it is kept or typed again.
      const call = { ...typed, input: deps.catalog.withAccounts(typed) }
      const place = sealTicket(call.place, secrets)
      const { input, actor, actorName = null, on = null, isForeign } = call
      return accept(
        {
          id: randomUUIDv7(),
          workspace: call.workspace,
          source,
          deliveryId: call.deliveryId,
          kind: 'command',
          lane: call.lane ?? null,
          body: JSON.stringify({ input, actor, actorName, place, on, ...(isForeign ? { isForeign } : {}) }),
        },
        deps.catalog.announce(call),
      )
    },
    async publish(source, event, payload, origin) {
      const checked: unknown = parseWith(event.payload, payload, event.name)
      return accept(
        {
          id: randomUUIDv7(),
          workspace: origin.workspace,
          source,
          deliveryId: origin.deliveryId,
          kind: event.name,
          lane: origin.lane ?? null,
          body: JSON.stringify({ payload: checked, actor: origin.actor ?? null }),
        },
        null,
      )
    },
  }
}

const aadOf = (workspace: string) => `ticket|${workspace}`

/** A reply handle lets anyone who holds it post: it never lies open in a row. */
function sealTicket(place: Place, secrets: Secrets): Place {
  return place.ticket === undefined ? place : { ...place, ticket: secrets.seal(place.ticket, aadOf(place.workspace)) }
}
/** The handle of a stored place, or null when it has none, it expired, or its key is gone. */
export function openTicket(place: Place, secrets: Secrets): string | null {
  if (place.ticket === undefined || (place.ticketExpiresAtMs ?? Number.POSITIVE_INFINITY) <= Date.now()) return null
  try {
    return secrets.open(place.ticket, aadOf(place.workspace))
  } catch {
    return null
  }
}
