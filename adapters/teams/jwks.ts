import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { HubError } from '#contract'
import type { HttpClient } from '../shared/http.ts'

const DAY_MS = 24 * 3_600_000
const HOUR_MS = 3_600_000
/** After a failed attempt: whoever sends tokens must not decide how often we ask. */
const RETRY_MS = 5_000

/** The only algorithm accepted, and the document must name it. */
export const ALGORITHM = 'RS256'

export interface SigningKey {
  readonly key: KeyObject
  /** Channels this key may speak for. */
  readonly endorsements: readonly string[]
}
/** Bot Framework's published keys. */
export interface KeySource {
  /** The key of this id, or null where there surely is none. Throws UNAVAILABLE while no keys could be fetched at all. */
  find(kid: string): Promise<SigningKey | null>
}

const document = z.object({
  jwks_uri: z.url({ protocol: /^https?$/ }),
  id_token_signing_alg_values_supported: z.array(z.string()),
})
const keySet = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      use: z.string().optional(),
      kid: z.string().min(1),
      n: z.string().optional(),
      e: z.string().optional(),
      endorsements: z.array(z.string()).optional(),
    }),
  ),
})

/**
 * Kept for a day; an unknown id asks again at most once an hour, so that made-up ids cost Microsoft and us nothing. While new keys
 * cannot be fetched the old ones stay good.
 */
export function createKeySource(metadataUrl: string, http: HttpClient, now: () => number = Date.now): KeySource {
  let keys: ReadonlyMap<string, SigningKey> | null = null
  let fetchedAtMs = 0
  let triedAtMs = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | null = null

  const refresh = async () => {
    triedAtMs = now()
    const { jwks_uri: address, id_token_signing_alg_values_supported: algorithms } = document.parse(
      await getJson(http, metadataUrl),
    )
    if (!algorithms.includes(ALGORITHM)) throw new Error(`the OpenID document does not name ${ALGORITHM}`)
    if (!isTrusted(address, metadataUrl)) throw new Error('the OpenID document sends us elsewhere without https')
    keys = readKeys(await getJson(http, address))
    fetchedAtMs = now()
  }
  const refreshOnce = () => {
    underWay ??= refresh().finally(() => {
      underWay = null
    })
    return underWay
  }
  return {
    async find(kid) {
      const known = keys?.get(kid)
      const maxAgeMs = known === undefined ? HOUR_MS : DAY_MS
      const isDue = keys === null || now() - fetchedAtMs >= maxAgeMs
      if (isDue && (underWay !== null || now() - triedAtMs >= RETRY_MS)) {
        // What went wrong is told below where it matters: old keys remain good.
        await refreshOnce().catch(() => undefined)
      }
      if (keys === null) {
        throw new HubError(
          'UNAVAILABLE',
          'The keys of Bot Framework cannot be fetched; check the network and TEAMS_OPENID_METADATA_URL',
        )
      }
      return keys.get(kid) ?? null
    },
  }
}
async function getJson(http: HttpClient, url: string): Promise<unknown> {
  const answer = await http.send('GET', url, '', { accept: 'application/json' })
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
  return JSON.parse(answer.text)
}
/** A stand-in speaks plain http, and then only about itself. */
function isTrusted(address: string, metadataUrl: string): boolean {
  const url = new URL(address)
  return url.protocol === 'https:' || url.origin === new URL(metadataUrl).origin
}
function readKeys(value: unknown): ReadonlyMap<string, SigningKey> {
  const found = new Map<string, SigningKey>()
  for (const { kty, use, kid, n, e, endorsements } of keySet.parse(value).keys) {
    if (kty !== 'RSA' || n === undefined || e === undefined || (use !== undefined && use !== 'sig')) continue
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' })
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2_048) continue
    found.set(kid, { key, endorsements: endorsements ?? [] })
  }
  return found
}
