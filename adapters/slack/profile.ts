import { z } from 'zod'
import type { Profile } from '#contract'

const text = z.string().optional().catch(undefined)
const flag = z.boolean().optional().catch(undefined)
const schema = z.object({
  name: text,
  real_name: text,
  team_id: text,
  is_bot: flag,
  is_email_confirmed: flag,
  deleted: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  is_invited_user: flag,
  enterprise_user: z.object({ enterprise_id: text }).optional().catch(undefined),
  profile: z.object({ display_name: text, real_name: text, email: text }).optional().catch(undefined),
})

/**
 * What `users.info` tells. An address is there with the scope users:read.email alone, and Slack says whether it was confirmed; an unconfirmed one
 * proves nothing. https://docs.slack.dev/reference/objects/user-object
 */
export function profileOf(user: unknown, workspace: string): Profile | null {
  const parsed = schema.safeParse(user)
  if (!parsed.success) return null
  const { data: u } = parsed
  const name = u.profile?.display_name || u.profile?.real_name || u.real_name || u.name
  if (!name) return null
  const isBot = u.is_bot === true
  const email = u.is_email_confirmed === true && !isBot ? u.profile?.email : undefined
  return { name, isBot, isMember: !isBot && isMember(u, workspace), ...(email ? { email } : {}) }
}
/** Workspace and organisation that somebody belongs to; none where Slack does not say, or says that it is a stranger. */
export function homesOf(user: unknown): readonly string[] {
  const parsed = schema.safeParse(user)
  if (!parsed.success || parsed.data.is_stranger === true) return []
  return [parsed.data.team_id, parsed.data.enterprise_user?.enterprise_id].flatMap((id) => (id ? [id] : []))
}
/**
 * Guests are restricted. `is_stranger` is false for people of other companies in a channel that the app sees, so the team must be ours, or in an
 * organization ours: https://docs.slack.dev/apis/slack-connect
 */
function isMember(u: z.output<typeof schema>, workspace: string): boolean {
  const homes = homesOf(u).map((id) => `slack:${id}`)
  const isOut = [u.deleted, u.is_restricted, u.is_ultra_restricted, u.is_stranger, u.is_invited_user].includes(true)
  return homes.includes(workspace) && !isOut
}
