import { HubError } from '#contract'
import { type JiraClient, path } from './client.ts'
import { EVENTS } from './hooks.ts'
import { dynamicHooks, expiry, registered } from './payloads.ts'
import { quoted } from './search.ts'

const BASE = path`/rest/api/3/webhook`
/** For each app, person and site: https://developer.atlassian.com/cloud/jira/platform/webhooks/#limitations */
const MOST_HOOKS = 5
const PROJECTS_EACH = 100
/** They live 30 days. */
const RENEW_BEFORE_MS = 10 * 24 * 3_600_000

export interface DynamicHook {
  readonly id: number
  readonly url: string
  readonly filter: string
  readonly events: readonly string[]
  readonly expiresAtMs: number
}
export interface Kept {
  readonly ids: readonly number[]
  /** When the first of them ends; null where there are none. */
  readonly expiresAtMs: number | null
  readonly registered: number
  readonly adopted: number
  readonly deleted: number
  readonly renewed: number
  /** What Jira says against a filter, in its own words. */
  readonly refused: readonly string[]
}
/**
 * Webhooks of an OAuth app, which end after 30 days unless they are renewed.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/
 */
export interface DynamicHooks {
  list(signal: AbortSignal): Promise<readonly DynamicHook[]>
  /** Leaves exactly the webhooks that tell of these projects, whatever stood there before, each good for ten days or more. */
  ensure(projects: readonly string[], signal: AbortSignal): Promise<Kept>
  delete(ids: readonly number[], signal: AbortSignal): Promise<void>
}
export function createDynamicHooks(client: JiraClient, url: string, now: () => number = Date.now): DynamicHooks {
  const list: DynamicHooks['list'] = async (signal) => {
    const query = { maxResults: 100 }
    const read = dynamicHooks.safeParse(
      await client.call({ method: 'GET', path: BASE, query, what: 'webhooks', signal }),
    )
    if (!read.success) throw new HubError('UNAVAILABLE', 'Jira answered with webhooks that cannot be read')
    return read.data.values.map(({ id, url: to, jqlFilter, events, expirationDate }) => ({
      id,
      url: to,
      filter: jqlFilter,
      events,
      expiresAtMs: timeOf(expirationDate),
    }))
  }
  const remove: DynamicHooks['delete'] = async (ids, signal) => {
    if (ids.length === 0) return
    await client.call({ method: 'DELETE', path: BASE, body: { webhookIds: ids }, what: 'old webhooks', signal })
  }
  const register = async (filters: readonly string[], signal: AbortSignal) => {
    if (filters.length === 0) return []
    const webhooks = filters.map((jqlFilter) => ({ jqlFilter, events: EVENTS }))
    const answer = await client.call({
      method: 'POST',
      path: BASE,
      body: { url, webhooks },
      what: 'new webhook',
      signal,
    })
    const read = registered.safeParse(answer)
    if (!read.success) throw new HubError('UNAVAILABLE', 'Jira did not say whether it registered the webhook')
    return read.data.webhookRegistrationResult
  }
  const renew = async (hooks: readonly DynamicHook[], signal: AbortSignal): Promise<number | null> => {
    if (hooks.length === 0) return null
    const body = { webhookIds: hooks.map(({ id }) => id) }
    const call = { method: 'PUT', path: `${BASE}/refresh`, body, what: 'webhooks, to renew them', signal } as const
    return timeOf(expiry.safeParse(await client.call(call)).data?.expirationDate)
  }
  return {
    list,
    delete: remove,
    async ensure(projects, signal) {
      const all = await list(signal)
      const alive = all.filter((hook) => hook.url === url && hook.expiresAtMs > now() && hasEvents(hook))
      const wanted = filtersOf(projects)
      const kept = wanted.flatMap((filter) => alive.find((hook) => plain(hook.filter) === plain(filter)) ?? [])
      const missing = wanted.filter((filter) => !kept.some((hook) => plain(hook.filter) === plain(filter)))
      const rest = all.filter((hook) => !kept.includes(hook))
      // New ones first, so that nothing is missed meanwhile; but an app has one address, and room for five.
      const isFull = all.length + missing.length > MOST_HOOKS
      const before = rest.filter((hook) => isFull || hook.url !== url)
      await remove(idsOf(before), signal)
      const results = await register(missing, signal)
      const refused = results.flatMap(({ errors }) => errors ?? [])
      // A project that was deleted must not take the others of its filter with it.
      const others = results.flatMap(({ errors }, n) => without(missing[n] ?? '', errors ?? []))
      const again = await register(others, signal)
      const made = [...results, ...again].flatMap(({ createdWebhookId: id }) => id ?? [])
      await remove(idsOf(rest.filter((hook) => !before.includes(hook))), signal)
      const ending = kept.filter(({ expiresAtMs }) => expiresAtMs - now() < RENEW_BEFORE_MS)
      const untilMs = await renew(ending, signal)
      const ends = [
        ...kept.map((hook) => (ending.includes(hook) ? (untilMs ?? hook.expiresAtMs) : hook.expiresAtMs)),
        ...made.map(() => now() + 30 * 24 * 3_600_000),
      ]
      return {
        ids: [...idsOf(kept), ...made],
        expiresAtMs: ends.length === 0 ? null : Math.min(...ends),
        registered: made.length,
        adopted: kept.length,
        deleted: rest.length,
        renewed: ending.length,
        refused: [...refused, ...again.flatMap(({ errors }) => errors ?? [])],
      }
    },
  }
}
/** The filter without the projects that Jira names in its errors; nothing where that leaves it as it is, or empty. */
function without(filter: string, errors: readonly string[]): readonly string[] {
  const keys = [...filter.matchAll(/"([^"]+)"/g)].flatMap(([, key]) => key ?? [])
  const left = keys.filter((key) => !errors.some((error) => error.includes(`'${key}'`)))
  return left.length === keys.length ? [] : filtersOf(left)
}
/** Dynamic webhooks take little JQL: = and IN, of projects and few other fields. */
export function filtersOf(projects: readonly string[]): readonly string[] {
  const keys = [...new Set(projects)].sort()
  const each = Math.max(PROJECTS_EACH, Math.ceil(keys.length / MOST_HOOKS))
  return Array.from({ length: Math.ceil(keys.length / each) }, (_, n) => {
    const some = keys.slice(n * each, (n + 1) * each).map(quoted)
    return some.length === 1 ? `project = ${some.join()}` : `project IN (${some.join(', ')})`
  })
}
function hasEvents({ events }: DynamicHook): boolean {
  return events.length === EVENTS.length && EVENTS.every((event) => events.includes(event))
}
/** Jira may write a filter in its own way. */
function plain(filter: string): string {
  return filter.replace(/[\s"']/g, '').toUpperCase()
}
function idsOf(hooks: readonly DynamicHook[]): readonly number[] {
  return hooks.map(({ id }) => id)
}
/** Described as a number, shown as a text. */
function timeOf(at: string | number | null | undefined): number {
  const ms = typeof at === 'number' ? at : Date.parse(at ?? '')
  return Number.isFinite(ms) ? ms : 0
}
