import { type Account, type Person, ROLES, type Role, type Standing } from '#contract'

/**
 * What one joined row tells about an account: `workspaces` left join `accounts` left join `people`.
 * `defaultRole` is null where the workspace is not connected; `personId` is null where the account is new to it.
 */
export interface PersonRow {
  readonly defaultRole: string | null
  readonly personId: string | null
  readonly name: string | null
  readonly role: string | null
}

/** 'none' in the table, and any value this version does not know, is no role: what cannot be read must not permit. */
export function roleOf(stored: string | null): Role | null {
  return ROLES.find((role) => role === stored) ?? null
}

/** The role that holds: the person's grant, else the workspace's default, else none. */
export function standingOf(row: PersonRow | null): Standing {
  if (!row || row.defaultRole === null) return { role: null, from: 'unconnected', defaultRole: null }
  const defaultRole = roleOf(row.defaultRole)
  if (row.role !== null) return { role: roleOf(row.role), from: 'grant', defaultRole }
  return { role: defaultRole, from: 'default', defaultRole }
}

/**
 * Does the platform call them otherwise by now? Names move on to others, and a role must not follow one. An account of another platform that
 * somebody has here as well does not rename them.
 */
export function isRenamed(workspace: string, { personId, name }: PersonRow, account: Account, given: string): boolean {
  const isNamed = given !== '' && given !== account.id && given !== name
  return personId !== null && isNamed && workspace.startsWith(`${account.plugin}:`)
}
/** The person of a joined row; null when the account must first be met (`personFor`). */
export function personFromRow(row: PersonRow | null, account: Account, name?: string): Person | null {
  if (!row || row.defaultRole === null) return stranger(account, name)
  if (row.personId === null) return null
  return { id: row.personId, name: row.name ?? account.id, role: standingOf(row).role, account }
}

/** Somebody of another organisation who only shares a place with the workspace: a grant of an admin counts, the default role does not. */
export function foreignPerson(row: PersonRow | null, account: Account, name?: string): Person {
  const { role, from } = standingOf(row)
  if (!row?.personId || from !== 'grant') return stranger(account, name)
  return { id: row.personId, name: row.name ?? account.id, role, account }
}

/** Somebody of a workspace that is not connected: no row is kept of them, and every command is denied. */
function stranger(account: Account, name?: string): Person {
  return { id: `stranger:${account.plugin}:${account.id}`, name: name || account.id, role: null, account }
}
