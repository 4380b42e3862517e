/** Roles, each including the ones before it. People of a connected workspace get its default role; anyone else has none. */
export const ROLES = ['viewer', 'member', 'maintainer', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** A login on one platform. `plugin` is the adapter's name, `id` the platform's own id, opaque to the hub. */
export interface Account {
  readonly plugin: string
  readonly id: string
}
/** What a platform tells about an account. `email` only when the platform has verified it. */
export interface Profile {
  readonly name: string
  readonly email?: string
  readonly isBot: boolean
  /** An active account that belongs to its workspace: no guest, nobody who only shares a channel, not deactivated. Absent: the platform does not say. */
  readonly isMember?: boolean
}
/** Somebody the hub knows. `role` is null for a stranger: every command is denied to them. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly role: Role | null
  readonly account: Account
}
/** Does `role` include `least`? */
export function roleIncludes(role: Role | null, least: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(least)
}
