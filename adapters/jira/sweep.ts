import { type Hub, HubError, issueChanged, type KeyValue, type Log, trackerRecovered } from '#contract'
import type { JiraClient } from './client.ts'
import type { JiraConfig } from './config.ts'
import { PAGE_MAX } from './limits.ts'
import { page } from './payloads.ts'
import { laneOf } from './place.ts'
import { minutesSince } from './search.ts'
import type { Seen } from './seen.ts'

const CURSOR = 'sweep:cursor'
/** Webhooks that are still on their way are no gap: primary ones take up to 30 s. */
const GRACE_MS = 60_000
/** Jira's clock in a webhook is a little ahead of the issue's. */
const SLACK_MS = 2_000
/** Further back than this nobody is told issue by issue. */
const MAX_GAP_MS = 24 * 3_600_000
const MAX_PAGES = 50
/** More than a search by whole minutes reads again: what comes this far is asked for anew. */
const STRIDE_MS = 5 * 60_000

const LOST = ['issues and comments that were deleted meanwhile'] as const

export interface SweepDeps {
  readonly client: JiraClient
  readonly hub: Pick<Hub<JiraConfig>, 'publish'>
  readonly kv: KeyValue
  readonly seen: Seen
  readonly workspace: string
  readonly now: () => number
}
/**
 * Asks Jira what changed since the last look and rings for each issue that no webhook told of, through the same inbox. Oldest first, so that a
 * look that is cut short goes on where it stopped.
 */
export function createSweep({
  client,
  hub,
  kv,
  seen,
  workspace,
  now,
}: SweepDeps): (log: Log, signal: AbortSignal) => Promise<void> {
  return async (log, signal) => {
    const toMs = now() - GRACE_MS
    const stored = Number((await kv.get(CURSOR)) ?? Number.NaN)
    if (!Number.isFinite(stored)) {
      await kv.set(CURSOR, toMs)
      return
    }
    const fromMs = Math.max(stored, toMs - MAX_GAP_MS)
    const missed = new Map<string, number>()
    const looked = new Set<string>()
    let reachedMs = fromMs
    let sinceMs = fromMs
    let token: string | undefined
    for (let at = 0; at < MAX_PAGES; at += 1) {
      const { issues, nextPageToken } = await changedSince(client, sinceMs, now(), token, signal)
      for (const { id, key, fields } of issues) {
        const updatedMs = Date.parse(fields.updated)
        const deliveryId = `sweep:${id}@${updatedMs}`
        if (updatedMs <= fromMs || updatedMs > toMs || looked.has(deliveryId)) continue
        looked.add(deliveryId)
        reachedMs = Math.max(reachedMs, updatedMs)
        if (updatedMs - (await seen.untilMs(id)) <= SLACK_MS) continue
        const project = fields.project.key
        const event = { plugin: 'jira', issueId: id, key, project, change: 'updated' as const, atMs: updatedMs }
        const { status } = await hub.publish(
          issueChanged,
          { ...event, changed: [], own: false, recovered: true },
          { workspace, deliveryId, lane: laneOf(workspace, id) },
        )
        // An edit before a comment that was heard may have been lost; that it was is not known, so it is no gap to tell of.
        const wasCommented = updatedMs - (await seen.commentedMs(id)) <= SLACK_MS
        await seen.note(id, updatedMs, log)
        if (status === 'queued' && !wasCommented) missed.set(project, (missed.get(project) ?? 0) + 1)
      }
      if (nextPageToken == null) {
        reachedMs = toMs
        break
      }
      // Who edits an issue of a page that was read takes it to the end, and the next page would begin behind one that nobody has read.
      const isFurther = reachedMs - sinceMs >= STRIDE_MS
      if (isFurther) sinceMs = reachedMs
      token = isFurther ? undefined : nextPageToken
    }
    await kv.set(CURSOR, reachedMs)
    const tooLong = stored < fromMs ? [`changes before ${new Date(fromMs).toISOString()}`] : []
    for (const [project, events] of missed)
      await hub.publish(
        trackerRecovered,
        { plugin: 'jira', project, fromMs, toMs: reachedMs, events, lost: [...tooLong, ...LOST] },
        { workspace, deliveryId: `recovered:${project}@${fromMs}-${reachedMs}` },
      )
    if (missed.size > 0) log.info({ projects: missed.size, from: fromMs, to: reachedMs }, 'Jira changes recovered')
  }
}
async function changedSince(
  client: JiraClient,
  sinceMs: number,
  nowMs: number,
  token: string | undefined,
  signal: AbortSignal,
) {
  const answer = await client.call({
    method: 'POST',
    path: '/rest/api/3/search/jql',
    body: {
      // Relative: an absolute time is read in the time zone of whoever owns the token.
      jql: `updated >= -${minutesSince(sinceMs, nowMs)}m ORDER BY updated ASC`,
      fields: ['summary', 'status', 'project', 'updated'],
      maxResults: PAGE_MAX,
      ...(token === undefined ? {} : { nextPageToken: token }),
    },
    what: 'what changed meanwhile',
    reads: true,
    signal,
  })
  const read = page.safeParse(answer)
  if (!read.success) throw new HubError('UNAVAILABLE', 'Jira answered with issues that cannot be read')
  return read.data
}
