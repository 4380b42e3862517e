import type { Log } from '#contract'
import type { LinearClient } from './client.ts'
import { react } from './documents.ts'
import { idFor } from './mark.ts'

const TIMEOUT_MS = 10_000

export interface Signals {
  /** Shows whoever wrote it that it was read. Only a courtesy: the result itself goes through the ledger. */
  seen(commentId: string): void
}
/** A pair of eyes on what was read, instead of a comment that says so. */
export function createSignals(client: LinearClient, log: Log): Signals {
  return {
    seen(commentId) {
      client
        .call(
          react,
          { input: { id: idFor(`seen ${commentId}`), commentId, emoji: 'eyes' } },
          { what: 'reaction', signal: AbortSignal.timeout(TIMEOUT_MS) },
        )
        .catch((error: Error) => log.info({ error: error.message }, 'Linear acknowledgement was not shown'))
    },
  }
}
