import { type RunArtifact, type RunArtifacts, runArtifacts } from '#contract'
import { type Definition, kindOf } from './definition/schema.ts'
import type { RunState } from './plan/state.ts'

/** As many as go from a run into the one that waits for it. */
const MOST = 200

/**
 * What the runs of a code host left behind for which steps of this run waited: those of steps that failed first, since they hold the reports that
 * people look for. Only what tasks say counts, itself or through a workflow; a model or an address cannot name any. Pure.
 */
export function artifactsOf(definition: Definition, { steps }: Pick<RunState, 'steps'>): RunArtifacts {
  const found = new Map<string, RunArtifact>()
  let unlisted = 0
  const order = [...steps.values()].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'))
  for (const { id, output } of order) {
    const step = definition.steps[id]
    const kind = step && kindOf(step)
    if ((kind !== 'task' && kind !== 'workflow') || typeof output !== 'object' || output === null) continue
    const said = runArtifacts.safeParse(output).data
    if (!said) continue
    unlisted += Math.max(0, said.artifactCount - said.artifacts.length)
    for (const one of said.artifacts) found.set(one.url, one)
  }
  return { artifacts: [...found.values()].slice(0, MOST), artifactCount: found.size + unlisted }
}
