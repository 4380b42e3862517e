import { z } from 'zod'
import { HubError, type KeyValue, type Log } from '#contract'
import type { Call, GitHubClient } from './client.ts'
import type { Hook, Hooks } from './hooks.ts'
import type { Inbound } from './inbound.ts'
import { parse } from './objects.ts'
import { repositoryOf } from './place.ts'

/** What was on its way while the list was read is in the next one. */
const OVERLAP_MS = 2 * 60_000
/** Before anything was swept: no further back, since an old command would surprise. */
const FIRST_MS = 60 * 60_000
/** A delivery that cannot be read is tried again for so long. */
const PATIENCE_MS = 60 * 60_000
const PAGE = 100
const MAX_PAGES = 30
const MAX_READ = 300

const listed = z.array(
  z.object({
    id: z.number(),
    guid: z.string(),
    delivered_at: z.string(),
    status_code: z.number(),
    event: z.string(),
  }),
)
const detail = z.object({ event: z.string(), guid: z.string(), request: z.object({ payload: z.unknown() }) })
const about = z.object({ repository: z.object({ full_name: z.string(), owner: z.object({ id: z.number() }) }) })
/** `done`: what was read already of the time that is looked at again. */
const cursorOf = z.object({ untilMs: z.number(), done: z.array(z.string()) })

/** What was made up for in one repository. */
export interface Recovered {
  readonly repository: string
  readonly workspace: string
  readonly count: number
  readonly fromMs: number
  readonly toMs: number
}
export interface Sweep {
  run(signal: AbortSignal): Promise<readonly Recovered[]>
  /** Why missed deliveries cannot be looked for, by webhook; empty when they can. */
  readonly blind: ReadonlyMap<string, string>
}
interface Source {
  readonly key: string
  /** For people. */
  readonly what: string
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly repository: Call['repository']
  readonly firstMs: number
}
type Line = z.infer<typeof listed>[number] & { readonly atMs: number }

