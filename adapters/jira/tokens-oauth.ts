import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HubError, type KeyValue } from '#contract'
import type { HttpClient } from '../shared/http.ts'
import { apiBase, type Grant, type OAuthApp, renewGrant } from './oauth.ts'
import type { Access, Credentials } from './tokens.ts'

const KEY = 'oauth:connection'
/** Tokens are good for an hour; renewed so long before, no call meets the end of one. */
const EARLY_MS = 5 * 60_000
/** However often it is renewed: https://community.developer.atlassian.com/t/refresh-token-expire-after-36000-seconds/60806/2 */
const CONSENT_MS = 365 * 24 * 3_600_000
const REMIND_MS = 14 * 24 * 3_600_000
/** One that Jira refused right after it was renewed lacks something else. */
const FRESH_MS = 60_000
/** How long another process may go on with what this one has seen. */
const KNOWN_MS = 30_000
/** A renewal is over by then, one way or another: its only request may take 20 s. */
const LEASE_MS = 45_000
/** What comes later than this after the lease began is not stored any more. */
const STORE_BY_MS = 35_000
const LOOK_MS = 100

const connection = z.object({
  /** Grows with every renewal and every connecting. */
  generation: z.number().int(),
  cloudId: z.string(),
  account: z.object({ id: z.string(), name: z.string() }),
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  expiresAtMs: z.number(),
  renewedAtMs: z.number(),
  /** When a person consented. */
  connectedAtMs: z.number(),
  /** Atlassian wants a person to connect again. */
  isOver: z.boolean(),
})
export type Connection = z.output<typeof connection>
export type NewConnection = Pick<Connection, 'cloudId' | 'account'> & Grant

/** The one connection to the site, sealed in the hub's own store. */
export interface Connections extends Credentials {
  /** Null where there is none that works. */
  standing(): Promise<Connection | null>
  /** Why there is none that works, or soon will be none, with the cure; null while all is well. */
  trouble(): Promise<string | null>
  /** False: the standing one belongs to another account, which alone may replace it. */
  save(made: NewConnection): Promise<boolean>
}

/**
 * Whoever writes the connection holds the lease of the generation that it replaces, so no refresh token is ever used by two processes: Atlassian
 * takes a second use for theft and ends the whole connection.
 */
