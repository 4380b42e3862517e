import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'

const keys = generateKeyPairSync('ed25519')
const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')

/** What DNS has to hold for `signed` to be good. */
export function recordsOf(domain: string): Record<string, string> {
  return { [`hub._domainkey.${domain}`]: `v=DKIM1; k=ed25519; p=${publicKey}` }
}
export interface Written {
  readonly from?: string
  readonly subject?: string
  readonly body?: string
  readonly messageId?: string
  readonly date?: Date
  /** Further fields, each a whole line without its end. */
  readonly more?: readonly string[]
}
let written = 0
/** The bytes of a mail as its author's program makes them, unsigned. */
export function mailOf({
  from = 'Ann <ann@shop.test>',
  subject = '',
  body = '',
  messageId,
  date,
  more = [],
}: Written): string {
  written += 1
  return [
    `From: ${from}`,
    'To: hub@mail.test',
    `Subject: ${subject}`,
    `Date: ${(date ?? new Date(Date.now() - written * 1_000)).toUTCString()}`,
    `Message-ID: ${messageId ?? `<m${written}.${Date.now()}@shop.test>`}`,
    ...more,
    '',
    body,
    '',
  ].join('\r\n')
}
/** With a real signature of that domain in front. */
export async function signed(
  mail: string,
  domain = 'shop.test',
  options: { headerList?: string[]; maxBodyLength?: number; privateKey?: string; algorithm?: string } = {},
): Promise<string> {
  const one = { signingDomain: domain, selector: 'hub', privateKey, algorithm: 'ed25519-sha256', ...options }
  // Its types want the first signature beside the list, its code in the list.
  const { signatures, errors } = await dkimSign(Buffer.from(mail, 'latin1'), { ...one, signatureData: [one] })
  if (signatures === '') throw new Error(`not signed: ${JSON.stringify(errors)}`)
  return `${signatures}${mail}`
}
