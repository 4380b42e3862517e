import type { DeploymentState, Place } from '#contract'
import type { Desk } from '../desk.ts'
import type { Filter } from '../model.ts'
import type { Row } from '../rows.ts'
import { quietForMs } from '../subscriptions/quiet.ts'
import { placeKeyOf, type Subscription } from '../subscriptions/store.ts'

export const DEPLOYS = 'deploys'
const MOST_PLACES = 100
const MOST_PULLS = 5
/** Whoever wants to hear of failures wants to hear that something was taken back. */
const AS_FAILED: ReadonlySet<DeploymentState> = new Set(['failed', 'rolled-back'])

export interface Shown {
  readonly placeKey: string
  readonly place: Place
}
export interface Spread {
  /** Where the card stands already or may stand at once. */
  readonly now: readonly Shown[]
  /** Where it is quiet. */
  readonly later: readonly { readonly placeKey: string; readonly delayMs: number }[]
}

export function matches({ environment, states }: Filter, row: Pick<Row, 'environment' | 'state'>): boolean {
  if (environment !== null && environment !== row.environment) return false
  if (states === null) return true
  return states.includes(row.state) || (states.includes('failed') && AS_FAILED.has(row.state))
}

/** Every place that shows this deployment: where it was asked for, who subscribed, the project's channels, its pull requests. */
export async function placesFor(desk: Desk, row: Row, nowMs: number): Promise<Spread> {
  const { workspace, number } = row
  const now = new Map((await desk.subscriptions().cards(workspace, number)).map((one) => [one.placeKey, one.place]))
  const later = new Map<string, number>()
  const add = (place: Place) => {
    const placeKey = placeKeyOf(place)
    if (!now.has(placeKey) && now.size < MOST_PLACES) now.set(placeKey, place)
  }
  for (const place of [...(await channelsOf(desk, row)), ...(await pullsOf(desk, row))]) add(place)
  for (const one of await desk.subscriptions().list(workspace, DEPLOYS)) {
    if (now.has(one.placeKey) || !matches(one.filter, row)) continue
    const delayMs = quietForMs(one, nowMs)
    if (delayMs > 0) later.set(one.placeKey, delayMs)
    else add(one.place)
  }
  return {
    now: [...now].map(([placeKey, place]) => ({ placeKey, place })),
    // Of two subscriptions of one place that which speaks wins.
    later: [...later].filter(([key]) => !now.has(key)).map(([placeKey, delayMs]) => ({ placeKey, delayMs })),
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
/** The subscription that made a place wait, as it stands when the wait is over. */
export function stillWanted(subscriptions: readonly Subscription[], placeKey: string, row: Row): Subscription | null {
  return subscriptions.find((one) => one.placeKey === placeKey && matches(one.filter, row)) ?? null
}
