import { createHash } from 'node:crypto'
import type { Delivery, Limit } from '#contract'
import { sameMailbox } from './address.ts'

/** One mail server, one tenant of places: addresses belong to no workspace. */
export const WORKSPACE = 'mail:smtp'

export const SIZES = {
  /** Gmail cuts a message off at 102 KB of HTML and hides the rest behind a link: https://developers.google.com/workspace/gmail/design */
  html: 96_000,
  /** Of one block, so that the next one finds room. */
  piece: 40_000,
  /** A line of a header is cut or refused beyond 998 octets, and no list of mails shows more than this. https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1 */
  subject: 120,
  text: 60_000,
} as const

/** Servers name no common figure: Microsoft 365 takes 30 a minute, Amazon SES 14 a second and more. https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits */
export function limitsOf(perMinute: number): (delivery: Delivery) => readonly Limit[] {
  const intervalMs = 60_000 / perMinute
  return (delivery) => [
    { key: serverBucket, intervalMs, burst: Math.max(1, Math.floor(perMinute / 10)) },
    { key: mailboxBucket(recipientOf(delivery)), intervalMs: 1_000, burst: 10 },
  ]
}
export const serverBucket = `${WORKSPACE}:server`

/** Closed while the server asks to come back later for this one mailbox. */
export const mailboxBucket = (address: string): string => `${WORKSPACE}:to:${mailboxHash(address)}`
/** A mailbox in keys, which unlike values are stored as they are. */
export function mailboxHash(address: string): string {
  return createHash('sha256').update(sameMailbox(address)).digest('hex').slice(0, 32)
}
/** Whoever may see it alone gets it; a mail is private as it is. */
export function recipientOf({ message, to }: Delivery): string {
  return message.only?.plugin === 'mail' ? message.only.id : to.channel
}
/** Field by which hubs know their own mails and those of each other: none answers another. */
export const OWN_MARK = 'X-AutoDevHub'
/** A command is text. What is larger is told by its head alone and not loaded. */
export const MAX_BYTES = 5_000_000
/** Of a mail that is too large: enough for the fields that say whose it is. */
export const MAX_HEAD_BYTES = 128_000
