import { HubError } from '#contract'
import type { RunState } from '../plan/state.ts'
import { type Change, type Changed, changedBy, changeOf, unchanged } from './apply.ts'
import type { Recent } from './recent.ts'
import type { Snapshot } from './run.ts'

/** Something that happened to a run, and depends on nothing but its state. */
interface Happening {
  readonly workspace: string
  readonly run: string
  /** Sees the state of this moment and says what became of it, or null for nothing. */
  readonly alter: (now: Snapshot) => RunState | null
  /** Does whoever reports this see to what follows? That the work of a step has begun leads to nothing. */
  readonly leads: boolean
}
interface AdvanceDeps {
  readonly recent: Recent
  load(workspace: string, run: string): Promise<Snapshot | null>
  /** Stores changes of runs that nobody changed since, and asks whether others are as they were. Returns the revisions of all that are. */
  store(changes: readonly Change[], looked: readonly Snapshot[]): Promise<ReadonlyMap<string, number>>
  /** The same for one run that is held meanwhile. */
  change(workspace: string, run: string, by: null, alter: (now: Snapshot) => RunState | null): Promise<Changed>
}
interface Waiting extends Happening {
  readonly done: (changed: Changed) => void
  readonly failed: (error: unknown) => void
}
/** What happened to one run, as it comes out on the state that this process knows. */
interface Group {
  readonly workspace: string
  readonly run: string
  readonly waiting: readonly Waiting[]
}
const MAX_RUNS = 100
/** Statements under way at once. */
const WIDTH = 2
const TRIES = 2

/**
 * Stores what happens to runs: everything that waits goes into one statement, and what happened to one run is planned for once. So a fan-out of a
 * thousand steps does not plan and write a thousand times, and fifty runs side by side pay for one way to the database. Each change counts only on
 * the revision that it was worked out from; where another process was faster it is worked out again.
 */
export function createAdvance(deps: AdvanceDeps) {
  const waiting = new Map<string, Waiting[]>()
  const busy = new Set<string>()
  let running = 0
  let isPlanned = false

  const flush = (): void => {
    isPlanned = false
    while (running < WIDTH) {
      const free = [...waiting].filter(([key]) => !busy.has(key)).slice(0, MAX_RUNS)
      const groups = free.flatMap(([, list]) => (list[0] ? [{ ...list[0], waiting: list }] : []))
      if (groups.length === 0) return
      for (const [key] of free) {
        waiting.delete(key)
        busy.add(key)
      }
      running += 1
      void storeAll(groups).finally(() => {
        running -= 1
        for (const [key] of free) busy.delete(key)
        plan()
      })
    }
  }
  // At the end of this turn of the event loop: what the same turn read from other sockets goes along.
  const plan = (): void => {
    if (isPlanned || waiting.size === 0) return
    isPlanned = true
    setImmediate(flush)
  }

  async function storeAll(all: readonly Group[]): Promise<void> {
    let groups = all
    try {
      for (let tries = 0; tries < TRIES && groups.length > 0; tries++) groups = await storeOnce(groups, tries > 0)
    } catch (error) {
      // Whether it was stored is not known: jobs that are repeated see to everything that may have followed.
      if (!isOwnFault(error)) return fail(groups, error)
    }
    await Promise.all(groups.map((group) => holdAndStore(group)))
  }
  /** Returns what others changed or hold. */
  async function storeOnce(groups: readonly Group[], anew: boolean): Promise<readonly Group[]> {
    const worked = await Promise.all(groups.map((group) => workOut(group, anew)))
    const open = worked.filter((one) => one !== null)
    const changes = open.flatMap(({ change }) => change ?? [])
    const looked = open.flatMap(({ before, change }) => (change ? [] : [before]))
    if (open.length === 0) return []
    const revisions = await deps.store(changes, looked)
    return open.flatMap(({ group, before, change, hits }) => {
      const revision = revisions.get(group.run)
      if (revision === undefined) return [group]
      const changed = change ? changedBy(change, revision) : unchanged(before)
      deps.recent.keep(changed.snapshot)
      answer(group, changed, hits)
      return []
    })
  }
  async function workOut(group: Group, anew: boolean) {
    try {
      const known = anew ? null : deps.recent.at(group.workspace, group.run)
      const before = known ?? (await deps.load(group.workspace, group.run))
      if (!before) throw unknownRun()
      return { group, before, ...applied(group, before) }
    } catch (error) {
      for (const one of group.waiting) one.failed(error)
      return null
    }
  }
  /** Alone, in a transaction that waits for its turn. */
  async function holdAndStore(group: Group): Promise<void> {
    const { workspace, run } = group
    try {
      let hits = new Set<Waiting>()
      const changed = await deps.change(workspace, run, null, (now) => {
        const result = collect(group, now)
        hits = result.hits
        return result.seen
      })
      answer(group, changed, hits)
    } catch (error) {
      if (group.waiting.length === 1 || !isOwnFault(error)) return fail([group], error)
      for (const one of group.waiting) await holdAndStore({ ...group, waiting: [one] })
    }
  }

  return (workspace: string, run: string, alter: Happening['alter'], leads = true): Promise<Changed> =>
    new Promise((done, failed) => {
      const key = `${workspace} ${run}`
      const list = waiting.get(key) ?? []
      list.push({ workspace, run, alter, leads, done, failed })
      waiting.set(key, list)
      plan()
    })
}

function applied(group: Group, before: Snapshot): { readonly change: Change | null; readonly hits: Set<Waiting> } {
  const { seen, hits } = collect(group, before)
  return { change: seen === null ? null : changeOf(before, seen, null), hits }
}
/** One after another, each on what the ones before it left. */
function collect({ waiting }: Group, now: Snapshot): { readonly seen: RunState | null; readonly hits: Set<Waiting> } {
  const hits = new Set<Waiting>()
  let seen: RunState | null = null
  for (const one of waiting) {
    const next = one.alter(seen === null ? now : { ...now, state: seen })
    if (next === null) continue
    hits.add(one)
    seen = next
  }
  return { seen, hits }
}
/** What follows is seen to once, by one of those whose report counted. */
function answer({ waiting }: Group, changed: Changed, hits: ReadonlySet<Waiting>): void {
  const counted = waiting.filter((one) => hits.has(one))
  const leader = counted.findLast(({ leads }) => leads) ?? counted.at(-1)
  for (const one of waiting) one.done(one === leader ? changed : unchanged(changed.snapshot))
}
const fail = (groups: readonly Group[], error: unknown): void => {
  for (const { waiting } of groups) for (const one of waiting) one.failed(error)
}
/** Did the database refuse what one of them wanted to write? https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isOwnFault(error: unknown): boolean {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++)
    if ('code' in e && typeof e.code === 'string') return /^(22|23|54)...$/.test(e.code)
  return false
}
export const unknownRun = (): HubError =>
  new HubError('NOT_FOUND', 'That run does not exist here: see /workflow status')
