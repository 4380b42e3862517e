import { defineService } from './define.ts'
import type { Person } from './people.ts'
import type { Service } from './plugin.ts'

/** A question that one person may answer. */
export interface Waiting {
  /** 'WF-12' */
  readonly reference: string
  /** What is asked, in one line. */
  readonly title: string
  /** Command that shows the question with its buttons: 'workflow approve WF-12'. */
  readonly run: string
}
/**
 * What waits for somebody's answer, for a list of all of it: `story list --mine` and the Home tab. A plugin provides it under the first word of its
 * commands, so that whoever lists finds it by the catalog.
 * @example provides: [provide(waitingIn('deploy'), { waitingFor: async (workspace, who, limit) => … })]
 */
export interface WaitingDesk {
  /** Newest first. Only what this person may answer, and nothing that was asked in private elsewhere. */
  waitingFor(workspace: string, who: Person, limit: number): Promise<readonly Waiting[]>
}
export function waitingIn(group: string): Service<WaitingDesk> {
  return defineService<WaitingDesk>(`waiting:${group}`)
}
