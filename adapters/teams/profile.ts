import type { Profile } from '#contract'
import type { Member } from './client.ts'
import { workspaceOf } from './place.ts'

/**
 * What Teams tells about a member of a conversation. `tenantId` and `userRole` say whether they belong to the tenant: people of another one, in a
 * channel that is shared, keep theirs. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
 */
export function profileOf(member: Member, workspace: string): Profile | null {
  if (!member.name) return null
  const email = verifiedAddress(member)
  const isMember =
    member.userRole === 'user' &&
    typeof member.tenantId === 'string' &&
    workspaceOf(member.tenantId) === workspace &&
    !isForeign(member)
  return { name: member.name, isBot: false, isMember, ...(email === null ? {} : { email }) }
}
/** The name of a guest is made of a foreign address: 'ann_partner.com#EXT#@tenant.onmicrosoft.com'. */
function isForeign({ userPrincipalName }: Member): boolean {
  return userPrincipalName?.toLowerCase().includes('#ext#') === true
}
/**
 * The sign-in name counts as verified: an Entra tenant gives out names in domains alone that it has proven to own
 * (https://learn.microsoft.com/entra/fundamentals/add-custom-domain). The `email` of a profile can be set to anybody's:
 * https://learn.microsoft.com/entra/identity-platform/claims-validation#validate-the-subject
 */
function verifiedAddress(member: Member): string | null {
  const name = member.userPrincipalName?.toLowerCase()
  if (!name || member.userRole === 'guest' || isForeign(member)) return null
  return /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/.test(name) ? name : null
}
