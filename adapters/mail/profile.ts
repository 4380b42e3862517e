import type { Profile } from '#contract'
import { parseAddress } from './address.ts'

/**
 * An address is all that is known of its owner. It counts as verified: who gives a command by mail has sent one that the owner's domain vouches
 * for (`sender.ts`), and others are nobody to the hub. https://www.rfc-editor.org/rfc/rfc9989
 */
export function profileOf(accountId: string): Profile | null {
  return parseAddress(accountId) === null ? null : { name: accountId, email: accountId, isBot: false, isMember: true }
}
