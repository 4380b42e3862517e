import { defineService } from './define.ts'
import type { Account, Person, Role } from './people.ts'

/** A role that can be given: one of the roles, or none at all, which shuts a person (or everybody without a grant) out. */
export type Grant = Role | 'none'

/** What an account may do in a workspace, and where that comes from. */
export interface Standing {
  readonly role: Role | null
  /** Granted to this person, the workspace's default, or nothing because the hub is not connected to the workspace. */
  readonly from: 'grant' | 'default' | 'unconnected'
  readonly defaultRole: Role | null
}
/** People and their roles. Every question is about one workspace; nothing is cached, so a removed role is gone at the next command. */
export interface Directory {
  standing(workspace: string, account: Account): Promise<Standing>
  /** Names of the people who may grant roles, oldest first. */
  admins(workspace: string): Promise<readonly string[]>
  /** People by account id or by name, whatever its case; several where a name is not unique. */
  find(workspace: string, who: string): Promise<readonly Person[]>
  /** Meets an account the hub has not seen yet; with a role of null where the workspace is not connected. */
  personFor(workspace: string, account: Account, name?: string): Promise<Person>
  /** null takes the grant back, so that the workspace's default holds. Throws CONFLICT rather than leave a workspace that has an admin without one. */
  setRole(workspace: string, personId: string, grant: Grant | null): Promise<void>
  setDefaultRole(workspace: string, grant: Grant): Promise<void>
}
export const directory = defineService<Directory>('directory')

/** How much work lies where, of one workspace. */
export interface Workload {
  readonly waitingJobs: number
  readonly runningJobs: number
  readonly deadJobs: number
  /** Age of the oldest job that waits and is due; null when none does. */
  readonly oldestWaitingMs: number | null
  /** Messages by outbox state, those already sent left out. */
  readonly outbox: Readonly<Record<string, number>>
}
/** What the hub tells about its own running. */
export interface Operations {
  /** The hub's own workspace: its admins own the hub and may grant roles in every other one. */
  readonly home: string
  /** Where the ledger lives, and what that choice does not promise, in words for the operator. */
  readonly mode: { readonly name: string; readonly limits: readonly string[] }
  /** Every adapter the hub knows; `reason` names the missing variable, or what is wrong with one that is on. */
  adapters(): readonly { readonly name: string; readonly on: boolean; readonly reason: string | null }[]
  workload(workspace: string): Promise<Workload>
}
export const operations = defineService<Operations>('operations')
