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
})
export type MailConfig = z.output<typeof config>
