import { Resolver } from 'node:dns'
import { z } from 'zod'
import { parseAddress } from './address.ts'

export interface Sender {
  readonly name: string
  readonly address: string
}
const FROM = /^\s*(?:"?([^"<>]{0,100}?)"?\s*<([^<>\s]+)>|(\S+))\s*$/

function parseSender(text: string): Sender | null {
  const [, name = '', inAngles, bare] = FROM.exec(text) ?? []
  const address = parseAddress(inAngles ?? bare ?? '')
  return address === null || /\p{Cc}/u.test(name) ? null : { name: name || 'AutoDevHub', address }
}
/** On this machine nobody is on the way to read a password or a mail. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)

/** A mailbox to read: where, as whom, and which folder. */
export interface ImapAddress {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly user: string
  readonly password: string
  readonly folder: string
}
function parseImap(text: string): ImapAddress | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'imaps:'
  if ((!secure && url.protocol !== 'imap:') || host === '' || url.username === '') return null
  if (!secure && !isLoopback(host)) return null
  try {
    return {
      host,
      port: url.port === '' ? (secure ? 993 : 143) : Number(url.port),
      secure,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      folder: decodeURIComponent(url.pathname.slice(1)) || 'INBOX',
    }
  } catch {
    return null
  }
}
const areServers = (servers: readonly string[]): boolean => {
  try {
    new Resolver().setServers(servers)
    return true
  } catch {
    return false
  }
}

export const config = z.object({
  /** User and password, percent-encoded, stand in it. `smtp` asks for STARTTLS, `smtps` is encrypted from the first byte. */
  url: z.url({ protocol: /^smtps?$/, error: 'must be smtp://user:password@host:587 or smtps://user:password@host' }),
  from: z.string().transform((text, ctx): Sender => {
    const sender = parseSender(text)
    if (sender) return sender
    ctx.addIssue('must be an address, or a name and an address: AutoDevHub <hub@example.com>')
    return z.NEVER
  }),
  /** Where readers reach the hub, to end what they subscribed to. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** What the mail server takes from one sender. */
  perMinute: z.coerce.number().int().min(1).max(60_000).default(600),
  /** Mailbox whose commands are run; absent: no mail is read. */
  imapUrl: z
    .string()
    .refine((text) => parseImap(text) !== null, {
      error: 'must be imaps://user:password@host or imaps://user:password@host/Folder; imap:// only to this machine',
    })
    .optional(),
  /** Name under which the receiving server writes what it found out about a sender. https://www.rfc-editor.org/rfc/rfc8601#section-2.5 */
  authservId: z
    .string()
    .regex(/^[\w.-]{1,255}$/)
    .transform((name) => name.toLowerCase())
    .optional(),
  /** Folder for mails whose command was taken; absent: they stay and are marked as read. */
  moveTo: z.string().min(1).max(200).optional(),
  /** Name servers that are asked about senders' keys; absent: those of the system. */
  dnsServers: z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .refine(areServers, { error: 'must be addresses of name servers: 192.0.2.53,[2001:db8::53]:53' })
    .optional(),
})
export type MailConfig = z.output<typeof config>

/** The mailbox of a checked `imapUrl`. Not in the config itself, whose values of secret keys are masked as text. */
export function imapOf(url: string): ImapAddress {
  const found = parseImap(url)
  if (found === null) throw new Error('the address of the mailbox was not checked')
  return found
}
