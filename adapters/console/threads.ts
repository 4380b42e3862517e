import type { Threads } from '#contract'
import type { Store } from './store.ts'

const MOST = 200

/** What was typed in a thread of the console. */
export function makeThreads(store: () => Store): Threads {
  return {
    async read({ thread }) {
      if (thread === undefined) return []
      const rows = await store().page(thread, MOST)
      return rows
        .filter(({ side }) => side === 'typed')
        .map(({ id, message, createdAt }) => ({
          id,
          author: 'Console',
          text: message.text,
          atMs: createdAt.getTime(),
          url: null,
        }))
    },
  }
}
