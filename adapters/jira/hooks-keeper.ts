import { z } from 'zod'
import { HubError, type KeyValue, type Log } from '#contract'
import { type DynamicHooks, filtersOf } from './hooks-dynamic.ts'

const STATE = 'hooks:state'
const LOCK = 'hooks:lock'
const LOCK_MS = 60_000
/** Somebody may have taken a webhook away. */
const LOOK_AGAIN_MS = 12 * 3_600_000
const KNOWN_MS = 30_000

const state = z.object({
  /** Whose connection registered them. */
  account: z.string(),
  filters: z.array(z.string()),
  ids: z.array(z.number()),
  checkedAtMs: z.number(),
  /** Until then a webhook may stand in Jira whose id is not known here yet. */
  openUntilMs: z.number(),
})
type State = z.output<typeof state>

/** Keeps the dynamic webhooks as the bindings want them. */
export interface HookKeeper {
  /** Asks Jira only where something changed, or half a day after it was asked. */
  run(log: Log, signal: AbortSignal): Promise<void>
  /** What keeps them from being set up, with its cure; null when they stand. */
  trouble(): string | null
  /** Is one of these a webhook of this connection? One of an earlier connection tells the same once more. */
  isOurs(matched: readonly number[]): Promise<boolean>
}
export function createHookKeeper(deps: {
  readonly hooks: DynamicHooks
  readonly kv: KeyValue
  /** Account of the standing connection; null while there is none. */
  account(): Promise<string | null>
  /** Projects that somebody bound. */
  projects(): Promise<readonly string[]>
  readonly now: () => number
}): HookKeeper {
  const { hooks, kv, now } = deps
  let trouble: string | null = null
  let known: { readonly state: State | null; readonly atMs: number } | null = null
  const read = async (): Promise<State | null> => {
    known = { state: state.safeParse(await kv.get(STATE)).data ?? null, atMs: now() }
    return known.state
  }
  const write = async (next: State): Promise<void> => {
    await kv.set(STATE, next)
    known = { state: next, atMs: now() }
  }
  const settle = async (account: string, projects: readonly string[], log: Log, signal: AbortSignal) => {
    const before = await read()
    const ids = before?.ids ?? []
    const filters = [...filtersOf(projects)]
    await write({ account, filters: [], ids, checkedAtMs: 0, openUntilMs: now() + LOCK_MS })
    const kept = await hooks.ensure(projects, signal)
    await write({ account, filters, ids: [...kept.ids], checkedAtMs: now(), openUntilMs: 0 })
    trouble = kept.refused.length === 0 ? null : `Jira refused a webhook: ${kept.refused.join('; ').slice(0, 300)}`
    if (trouble === null) log.info({ ...kept, projects: projects.length }, 'Jira webhooks')
    else log.warn({ ...kept }, trouble)
  }
  return {
    trouble: () => trouble,
    async run(log, signal) {
      const account = await deps.account()
      if (account === null) return
      const projects = await deps.projects()
      const found = await read()
      const isSame = found?.account === account && found.filters.join() === filtersOf(projects).join()
      if (isSame && now() - found.checkedAtMs < LOOK_AGAIN_MS) return
      // Two processes that register at once would leave doubles.
      if (!(await kv.add(LOCK, true, LOCK_MS))) return
      try {
        await settle(account, projects, log, signal)
      } catch (error) {
        if (!(error instanceof HubError) || signal.aborted) throw error
        trouble = `Jira's webhooks were not set up: ${error.message}`
        log.warn({ error: error.message }, trouble)
      } finally {
        await kv.delete(LOCK)
      }
    },
    async isOurs(matched) {
      const fits = (one: State | null) =>
        one === null || one.openUntilMs > now() || matched.some((id) => one.ids.includes(id))
      if (known && now() - known.atMs < KNOWN_MS && fits(known.state)) return true
      return fits(await read())
    },
  }
}
