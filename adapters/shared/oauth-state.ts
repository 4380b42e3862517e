import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyValue } from '#contract'

/** Long enough to read the platform's page and decide. */
export const STATE_MS = 10 * 60_000
const STATE = /^([1-9][0-9]{12})\.([\w-]{22})\.([\w-]{43})$/

export type StateFault = 'missing' | 'forged' | 'expired' | 'used'
export interface States {
  /** `state` goes to the platform, `half` into a cookie. */
  issue(): { readonly state: string; readonly half: string }
  /** Null where it holds; from then on it does not any more. */
  spend(state: string | undefined, half: string | undefined): Promise<StateFault | null>
}

/**
 * The state that must come back: signed, good once, for ten minutes, and only in the browser that began, which holds the other half of it as
 * a cookie. Otherwise somebody could have a person finish an installation that they began. https://datatracker.ietf.org/doc/html/rfc6749#section-10.12
 */
export function createStates(clientSecret: string, kv: Pick<KeyValue, 'add'>, now: () => number = Date.now): States {
  const sign = (expires: string, id: string, half: string) =>
    createHmac('sha256', clientSecret).update(`install\n${expires}\n${id}\n${half}`).digest('base64url')
  return {
    issue() {
      const half = randomBytes(32).toString('base64url')
      const id = randomBytes(16).toString('base64url')
      const expires = String(now() + STATE_MS)
      return { state: `${expires}.${id}.${sign(expires, id, half)}`, half }
    },
    async spend(state, half) {
      if (!state) return 'missing'
      const [, expires, id, proof] = STATE.exec(state) ?? []
      if (!expires || !id || !proof || !half) return 'forged'
      // As texts: several of them are the same bytes.
      if (!timingSafeEqual(Buffer.from(sign(expires, id, half)), Buffer.from(proof))) return 'forged'
      if (Number(expires) <= now()) return 'expired'
      return (await kv.add(`state:${id}`, true, STATE_MS)) ? null : 'used'
    },
  }
}
