import { defineService } from './define.ts'
import type { Message } from './message.ts'
import type { Account } from './people.ts'
import type { Place } from './place.ts'

/** Something that was looked for. */
export interface Found {
  /** 'ST-12 · Pay with a saved card' */
  readonly title: string
  /** One short line: 'draft · v2'. */
  readonly note: string
  /** What is put into the conversation when somebody chooses it. */
  readonly card: Message
}
/**
 * Looks things up while a person types, for platforms whose answer is due at once and cannot be a job. Reads, and nothing else.
 * @example provides: [provide(finder, { find: async ({ workspace, words, limit }) => … })]
 */
export interface Finder {
  /**
   * Newest first; without words the newest of all. Only what this person may see, and nothing that this place should not show.
   * Throws FORBIDDEN, with the cure, for somebody who may see nothing.
   */
  find(asked: {
    readonly workspace: string
    readonly who: Account
    /** Where they type: what they find is likely to be shown there. */
    readonly place: Place
    readonly words: string
    /** At most 25. */
    readonly limit: number
  }): Promise<readonly Found[]>
}
export const finder = defineService<Finder>('finder')
