import { settle } from '../../plugins/workflow/plan/settle.ts'
import type { RunState } from '../../plugins/workflow/plan/state.ts'
import type { Snapshot } from '../../plugins/workflow/runs/run.ts'

/** A run that just began, as the store would give it: its first steps are ready. */
export function begunRun(definition: Snapshot['definition'], id: string, reference: string): Snapshot {
  const pending: RunState = {
    ...{ status: 'running', outcome: null, reason: null, inputs: {}, event: null, started: 0, steps: new Map() },
    about: { reference, workflow: definition.name, by: 'Ada' },
  }
  return { run: runOf(definition.name, id), definition, state: settle(definition, pending).state }
}
function runOf(name: string, id: string): Snapshot['run'] {
  return {
    workspace: 'chat:T1',
    id,
    number: 1,
    name,
    version: 'v',
    trigger: 'command',
    startedBy: { key: 'chat:ada', name: 'Ada' },
    places: [],
    concurrencyKey: null,
    parent: null,
    depth: 0,
    rerunOf: null,
    revision: 1,
    createdAt: new Date(0),
    finishedAt: null,
  }
}
