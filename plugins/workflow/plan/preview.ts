import { type Definition, kindOf, type Step } from '../definition/schema.ts'

/** Steps that can run at the same time, in order. */
function waves({ steps }: Definition): readonly (readonly string[])[] {
  const level = new Map<string, number>()
  const levelOf = (id: string): number => {
    const known = level.get(id)
    if (known !== undefined) return known
    const found = (steps[id]?.needs ?? []).reduce((most, need) => Math.max(most, levelOf(need) + 1), 0)
    level.set(id, found)
    return found
  }
  const all: string[][] = []
  for (const id of Object.keys(steps)) {
    const n = levelOf(id)
    all[n] = [...(all[n] ?? []), id]
  }
  return all
}

/** What a run would do, without doing it. */
export function planText(definition: Definition): string {
  const lines = waves(definition).flatMap((ids, n) => [
    `${n + 1}.${ids.length > 1 ? ` (${ids.length} at once)` : ''}`,
    ...ids.map((id) => {
      const step = definition.steps[id]
      return step ? `   ${id}: ${about(step)}` : `   ${id}`
    }),
  ])
  return lines.join('\n')
}
function about(step: Step): string {
  const what: Readonly<Record<ReturnType<typeof kindOf>, string>> = {
    task: `does ${step.task}`,
    gate: `goes on if ${step.gate}`,
    approval: `asks ${step.approval?.approvers.join(', ')}`,
    wait: `waits for ${step.wait?.event}`,
    delay: `waits ${step.delay}`,
    workflow: `runs ${step.workflow}`,
    model: 'asks the model',
    http: `calls ${step.http?.method} ${step.http?.url}`,
    notify: 'tells people',
  }
  const parts = [
    what[kindOf(step)],
    ...(step.needs.length > 0 ? [`after ${step.needs.join(', ')}`] : []),
    ...(step.when === 'success' ? [] : [step.when === 'failure' ? 'only when something failed' : 'in any case']),
    ...(step.if === undefined ? [] : [`if ${step.if}`]),
    ...(step.forEach === undefined ? [] : [`for each of ${step.forEach}, ${step.concurrency} at once`]),
    ...(step.retry ? [`up to ${step.retry.attempts} attempts`] : []),
    ...(step.compensate ? [`taken back by ${step.compensate.task ?? step.compensate.workflow}`] : []),
  ]
  return parts.join('; ')
}
