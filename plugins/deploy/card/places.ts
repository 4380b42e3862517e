import type { DeploymentState, Place } from '#contract'
import type { Desk } from '../desk.ts'
import type { Group } from '../groups/store.ts'
import type { Filter } from '../model.ts'
import type { Row } from '../rows.ts'
import { onceKeyOf } from '../subscriptions/once.ts'
import { quietForMs } from '../subscriptions/quiet.ts'
import { placeKeyOf } from '../subscriptions/store.ts'
import { storyIssues } from './issues.ts'

export const DEPLOYS = 'deploys'
const MOST_PLACES = 100
const MOST_PULLS = 5
/** Whoever wants to hear of failures wants to hear that something was taken back. */
const AS_FAILED: ReadonlySet<DeploymentState> = new Set(['failed', 'rolled-back'])

export interface Spread {
  /** Where the card stands already or may stand at once. */
  readonly now: readonly Place[]
  /** Where it waits: for the end of quiet hours, or for others. */
  readonly later: readonly { readonly placeKey: string; readonly place: Place; readonly delayMs: number }[]
  /** Messages about several deployments that this one is part of. */
  readonly groups: readonly Group[]
}

export function matches(
  { environment, states, service }: Filter,
  row: Pick<Row, 'environment' | 'state' | 'service'>,
): boolean {
  if (environment !== null && environment !== row.environment) return false
  if (service !== undefined && service !== row.service) return false
  if (states === null) return true
  return states.includes(row.state) || (states.includes('failed') && AS_FAILED.has(row.state))
}

/** Every place that shows this deployment: where it was asked for, who subscribed, the project's channels, its pull requests and issues. */
export async function placesFor(desk: Desk, row: Row, nowMs: number): Promise<Spread> {
  const { workspace, number } = row
  const now = new Map((await desk.subscriptions().cards(workspace, number)).map((one) => [one.placeKey, one.place]))
  const groups = await desk.groups().of(workspace, number)
  const open = new Set(groups.filter((group) => group.closedAt === null).map((group) => group.placeKey))
  const closed = new Set(groups.filter((group) => group.closedAt !== null).map((group) => group.placeKey))
  const later = new Map<string, { readonly place: Place; readonly delayMs: number }>()
  const add = (place: Place) => {
    const placeKey = placeKeyOf(place)
    if (!now.has(placeKey) && now.size < MOST_PLACES) now.set(placeKey, place)
  }
  for (const place of await channelsOf(desk, row)) add(place)
  for (const place of [...(await pullsOf(desk, row)), ...(await storyIssues(desk, row))]) add(place)
  for (const one of await desk.subscriptions().list(workspace, DEPLOYS)) {
    const { placeKey, place, filter } = one
    if (now.has(placeKey) || closed.has(placeKey) || !matches(filter, row)) continue
    const onceKey = onceKeyOf(one, row)
    if (onceKey !== null && !(await desk.groups().claim(workspace, placeKey, onceKey, number))) continue
    const delayMs = Math.max(quietForMs(one, nowMs), (one.groupMinutes ?? 0) * 60_000)
    // What waits already goes on waiting: its group is about to be shown.
    if (delayMs > 0 || open.has(placeKey)) later.set(placeKey, { place, delayMs })
    else add(place)
  }
  return {
    now: [...now.values()],
    // Of two subscriptions of one place that which speaks wins.
    later: [...later].flatMap(([placeKey, wait]) => (now.has(placeKey) ? [] : [{ placeKey, ...wait }])),
    groups: groups.filter(({ shownAt, placeKey }) => shownAt !== null && !now.has(placeKey)),
  }
}

async function channelsOf(desk: Desk, { workspace, project }: Row): Promise<Place[]> {
  if (project === null) return []
  const bound = await desk.bindings().list(workspace, { project, kind: 'channel' })
  return bound.map(({ plugin, targetWorkspace, target }) => ({
    plugin,
    workspace: targetWorkspace,
    channel: target,
    visibility: 'team',
  }))
}
async function pullsOf(desk: Desk, { workspace, repository, commits, sha }: Row): Promise<Place[]> {
  if (repository === null) return []
  const shas = [...commits.map((c) => c.sha), ...(sha === null ? [] : [sha])]
  return desk.commits().pulls(workspace, repository, shas, MOST_PULLS)
}
