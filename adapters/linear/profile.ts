import type { z } from 'zod'
import type { Profile } from '#contract'
import type { userById } from './documents.ts'

/**
 * What Linear tells about a user. People sign in by a code or link that is mailed to their address, by Google or by SAML, so the address is one
 * they have proven or their company has: https://linear.app/docs/login-methods. Guests see some teams alone: https://linear.app/docs/members-roles
 */
export function profileOf(user: z.output<typeof userById.answer>['user']): Profile {
  const isMember = user.active && user.guest === false && !user.app
  const email = user.app ? null : user.email
  return { name: user.name || user.displayName, isBot: user.app, isMember, ...(email ? { email } : {}) }
}
