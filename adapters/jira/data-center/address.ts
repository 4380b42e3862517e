import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { HeadersLike } from '../verify.ts'
import { verifyJira } from '../verify.ts'

/** Name of the proof in the address of the webhook. */
const PROOF = 'proof'

/**
 * What proves a delivery of a Jira that cannot sign: a part of the address that only that Jira was told. Derived, so that the secret itself stands
 * in no log of a proxy; it goes with the secret when that is changed.
 */
function addressProof(webhookSecret: string): string {
  return createHmac('sha256', webhookSecret).update('address of the Jira webhook').digest('hex')
}
export function addressOf(publicUrl: string, webhookSecret: string, signs: boolean): string {
  return `${publicUrl}/hooks/jira${signs ? '' : `?${PROOF}=${addressProof(webhookSecret)}`}`
}
/**
 * Jira 10 signs, and then nothing but its signature counts. Before, its address has to do; a request that claims a signature must have a good one.
 * `signs`: null while the site has not said its version, and nothing is believed.
 */
export function verifyDataCenter(
  raw: Uint8Array,
  request: { readonly headers: HeadersLike; readonly url: string },
  webhookSecret: string,
  signs: boolean | null,
): boolean {
  if (webhookSecret === '' || signs === null) return false
  if (signs || request.headers.get('x-hub-signature') !== null) return verifyJira(raw, request.headers, webhookSecret)
  const given = new URL(request.url).searchParams.getAll(PROOF)
  return given.length === 1 && isSame(given[0] ?? '', addressProof(webhookSecret))
}
/** In a time that tells nothing, whatever the lengths. */
function isSame(one: string, other: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(one), digest(other))
}