/**
 * GitHub never delivers again by itself, and lists what it delivered for some days. What failed is read from there and goes the way of any
 * delivery, with its own id, so that nothing is done twice.
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
export function createSweep(ports: {
  readonly client: GitHubClient
  readonly hooks: Hooks
  readonly inbound: Inbound
  readonly kv: KeyValue
  readonly log: Log
  readonly now?: () => number
}): Sweep {
  const { client, hooks, inbound, kv, log, now = Date.now } = ports
  const blind = new Map<string, string>()

  const list = async (source: Source, sinceMs: number, signal: AbortSignal) => {
    const lines: Line[] = []
    let cursor: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const { data, headers } = await client.answer({
        route: `GET ${source.route}`,
        parameters: { ...source.parameters, per_page: PAGE, ...(cursor === undefined ? {} : { cursor }) },
        repository: source.repository,
        what: `deliveries of ${source.what}`,
        signal,
      })
      const read = parse(listed, data, 'deliveries').map((line) => ({ ...line, atMs: Date.parse(line.delivered_at) }))
      lines.push(...read.filter(({ atMs }) => atMs >= sinceMs))
      const [, next] = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(String(headers.link ?? '')) ?? []
      if (next === undefined || read.some(({ atMs }) => atMs < sinceMs)) return { lines, isWhole: true }
      cursor = decodeURIComponent(next)
    }
    return { lines, isWhole: false }
  }
  const sweepOne = async (source: Source, found: Map<string, Recovered>, signal: AbortSignal) => {
    const startMs = now()
    const kept = cursorOf.safeParse(await kv.get(`sweep:${source.key}`)).data
    const { lines, isWhole } = await list(source, (kept?.untilMs ?? source.firstMs) - OVERLAP_MS, signal)
    const arrived = new Set(lines.filter(({ status_code: code }) => code >= 200 && code < 300).map(({ guid }) => guid))
    const before = new Set(kept?.done)
    const done = lines.filter(({ guid }) => before.has(guid))
    // Newest attempt of each, oldest delivery first.
    const missed = [...new Map(lines.toReversed().map((line) => [line.guid, line])).values()]
      .filter(({ guid }) => !arrived.has(guid) && !before.has(guid))
      .sort((a, b) => a.atMs - b.atMs)
    let untilMs = missed[MAX_READ]?.atMs ?? startMs
    let [recovered, lost] = [0, 0]
    for (const line of missed.slice(0, MAX_READ)) {
      try {
        const read = await client.call({
          route: `GET ${source.route}/{delivery_id}`,
          parameters: { ...source.parameters, delivery_id: line.id },
          repository: source.repository,
          what: `delivery ${line.guid}`,
          signal,
        })
        const { request } = parse(detail, read, 'delivery')
        const received = await inbound.receive(line.event, line.guid, request.payload, log)
        done.push(line)
        if (received !== 'queued') continue
        recovered += 1
        count(found, request.payload, line.atMs)
      } catch (error) {
        if (!(error instanceof HubError)) throw error
        const isPatient = error.retry !== 'never' && line.atMs > startMs - PATIENCE_MS
        if (isPatient) untilMs = Math.min(untilMs, line.atMs)
        else lost += 1
        log.warn({ error: error.message, delivery: line.guid }, 'GitHub delivery was not made up for')
        if (error.code === 'RATE_LIMITED') {
          untilMs = Math.min(untilMs, line.atMs)
          break
        }
      }
    }
    const again = done.filter(({ atMs }) => atMs >= untilMs - OVERLAP_MS).map(({ guid }) => guid)
    await kv.set(`sweep:${source.key}`, { untilMs, done: [...new Set(again)] })
    if (missed.length > 0 || !isWhole)
      log.info(
        { source: source.what, looked: lines.length, missed: missed.length, recovered, lost, isWhole },
        'GitHub swept',
      )
  }
  const sources = async (): Promise<readonly Source[]> => {
    const heard = (await hooks.all()).flatMap((hook) => sourceOf(hook, client) ?? [])
    if (client.kind === 'token') return heard
    const route = '/app/hook/deliveries'
    const firstMs = now() - FIRST_MS
    return [{ key: 'app', what: 'the app', route, parameters: {}, repository: null, firstMs }, ...heard]
  }
  return {
    blind,
    async run(signal) {
      const found = new Map<string, Recovered>()
      for (const source of await sources())
        try {
          await sweepOne(source, found, signal)
          blind.delete(source.key)
        } catch (error) {
          if (!(error instanceof HubError)) throw error
          if (!['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'].includes(error.code)) {
            log.warn({ error: error.message }, 'GitHub was not swept; the next sweep looks at the same time again')
            continue
          }
          const why = `missed deliveries of ${source.what} cannot be looked for: give the credentials "Webhooks: read" (classic token: read:repo_hook)`
          if (!blind.has(source.key)) log.warn({ error: error.message }, `GitHub: ${why}`)
          blind.set(source.key, why)
        }
      return [...found.values()]
    },
  }
}
function sourceOf({ id, kind, target, sinceMs }: Hook, client: GitHubClient): Source | null {
  const firstMs = sinceMs - FIRST_MS
  if (kind === 'repository') {
    const repository = repositoryOf(target)
    const route = '/repos/{owner}/{repo}/hooks/{hook_id}/deliveries'
    return { key: id, what: target, route, parameters: { ...repository, hook_id: Number(id) }, repository, firstMs }
  }
  // An installation is asked for by a repository, and the webhook of an organisation belongs to none.
  if (client.kind === 'app') return null
  const route = '/orgs/{org}/hooks/{hook_id}/deliveries'
  return { key: id, what: target, route, parameters: { org: target, hook_id: Number(id) }, repository: null, firstMs }
}
function count(found: Map<string, Recovered>, payload: unknown, atMs: number): void {
  const read = about.safeParse(payload).data
  if (!read) return
  const { full_name: repository, owner } = read.repository
  const known = found.get(repository) ?? { repository, count: 0, fromMs: atMs, toMs: atMs }
  found.set(repository, {
    ...known,
    workspace: `github:${owner.id}`,
    count: known.count + 1,
    fromMs: Math.min(known.fromMs, atMs),
    toMs: Math.max(known.toMs, atMs),
  })
}
