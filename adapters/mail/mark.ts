import { timingSafeEqual } from 'node:crypto'
import type { KeyValue } from '#contract'
import { sameMailbox } from './address.ts'
import { createSign } from './signature.ts'

/** A mail that we sent, by the mark that it carried. */
export interface Marked {
  /** First half of its Message-ID. */
  readonly id: string
  readonly sentAtMs: number
}
/**
 * The mark in our own field of every mail, by which a report proves what it is about: which mail, when, and to whom. The Message-ID would not do. It
 * stands in `References` of every answer, so everybody who is in the thread knows it; and Amazon SES replaces it.
 */
export interface Marks {
  make(messageId: string, address: string, sentAtMs: number): Promise<string>
  /** null for what is no mark, or not one of a mail to this address. */
  verify(mark: string, address: string): Promise<Marked | null>
}
/** Halfway cut, as https://www.rfc-editor.org/rfc/rfc2104#section-5 allows. */
const BYTES = 16
const MARK = /^([\da-f]{48})\.([\da-z]{8,9})\.([\w-]{22})$/

export function createMarks(kv: KeyValue): Marks {
  const sign = createSign(kv)
  const signature = async (id: string, at: string, address: string): Promise<Buffer> =>
    (await sign('mark', `${id}|${at}|${sameMailbox(address)}`)).subarray(0, BYTES)
  return {
    async make(messageId, address, sentAtMs) {
      const id = messageId.slice(1, messageId.indexOf('@'))
      const at = Math.floor(sentAtMs).toString(36)
      return `${id}.${at}.${(await signature(id, at, address)).toString('base64url')}`
    },
    async verify(mark, address) {
      const [, id = '', at = '', given = ''] = MARK.exec(mark) ?? []
      if (id === '') return null
      const bytes = Buffer.from(given, 'base64url')
      const right = await signature(id, at, address)
      if (bytes.length !== right.length || !timingSafeEqual(bytes, right)) return null
      return { id, sentAtMs: Number.parseInt(at, 36) }
    },
  }
}
