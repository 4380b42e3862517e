import { timingSafeEqual } from 'node:crypto'
import type { KeyValue } from '#contract'
import { createSign } from './signature.ts'

/** Who ends what. */
export interface Leaving {
  readonly list: string
  readonly address: string
}
/** Signs who may end what, without a stored row for each mail. Links in old mails hold as long as the database does. */
export interface Unsubscribe {
  sign(leaving: Leaving): Promise<string>
  verify(token: string): Promise<Leaving | null>
}
const MAX_TOKEN = 2_000

export function createUnsubscribe(kv: KeyValue): Unsubscribe {
  const sign = createSign(kv)
  const signature = (payload: string): Promise<Buffer> => sign('unsubscribe', payload)
  return {
    async sign({ list, address }) {
      const payload = Buffer.from(JSON.stringify([list, address])).toString('base64url')
      return `${payload}.${(await signature(payload)).toString('base64url')}`
    },
    async verify(token) {
      const [, payload = '', given = ''] = /^([\w-]+)\.([\w-]{43})$/.exec(token.slice(0, MAX_TOKEN)) ?? []
      const bytes = Buffer.from(given, 'base64url')
      const right = await signature(payload)
      // Written back, because base64 has several spellings of the same bytes.
      if (bytes.toString('base64url') !== given || bytes.length !== right.length || !timingSafeEqual(bytes, right))
        return null
      const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
      const [list, address] = Array.isArray(parsed) ? parsed : []
      return typeof list === 'string' && typeof address === 'string' ? { list, address } : null
    },
  }
}
