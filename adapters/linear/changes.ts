import type { IssueChanged } from '#contract'
import { hashOf } from './criteria.ts'
import { type Identity, isSelf } from './identity.ts'
import type { Marker } from './mark.ts'
import type { IssueEvent } from './payloads.ts'
import { locateSection, withoutSection } from './section.ts'

/** Linear's names of what changed, in the hub's. */
const NAMES: Readonly<Record<string, string>> = {
  title: 'title',
  stateId: 'status',
  labelIds: 'labels',
  parentId: 'parent',
  teamId: 'project',
  projectId: 'project',
  assigneeId: 'assignee',
  priority: 'priority',
}
export interface Change {
  readonly change: IssueChanged['change']
  readonly changed: readonly string[]
  readonly own: boolean
}

/** What a delivery about an issue means; null where nothing of it concerns anybody here. */
export function changeOf(marker: Marker, identity: Identity | null, event: IssueEvent): Change | null {
  const { action, data, updatedFrom, actor } = event
  const self = isSelf(identity, actor)
  if (action === 'remove') return { change: 'deleted', changed: [], own: self }
  if (action === 'restore') return { change: 'restored', changed: [], own: self }
  if (action === 'create') return { change: 'created', changed: [], own: self && isUntouched(marker, data) }
  if (action !== 'update') return null
  const from = formerValues(updatedFrom ?? {}, data)
  if ('trashed' in from || 'archivedAt' in from) {
    const gone = data.trashed === true || (data.archivedAt ?? null) !== null
    return { change: gone ? 'deleted' : 'restored', changed: [], own: self }
  }
  const changed = Object.keys(from).flatMap((name) => NAMES[name] ?? [])
  const texts = 'description' in from ? textChanges(marker, data, from.description) : []
  const all = [...new Set([...changed, ...texts])]
  if (all.length === 0) return null
  // By actor and by mark: a person who owns the key edits under the same name, and another bot writes no mark of ours.
  const own = self && all.join() === 'section' && isUntouched(marker, data)
  return { change: changed.includes('project') ? 'moved' : 'updated', changed: all, own }
}
/** Whoever tells the whole former issue tells what did not change, too: a plain value that still holds is no change. Lists come in any order. */
function formerValues(from: Readonly<Record<string, unknown>>, data: Data): Record<string, unknown> {
  const held = ([name, value]: [string, unknown]) => name in data && value === data[name]
  return Object.fromEntries(Object.entries(from).filter((entry) => !held(entry)))
}
type Data = IssueEvent['data']
const located = (marker: Marker, { id, description }: Pick<Data, 'id' | 'description'>, text: unknown = description) =>
  locateSection(marker, id, typeof text === 'string' ? text : '', null)

function textChanges(marker: Marker, data: Data, former: unknown): readonly string[] {
  const [before, now] = [located(marker, data, former ?? ''), located(marker, data)]
  const old = typeof former === 'string' ? former : ''
  return [
    ...(withoutSection(old, before) === withoutSection(data.description ?? '', now) ? [] : ['body']),
    ...(JSON.stringify(before?.criteria) === JSON.stringify(now?.criteria) && before?.mark?.hash === now?.mark?.hash
      ? []
      : ['section']),
  ]
}
/** The section says what the hub wrote: its mark carries the hash of what stands there. */
export function isUntouched(marker: Marker, data: Pick<Data, 'id' | 'description'>): boolean {
  const now = located(marker, data)
  return now !== null && now.mark !== null && now.mark.hash === hashOf(now.criteria)
}
