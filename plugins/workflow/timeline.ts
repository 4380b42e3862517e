import { brief } from './expression/brief.ts'
import { isOver, readKey, type StepState } from './plan/state.ts'
import type { Snapshot, Transition } from './runs/run.ts'

/** What happened, one line each, in the order it did. `names`: of the accounts in it, as far as they are known. Pure. */
export function timelineText(
  { state, run }: Snapshot,
  journal: readonly Transition[],
  names: ReadonlyMap<string, string>,
): string {
  const from = journal[0]?.at ?? run.createdAt
  const nameOf = (key: string) => (key === run.startedBy.key ? run.startedBy.name : (names.get(key) ?? key))
  const lines = journal.map(({ at, step, attempt, status, note, by }) => {
    const after = ((at.getTime() - from.getTime()) / 1_000).toFixed(1).padStart(8)
    const again = attempt !== null && attempt > 1 ? ` (attempt ${attempt})` : ''
    const who = by ? ` · ${nameOf(by)}` : ''
    // The line of the step says where it was; that of the run says why.
    const why = note ? `: ${step === null ? brief(note) : note.split('\n', 1)[0]}` : ''
    return `${after} s  ${step ?? run.name}${again} ${status}${why}${who}`
  })
  const began = `${from.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return [
    `${run.name} · ${state.about.reference} · ${state.status} · version ${run.version}`,
    `started ${began} by ${run.startedBy.name}`,
    ...lines,
  ].join('\n')
}

/** A flow chart of the steps with their states. Names of steps hold nothing that Mermaid could read as its own. */
export function timelineMermaid({ definition, state }: Snapshot): string {
  const lines = ['flowchart TD']
  for (const [id, step] of Object.entries(definition.steps)) {
    const status = state.steps.get(id)?.status ?? 'ahead'
    lines.push(`  s_${id}["${id}<br/>${status}"]:::${status}`)
    for (const need of step.needs) lines.push(`  s_${need} --> s_${id}`)
  }
  const colours: Readonly<Record<string, string>> = {
    succeeded: 'fill:#d1f0d8,stroke:#1a7f37',
    failed: 'fill:#ffd8d3,stroke:#cf222e',
    running: 'fill:#d6e9ff,stroke:#0969da',
    waiting: 'fill:#fff3c4,stroke:#9a6700',
  }
  for (const [status, style] of Object.entries(colours)) lines.push(`  classDef ${status} ${style}`)
  return lines.join('\n')
}

/** Everything, for programs. */
export function timelineJson({ run, state }: Snapshot, journal: readonly Transition[]): string {
  const stepOf = ({ key, status, attempt, output, error, order }: StepState) => ({
    key,
    status,
    attempt,
    output,
    error,
    order,
  })
  const { status, outcome, reason, inputs, event } = state
  return JSON.stringify(
    {
      reference: state.about.reference,
      workflow: run.name,
      version: run.version,
      trigger: run.trigger,
      startedBy: run.startedBy,
      status,
      outcome,
      reason,
      over: isOver(status),
      inputs,
      event,
      steps: [...state.steps.values()].filter(({ key }) => !readKey(key).isUndo).map(stepOf),
      undone: [...state.steps.values()].filter(({ key }) => readKey(key).isUndo).map(stepOf),
      transitions: journal.map(({ at, ...one }) => ({ ...one, at: at.toISOString() })),
    },
    null,
    1,
  )
}
