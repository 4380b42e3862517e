import { type Context, HubError, roleIncludes } from '#contract'
import { descendantsOf } from './definition/graph.ts'
import type { Loaded } from './definition/load.ts'
import type { Definition } from './definition/schema.ts'
import { isOver, type RunState, type StepState } from './plan/state.ts'
import type { Ports } from './ports.ts'
import type { Snapshot } from './runs/run.ts'
import { startRun } from './start.ts'

/**
 * A new run that keeps what the old one achieved. The old one stays as it was. With the newest version a step is kept where it exists there too and
 * everything before it was kept.
 */
export async function rerun(
  { run, definition, state }: Snapshot,
  from: { readonly step: string | null; readonly latest: boolean },
  ctx: Context,
  ports: Ports,
): Promise<Snapshot> {
  if (!isOver(state.status))
    throw new HubError('CONFLICT', `${state.about.reference} is still under way: cancel it first`)
  const found = from.latest ? await ports.catalogue.find(ctx.workspace, run.name) : await sameVersion()
  const next = found.definition
  mustStart(next)
  if (from.step !== null && !next.steps[from.step])
    throw new HubError(
      'INPUT_INVALID',
      `${run.name} has no step called ${from.step}: it has ${Object.keys(next.steps).join(', ')}`,
    )
  const { actor } = ctx
  return startRun(
    {
      found,
      inputs: withoutEmpty(state.inputs),
      event: state.event,
      trigger: 'rerun',
      startKey: `command:${ctx.jobId}`,
      startedBy: { key: `${actor.account.plugin}:${actor.account.id}`, name: actor.name },
      places: run.places.length > 0 ? run.places : ctx.place ? [ctx.place] : [],
      rerunOf: run.id,
      done: kept(state, next, from.step),
    },
    ctx,
    ports,
  )

  function mustStart({ allow }: Definition): void {
    if (!roleIncludes(ctx.actor.role, allow))
      throw new HubError('FORBIDDEN', `${run.name} can be started by every ${allow}`)
  }
  /** What the workflow says today binds here too: an older version is no way around an approval that was added since. */
  async function sameVersion(): Promise<Loaded> {
    const newest = await ports.catalogue.find(ctx.workspace, run.name).catch(unlessGone)
    if (newest) mustStart(newest.definition)
    if (newest?.version !== run.version && !roleIncludes(ctx.actor.role, 'maintainer'))
      throw new HubError('FORBIDDEN', newest ? sayChanged() : sayGone())
    const source = await ports.runs().source(run.workspace, run.version)
    return { definition, version: run.version, source: source ?? '' }
  }
  function sayChanged(): string {
    const line = ['/workflow rerun', state.about.reference, ...(from.step === null ? [] : [from.step]), '--latest']
    return `${run.name} was changed since ${state.about.reference}: run it again as it is now with ${line.join(' ')}, or ask a maintainer for the old version`
  }
  function sayGone(): string {
    return `${run.name} is not there any more: a maintainer can run it again as it was in ${state.about.reference}`
  }
}
/** Deleted from its folder, or not valid here any more. */
function unlessGone(error: unknown): null {
  if (error instanceof HubError && (error.code === 'NOT_FOUND' || error.code === 'INPUT_INVALID')) return null
  throw error
}
const withoutEmpty = (inputs: RunState['inputs']): Readonly<Record<string, unknown>> =>
  typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs)
    ? Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null))
    : {}

/** Steps whose result stands: they succeeded or were not wanted, were not taken back, and nothing before them is done again. Pure. */
function kept(state: RunState, next: Definition, step: string | null): ReadonlyMap<string, StepState> {
  const again = step === null ? new Set<string>() : descendantsOf(next, step)
  const stands = new Map<string, StepState>()
  const keeps = (id: string): boolean => {
    if (stands.has(id)) return true
    const now = state.steps.get(id)
    const spec = next.steps[id]
    if (!now || !spec || again.has(id) || state.steps.has(`${id}:undo`)) return false
    // What somebody approved they approved of that run.
    if (spec.approval || (now.status !== 'succeeded' && now.status !== 'skipped')) return false
    if (!spec.needs.every(keeps)) return false
    stands.set(id, now)
    return true
  }
  for (const id of Object.keys(next.steps)) keeps(id)
  return stands
}
