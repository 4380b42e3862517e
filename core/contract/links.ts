import { defineService } from './define.ts'
import type { Account, Role } from './people.ts'

/** An account in the workspace where the hub met it. */
export interface WorkspaceAccount {
  readonly workspace: string
  readonly account: Account
}
/** An account of the same human. `isProven` false: joined by a verified e-mail address alone, and no challenge was answered. */
export interface JoinedAccount extends WorkspaceAccount {
  readonly isProven: boolean
}
/** The most that an account which was joined by e-mail alone may do for its human: whoever administers a tenant may set the addresses in it. */
export const UNPROVEN_ROLE: Role = 'member'
/**
 * Accounts that one human has proven to be theirs. A link says who somebody is and gives no rights: in each workspace the role stays what was
 * granted to the account there, so no link can raise it.
 */
export interface Links {
  /** A code to type as the other account: signed, good once, for ten minutes. Throws CONFLICT while five are open, and FORBIDDEN for a bot. */
  challenge(who: WorkspaceAccount, name: string): Promise<{ readonly code: string; readonly minutes: number }>
  /** Answers a challenge and returns the account that asked. Throws INPUT_INVALID for any code that does not hold, CONFLICT after five of them. */
  answer(who: WorkspaceAccount, code: string, jobId: string): Promise<WorkspaceAccount>
  /** All accounts of this human, oldest link first, their own included; that one alone when nothing is linked. */
  of(who: WorkspaceAccount): Promise<readonly WorkspaceAccount[]>
  /**
   * Those and the ones that a verified e-mail address joined (HUB_LINK_EMAIL_DOMAINS). For what only restricts, such as "not the same human twice",
   * and for showing; power is proven by `of`.
   */
  joined(who: WorkspaceAccount): Promise<readonly JoinedAccount[]>
  /** Takes accounts out again, and for good as far as e-mail is concerned; `gone` is '<plugin>:<id>'. Returns what was taken out. */
  unlink(who: WorkspaceAccount, gone: string): Promise<readonly WorkspaceAccount[]>
}
export const links = defineService<Links>('links')
