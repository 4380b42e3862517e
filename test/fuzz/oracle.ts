import type { Random } from '../faults/random.ts'

export type Signed = Readonly<Record<string, string>>
/** Signs for one verifier, with another implementation than the verifier's own. One file in `oracles/` for each `verify.ts` of an adapter or a plugin. */
export interface Oracle {
  /** Headers that carry the proof; each is mutated. */
  readonly proof: readonly string[]
  /** Does the proof cover every byte of the body? */
  readonly coversBody: boolean
  /** Null where the platform signs no time. Seconds after signing at which the last second of validity is over, and before signing at which it has not begun. */
  readonly lateBySeconds: number | null
  readonly earlyBySeconds: number | null
  body(random: Random): string
  sign(body: Uint8Array, atSeconds: number): Promise<Signed>
  /** What somebody without the secret could try, beyond changing a good request: other keys, other algorithms, no key. */
  forge(body: Uint8Array, atSeconds: number, random: Random): Promise<Signed>
  verify(body: Uint8Array, headers: HeadersLike, atSeconds: number): Promise<boolean>
  /** The adapter's own route at a fixed time. `reached` counts the requests that came past the verifier. */
  route(atSeconds: number): { fetch(request: Request): Promise<Response>; readonly reached: () => number }
}
export interface HeadersLike {
  get(name: string): string | null
}
/** An `inbound` of any adapter: whatever is called on it is a request that came past the verifier. */
export function countingInbound(): { readonly inbound: never; readonly reached: () => number } {
  let reached = 0
  const inbound = new Proxy(
    {},
    {
      get: () => async () => {
        reached += 1
        return {}
      },
    },
  )
  return { inbound: inbound as never, reached: () => reached }
}
const nothing = () => undefined
export const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing }
