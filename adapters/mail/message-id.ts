import { createHash } from 'node:crypto'

/** The same for every attempt at one send, so that a mail server or program that knows it drops the repeat. */
export function messageIdOf(key: string, domain: string): string {
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 48)}@${domain}>`
}
/** What may stand in a header that refers to another mail. */
export function isMessageId(text: string): boolean {
  return /^<[!-;=?-~]{1,120}@[!-;=?-~]{1,120}>$/.test(text)
}
