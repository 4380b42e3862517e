import { isOver } from '../plan/state.ts'
import type { Snapshot } from './run.ts'

const MAX_RUNS = 100

/** Runs as this process last stored them, so that none of a thousand items reads all others again. Another process may have changed one since. */
export function createRecent() {
  const runs = new Map<string, Snapshot>()
  return {
    /** The run at exactly this revision, which the caller has read from its row. */
    at(id: string, revision: number): Snapshot | null {
      const found = runs.get(id)
      return found?.run.revision === revision ? found : null
    },
    keep(snapshot: Snapshot): void {
      runs.delete(snapshot.run.id)
      if (!isOver(snapshot.state.status)) runs.set(snapshot.run.id, snapshot)
      const [oldest] = runs.keys()
      if (runs.size > MAX_RUNS && oldest !== undefined) runs.delete(oldest)
    },
  }
}
