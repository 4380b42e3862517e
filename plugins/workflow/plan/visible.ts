import { hasEnded, type RunState, readKey, type StepStatus } from './state.ts'

/** Edits of a card while a list is gone through: enough to see it move, not one for each item. */
const STAGES = 20

const CALM: readonly (StepStatus | undefined)[] = [undefined, 'queued', 'running', 'succeeded', 'skipped']
/** Is it of the kind that may show a moment later, together with what follows it? Nobody waits for that, and nothing went wrong. Pure. */
export function isCalm(before: RunState, after: RunState): boolean {
  if (before.status !== after.status) return false
  for (const step of after.steps.values()) {
    const was = before.steps.get(step.key)
    if (was !== step && !(CALM.includes(step.status) && CALM.includes(was?.status))) return false
  }
  return true
}

/** Does a change show on the card? That the job of a step has begun does not, nor does each item of a long list. Pure. */
export function isVisible(before: RunState, after: RunState): boolean {
  let differs = before.status !== after.status
  let isQuiet = false
  for (const step of after.steps.values()) {
    const was = before.steps.get(step.key)
    if (was === step) continue
    if (was?.status === 'queued' && step.status === 'running') isQuiet = true
    else if (readKey(step.key).index === null) differs = true
    else isQuiet = true
  }
  if (differs) return true
  // Nothing but the revision: a voice of several.
  if (!isQuiet) return true
  const [now, then] = [stages(after), stages(before)]
  return [...now].some(([id, stage]) => then.get(id) !== stage)
}
function stages({ steps }: RunState): ReadonlyMap<string, number> {
  const done = new Map<string, number>()
  for (const step of steps.values())
    if (step.key !== step.id && hasEnded(step)) done.set(step.id, (done.get(step.id) ?? 0) + 1)
  return new Map(
    [...done].map(([id, count]) => {
      const list = steps.get(id)?.output
      const total = Array.isArray(list) ? list.length : 1
      return [id, Math.floor((count * STAGES) / Math.max(STAGES, total))]
    }),
  )
}
