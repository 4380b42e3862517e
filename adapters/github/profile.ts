import { z } from 'zod'
import type { Profile } from '#contract'

const schema = z.object({
  login: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  suspended_at: z.string().nullish().catch('unknown'),
})
/** Where an administrator sets addresses and nobody proves them: GitHub Enterprise Server, and enterprises whose accounts are all managed. */
const MANAGED_HOST = /\/api\/v3$|\.ghe\.com$/i

/**
 * What `GET /user/{id}` tells. The address is the one that its owner made public, which GitHub lets them choose among those they have verified:
 * https://docs.github.com/en/rest/users/users#get-a-user. Not so for managed users, whose addresses come from their enterprise and are not
 * verified; the underscore in their names is in no other: https://docs.github.com/en/account-and-profile/reference/email-addresses-reference,
 * https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
 */
export function profileOf(user: unknown, apiUrl: string): Profile | null {
  const parsed = schema.safeParse(user)
  if (!parsed.success) return null
  const { login, name, type, email, suspended_at } = parsed.data
  const shown = name || login
  if (!shown) return null
  const isPerson = type === 'User'
  const isVerified = isPerson && login !== undefined && !login.includes('_') && !MANAGED_HOST.test(apiUrl)
  // Of those who comment, only people who belong to the owner of the repository are heard at all.
  const isMember = isPerson && !suspended_at
  return { name: shown, isBot: type === 'Bot', isMember, ...(isVerified && email ? { email } : {}) }
}
