import { domainToASCII } from 'node:url'
import { HubError } from '#contract'

/**
 * One plain address: no quotes, comments, names or lists, and nothing that could end a line and begin a header of its own.
 * https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
 */
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const MAX_LOCAL = 64
const MAX_ADDRESS = 254

/** The address as an envelope takes it, its domain in lower case and ASCII; null for what is none. */
export function parseAddress(text: string): string | null {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(0, at))
  if (local.length > MAX_LOCAL || !LOCAL.test(local)) return null
  const domain = domainToASCII(text.slice(at + 1))
  const address = `${local}@${domain}`
  return domain.split('.').every((label) => LABEL.test(label)) && address.length <= MAX_ADDRESS ? address : null
}
export function addressOf(text: string): string {
  const address = parseAddress(text)
  if (address === null)
    throw new HubError(
      'INPUT_INVALID',
      `${JSON.stringify(text.slice(0, 80))} is no mail address: write name@example.com`,
    )
  return address
}
/** Two spellings of one mailbox: servers that tell capitals apart are not met in practice. */
export function sameMailbox(address: string): string {
  return address.toLowerCase()
}
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)