export function createConnections(deps: {
  readonly kv: KeyValue
  readonly http: HttpClient
  readonly app: OAuthApp
  readonly installUrl: string
  readonly now?: () => number
}): Connections {
  const { kv, http, app, installUrl, now = Date.now } = deps
  const cure = `connect the hub to Jira again: ${installUrl}`
  let known: { readonly found: Connection; readonly atMs: number } | null = null
  let renewing: Promise<Connection> | null = null

  const read = async (): Promise<Connection | null> => {
    const parsed = connection.safeParse(await stored(kv.get(KEY)))
    known = parsed.success ? { found: parsed.data, atMs: now() } : null
    return parsed.data ?? null
  }
  const write = async (next: Connection): Promise<Connection> => {
    await stored(kv.set(KEY, next))
    known = { found: next, atMs: now() }
    return next
  }
  /** Null while another process holds it. */
  const lease = async (generation: number) => {
    const key = `oauth:lease:${generation}`
    const sinceMs = now()
    if (!(await stored(kv.add(key, true, LEASE_MS)))) return null
    const isHeld = () => now() - sinceMs < STORE_BY_MS
    return { isHeld, free: async () => (isHeld() ? stored(kv.delete(key)) : undefined) }
  }
  const renewOnce = async (seen: Connection): Promise<Connection> => {
    for (const untilMs = now() + LEASE_MS; now() < untilMs; ) {
      const held = await lease(seen.generation)
      // Whoever had the lease before may be done by now: only what stands under it counts.
      const stands = await read()
      if (!stands || stands.isOver || stands.generation !== seen.generation) {
        await held?.free()
        return orAbsent(stands)
      }
      if (held) return spend(stands, held)
      await sleep(LOOK_MS)
    }
    throw new HubError('UNAVAILABLE', "Jira's token is being renewed by another process, which does not finish")
  }
  const spend = async (
    stands: Connection,
    held: NonNullable<Awaited<ReturnType<typeof lease>>>,
  ): Promise<Connection> => {
    const next = { ...stands, generation: stands.generation + 1 }
    try {
      const grant = await renewGrant(http, app, stands.refreshToken, now())
      if (!held.isHeld()) throw new HubError('UNAVAILABLE', "Jira's token was renewed too late to be stored")
      return await write({ ...next, ...grant, renewedAtMs: now() })
    } catch (error) {
      if (error instanceof HubError && error.code === 'UNAUTHENTICATED') {
        if (held.isHeld()) await write({ ...next, isOver: true })
        throw absent(true)
      }
      // Nothing came of it as far as we know. The next one tries the same token, which Atlassian takes for ten minutes after its first use:
      // https://community.developer.atlassian.com/t/updated-31-january-2022-action-required-deprecating-persistent-refresh-tokens/54172
      await held.free()
      if (error instanceof HubError && error.code === 'OUTCOME_UNKNOWN')
        throw new HubError('UNAVAILABLE', `Jira's token could not be renewed: ${error.message}`)
      throw error
    }
  }
  const renewed = (seen: Connection): Promise<Connection> => {
    renewing ??= renewOnce(seen).finally(() => {
      renewing = null
    })
    return renewing
  }
  const works = async (seen: Connection): Promise<boolean> => {
    try {
      await renewed(seen)
      return true
    } catch (error) {
      if (error instanceof HubError && error.code === 'UNAUTHENTICATED') return false
      throw error
    }
  }
  const absent = (wasThere: boolean) =>
    new HubError('UNAUTHENTICATED', `Jira is not connected${wasThere ? ' any more' : ''}; ${wasThere ? cure : first}`, {
      retry: { afterMs: FRESH_MS },
    })
  const first = `connect it: ${installUrl}`
  const orAbsent = (found: Connection | null): Connection => {
    if (!found || found.isOver) throw absent(found !== null)
    return found
  }
  const accessOf = ({ cloudId, accessToken }: Connection): Access => ({
    baseUrl: apiBase(app, cloudId),
    authorization: `Bearer ${accessToken}`,
  })
  const current = async (): Promise<Connection> => {
    const fresh = known && now() - known.atMs < KNOWN_MS && !known.found.isOver ? known.found : await read()
    return orAbsent(fresh)
  }
  return {
    cure,
    async of() {
      const found = await current()
      if (found.expiresAtMs - now() > EARLY_MS) return accessOf(found)
      try {
        return accessOf(await renewed(found))
      } catch (error) {
        // It is good for a while yet, and the next call tries again.
        if (error instanceof HubError && error.code === 'UNAVAILABLE' && found.expiresAtMs > now())
          return accessOf(found)
        throw error
      }
    },
    async renew(refused) {
      const found = orAbsent(await read())
      const access = accessOf(found)
      if (access.authorization !== refused.authorization) return access
      if (now() - found.renewedAtMs < FRESH_MS) return null
      return accessOf(await renewed(found))
    },
    async standing() {
      const found = await read()
      return found?.isOver === false ? found : null
    },
    async trouble() {
      const found = await read()
      if (found?.isOver !== false) return absent(found !== null).message
      const endsMs = found.connectedAtMs + CONSENT_MS
      if (endsMs - now() > REMIND_MS) return null
      return `Atlassian ends the connection to Jira on ${new Date(endsMs).toISOString().slice(0, 10)}; ${cure}`
    },
    async save({ cloudId, account, accessToken, refreshToken, expiresAtMs }) {
      for (const untilMs = now() + LEASE_MS; now() < untilMs; await sleep(LOOK_MS)) {
        const before = await read()
        const held = await lease(before?.generation ?? 0)
        if (!held) continue
        const stands = await read()
        if (stands?.generation !== before?.generation) {
          await held.free()
          continue
        }
        if (stands && !stands.isOver && stands.account.id !== account.id) {
          await held.free()
          // It may have been taken back, and nobody noticed yet.
          if (await works(stands)) return false
          continue
        }
        const generation = (stands?.generation ?? 0) + 1
        const grant = { accessToken, refreshToken, expiresAtMs, renewedAtMs: now(), connectedAtMs: now() }
        await write({ generation, cloudId, account, ...grant, isOver: false })
        return true
      }
      throw new HubError('UNAVAILABLE', 'The connection to Jira is being renewed and could not be stored')
    },
  }
}
/** Nothing was sent yet: what waits for the database may simply be tried again. */
async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new HubError('UNAVAILABLE', 'The connection to Jira cannot be read right now', { cause })
  }
}
