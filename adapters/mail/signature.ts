import { createHmac, randomBytes } from 'node:crypto'
import type { KeyValue } from '#contract'

/** Signs with a key that every process of this hub has and nobody else. `purpose` keeps what is signed for one thing from being good for another. */
export type Sign = (purpose: string, payload: string) => Promise<Buffer>

export function createSign(kv: KeyValue): Sign {
  let known: Promise<Buffer> | undefined
  const key = (): Promise<Buffer> => {
    // Of several processes that make one at once, the first stored holds for all.
    const read = async () => {
      await kv.add('signing-key', randomBytes(32).toString('base64url'))
      return Buffer.from(String(await kv.get('signing-key')), 'base64url')
    }
    known ??= read().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
  return async (purpose, payload) =>
    createHmac('sha256', await key())
      .update(`${purpose}|${payload}`)
      .digest()
}
