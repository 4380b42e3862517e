import { isOver } from '../plan/state.ts'
import type { Snapshot } from './run.ts'

const MAX_RUNS = 500
const MAX_STEPS = 20_000

/** Runs as this process last stored or read them, so that none of a thousand items reads all others again. Another process may have changed one since. */
export function createRecent() {
  const runs = new Map<string, Snapshot>()
  let steps = 0
  const drop = (id: string): void => {
    steps -= runs.get(id)?.state.steps.size ?? 0
    runs.delete(id)
  }
  return {
    at(workspace: string, id: string): Snapshot | null {
      const found = runs.get(id)
      return found?.run.workspace === workspace ? found : null
    },
    keep(snapshot: Snapshot): void {
      const { id, revision } = snapshot.run
      if ((runs.get(id)?.run.revision ?? 0) > revision) return
      drop(id)
      if (isOver(snapshot.state.status)) return
      runs.set(id, snapshot)
      steps += snapshot.state.steps.size
      for (const oldest of runs.keys()) {
        if (runs.size <= MAX_RUNS && (steps <= MAX_STEPS || runs.size === 1)) break
        drop(oldest)
      }
    },
  }
}
export type Recent = ReturnType<typeof createRecent>
