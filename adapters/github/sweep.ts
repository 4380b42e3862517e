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
/** A delivery that cannot be read is tried again for so long after the first time. */
const PATIENCE_MS = 60 * 60_000
/** What was given up is shown for so long. */
const TOLD_MS = 24 * 60 * 60_000
const PAGE = 100
const MAX_PAGES = 300
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
/** `triedMs`: when it could not be read for the first time. */
const waitingOf = z.object({
  id: z.number(),
  guid: z.string(),
  event: z.string(),
  atMs: z.number(),
  triedMs: z.number().optional(),
})
/** `beforeMs`: what is older was not listed. */
const lostOf = z.object({ atMs: z.number(), count: z.number(), beforeMs: z.number().nullable() })
/** `done`: what was read already of the time that is looked at again; `waiting`: what was missed and is not read yet. */
const cursorOf = z.object({
  untilMs: z.number(),
  done: z.array(z.string()),
  waiting: z.array(waitingOf).default([]),
  lost: lostOf.nullable().default(null),
})
type Waiting = z.infer<typeof waitingOf>
type Lost = z.infer<typeof lostOf>

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
  /** Why missed deliveries cannot be looked for, or which are lost, by webhook; empty when all is well. */
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
  const read = async (source: Source, line: Waiting, found: Map<string, Recovered>, signal: AbortSignal) => {
    const given = await client.call({
      route: `GET ${source.route}/{delivery_id}`,
      parameters: { ...source.parameters, delivery_id: line.id },
      repository: source.repository,
      what: `delivery ${line.guid}`,
      signal,
    })
    const { request } = parse(detail, given, 'delivery')
    const isNew = (await inbound.receive(line.event, line.guid, request.payload, log)) === 'queued'
    if (isNew) count(found, request.payload, line.atMs)
    return isNew
  }
  const sweepOne = async (source: Source, found: Map<string, Recovered>, signal: AbortSignal): Promise<Lost | null> => {
    const startMs = now()
    const kept = cursorOf.safeParse(await kv.get(`sweep:${source.key}`)).data
    const { lines, isWhole } = await list(source, (kept?.untilMs ?? source.firstMs) - OVERLAP_MS, signal)
    const arrived = new Set(lines.filter(({ status_code: code }) => code >= 200 && code < 300).map(({ guid }) => guid))
    const before = new Set(kept?.done)
    const known = new Set([...before, ...(kept?.waiting ?? []).map(({ guid }) => guid)])
    // Newest attempt of each, oldest delivery first.
    const missed = [...new Map(lines.toReversed().map((line) => [line.guid, line])).values()]
      .filter(({ guid }) => !arrived.has(guid) && !known.has(guid))
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ id, guid, event, atMs }): Waiting => ({ id, guid, event, atMs }))
    const waiting = [...(kept?.waiting ?? []).filter(({ guid }) => !arrived.has(guid)), ...missed]
    const done = new Set(lines.flatMap(({ guid }) => (before.has(guid) ? [guid] : [])))
    const again: Waiting[] = []
    let [at, recovered, lost] = [0, 0, 0]
    try {
      for (; at < Math.min(waiting.length, MAX_READ); at += 1) {
        const line = waiting[at]
        if (line === undefined) break
        try {
          if (await read(source, line, found, signal)) recovered += 1
          done.add(line.guid)
        } catch (error) {
          if (!(error instanceof HubError)) throw error
          log.warn({ error: error.message, delivery: line.guid }, 'GitHub delivery was not made up for')
          if (error.code === 'RATE_LIMITED') break
          const triedMs = line.triedMs ?? startMs
          if (error.retry !== 'never' && startMs - triedMs < PATIENCE_MS) again.push({ ...line, triedMs })
          else {
            lost += 1
            done.add(line.guid)
          }
        }
      }
    } finally {
      // Also where it was stopped: what was listed once is not listed again.
      const left = [...waiting.slice(at), ...again]
      const near = new Set(lines.filter(({ atMs }) => atMs >= startMs - 2 * OVERLAP_MS).map(({ guid }) => guid))
      const next = { untilMs: startMs, done: [...done].filter((guid) => near.has(guid)), waiting: left }
      await kv.set(`sweep:${source.key}`, { ...next, lost: lostBy(kept?.lost ?? null, startMs, lost, isWhole, lines) })
    }
    if (waiting.length > 0 || !isWhole)
      log.info(
        { source: source.what, looked: lines.length, missed: waiting.length, recovered, lost, isWhole },
        'GitHub swept',
      )
    return lostBy(kept?.lost ?? null, startMs, lost, isWhole, lines)
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
          const lost = await sweepOne(source, found, signal)
          if (lost === null) blind.delete(source.key)
          else blind.set(source.key, lostText(source.what, lost))
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
/** What was given up within a day, for people to send again by hand. */
function lostBy(
  before: Lost | null,
  nowMs: number,
  count: number,
  isWhole: boolean,
  lines: readonly Line[],
): Lost | null {
  const known = before !== null && nowMs - before.atMs < TOLD_MS ? before : null
  if (count === 0 && isWhole) return known
  const beforeMs = isWhole ? (known?.beforeMs ?? null) : Math.min(...lines.slice(-1).map(({ atMs }) => atMs))
  return { atMs: nowMs, count: count + (known?.count ?? 0), beforeMs }
}
function lostText(what: string, { count, beforeMs }: Lost): string {
  const older =
    beforeMs === null ? [] : [`those before ${new Date(beforeMs).toISOString()} were too many to look through`]
  const unread = count === 0 ? [] : [`${count} could not be read from GitHub`]
  return `deliveries of ${what} are lost: ${[...unread, ...older].join(', ')}; send them again on the page of the webhook`
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
