import type { Context, Json, Place } from '#contract'
import type { Loaded } from './definition/load.ts'
import { fillWords } from './expression/template.ts'
import { follow } from './follow.ts'
import { readInputs } from './inputs.ts'
import { cancelJob } from './jobs.ts'
import type { RunState } from './plan/state.ts'
import type { Ports } from './ports.ts'
import { type Author, lasting, type NewRun, type Run, readPlace, type Snapshot, type TriggerKind } from './runs/run.ts'
import { distinct, placesOfProject } from './steps/places.ts'

export interface Start {
  readonly found: Loaded
  readonly inputs: Readonly<Record<string, unknown>>
  readonly event: Json
  readonly trigger: TriggerKind
  /** The same key again finds the run made before. */
  readonly startKey: string
  readonly startedBy: Author
  readonly places: readonly Place[]
  readonly parent?: Run['parent']
  readonly depth?: number
  readonly rerunOf?: string
  readonly done?: RunState['steps']
}

/** Makes a run and sets it going. @throws HubError INPUT_INVALID for wrong inputs, CONFLICT where its group takes one run alone */
export async function startRun(start: Start, ctx: Context, ports: Ports): Promise<Snapshot> {
  const { definition, version, source } = start.found
  const inputs = readInputs(definition, start.inputs)
  const { workspace } = ctx
  const scope = { inputs, event: start.event, run: { workflow: definition.name, by: start.startedBy.name }, steps: {} }
  const group = definition.concurrency
  const key = group ? `${definition.name}: ${fillWords(group.group, scope)}`.slice(0, 300) : null
  const project =
    definition.project === undefined
      ? []
      : await placesOfProject(workspace, fillWords(definition.project, scope), ports)
  const made: NewRun = {
    workspace,
    startKey: start.startKey,
    definition,
    version,
    source,
    inputs,
    event: start.event,
    trigger: start.trigger,
    startedBy: start.startedBy,
    places: distinct([...start.places.map(lasting), ...definition.places.map(readPlace), ...project]),
    concurrency: key !== null && group ? { key, then: group.then } : null,
    parent: start.parent ?? null,
    depth: start.depth ?? 0,
    rerunOf: start.rerunOf ?? null,
    done: start.done ?? new Map(),
  }
  const changed = await ports.runs().create(made)
  if (key !== null && group?.then === 'cancel')
    for (const { id, number } of await ports.runs().inGroup(workspace, key))
      if (number < changed.snapshot.run.number)
        await ctx.enqueue(
          cancelJob,
          { run: id, reason: `${changed.snapshot.state.about.reference} took its place` },
          { key: `${id}:overtaken`, workspace },
        )
  await follow(changed, ctx, ports)
  return changed.snapshot
}
