import type { Place } from '#contract'
import type { Scope } from '../expression/language.ts'
import { fillWords } from '../expression/template.ts'
import type { Ports } from '../ports.ts'
import { readPlace, type Snapshot, samePlace } from '../runs/run.ts'

/** Channels that are bound to a project. */
export async function placesOfProject(workspace: string, project: string, ports: Ports): Promise<readonly Place[]> {
  const bound = await ports.bindings().list(workspace, { project, kind: 'channel' })
  return bound.map(({ plugin, targetWorkspace, target }) => ({
    plugin,
    workspace: targetWorkspace,
    channel: target,
    visibility: 'public',
  }))
}
/** Where a notice goes: the places it names, or where the card stands. */
export async function placesToTell(
  { run }: Snapshot,
  notify: { readonly places: readonly string[]; readonly project?: string | undefined },
  scope: Scope,
  ports: Ports,
): Promise<readonly Place[]> {
  const project =
    notify.project === undefined ? [] : await placesOfProject(run.workspace, fillWords(notify.project, scope), ports)
  const named = [...notify.places.map(readPlace), ...project]
  return distinct(named.length > 0 ? named : run.places)
}
export function distinct(places: readonly Place[]): readonly Place[] {
  return places.filter((place, n) => places.findIndex((other) => samePlace(place, other)) === n)
}
