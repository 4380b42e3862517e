import { z } from 'zod'
import { type Context, type Hub, type KeyValue, type Schedule, trackerRecovered } from '#contract'
import type { LinearClient } from './client.ts'
import type { LinearConfig } from './config.ts'
import { commentPage } from './documents.ts'
import type { Identities } from './identity.ts'
import type { Found, Inbound } from './inbound.ts'
import { PAGE } from './limits.ts'
import type { CommentData } from './payloads.ts'
import { workspaceOf } from './place.ts'
import { optionsOf, type Reader } from './reader.ts'

const EVERY_MS = 5 * 60_000
/** Linear's first retry comes after a minute: what it still tells by itself is not looked for. */
const SETTLED_MS = 2 * 60_000
/** Its clock and ours differ a little, and an index may lag behind. */
const OVERLAP_MS = 2 * 60_000
/** A longer silence is a gap, and is told. */
const GAP_MS = 2 * EVERY_MS + SETTLED_MS
const MAX_PAGES = 100
const LOST = ['agent sessions that were opened meanwhile', 'comments and issues that were deleted for good']

const state = z.object({ untilMs: z.number() })

/**
 * Asks Linear what changed since the last look and sends it through the same door as its deliveries, so that what was heard is not heard twice.
 * Issues in the trash are still listed, which tells of deletions.
 */
export function createSweep(deps: {
  readonly hub: Hub<LinearConfig>
  readonly client: LinearClient
  readonly identities: Identities
  readonly reader: Reader
  readonly inbound: Inbound
  readonly kv: KeyValue
  readonly now?: () => number
}): Schedule {
  const { hub, client, identities, reader, inbound, kv, now = Date.now } = deps
  const issuesSince = async (organizationId: string, fromMs: number, toMs: number, ctx: Context) => {
    const found: (Found & { readonly target: string })[] = []
    let after: string | null = null
    for (let page = 0; page < MAX_PAGES; page++) {
      const filter = { updatedAt: between(fromMs, toMs) }
      const { snapshots, cursor } = await reader.page(
        workspaceOf(organizationId),
        { filter, first: PAGE, after, archived: true },
        { kind: 'description' },
        ctx.signal,
      )
      for (const { wire, issue } of snapshots) {
        const atMs = issue.updatedAtMs
        const change = wire.trashed ? 'deleted' : Date.parse(wire.createdAt) === atMs ? 'created' : 'updated'
        found.push({
          organizationId,
          target: issue.project,
          issueId: wire.id,
          key: wire.identifier,
          teamKey: wire.team.key,
          projectSlug: wire.project?.slugId,
          change,
          changed: [],
          atMs,
          own: false,
          recovered: true,
        })
      }
      if (cursor === null) return { found, complete: true }
      after = cursor
    }
    return { found, complete: false }
  }
  const commentsPage = (
    organizationId: string,
    createdAt: object,
    after: string | null,
    ctx: Context,
  ): Promise<z.output<typeof commentPage.answer>> =>
    client.call(
      commentPage,
      { filter: { createdAt }, first: PAGE, after },
      { ...optionsOf(organizationId, ctx.signal), what: 'comments since the last look' },
    )
  const commentsSince = async (organizationId: string, fromMs: number, toMs: number, ctx: Context) => {
    const found: CommentData[] = []
    let after: string | null = null
    for (let page = 0; page < MAX_PAGES; page++) {
      const listed = await commentsPage(organizationId, between(fromMs, toMs), after, ctx)
      const { nodes, pageInfo }: z.output<typeof commentPage.answer>['comments'] = listed.comments
      for (const { botActor, externalUser, ...comment } of nodes)
        found.push({ ...comment, botActor: botActor ?? undefined, externalUserId: externalUser?.id })
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    return found
  }
  return {
    name: 'sweep',
    everyMs: EVERY_MS,
    async run(_slot, ctx) {
      const { organizationId } = await identities.get(ctx.signal)
      const key = `swept:${organizationId}`
      const last = state.safeParse(await kv.get(key)).data
      const toMs = now() - SETTLED_MS
      // Nothing is made up for from before the hub was there.
      if (last === undefined) return kv.set(key, { untilMs: toMs })
      if (toMs <= last.untilMs) return
      const fromMs = last.untilMs - OVERLAP_MS
      // All is read before anything is told: what is told counts once, and the answer to a later page may be lost.
      const { found, complete } = await issuesSince(organizationId, fromMs, toMs, ctx)
      const comments = await commentsSince(organizationId, fromMs, toMs, ctx)
      const counts = new Map<string, number>()
      for (const one of found.reverse())
        if (await inbound.changed(one)) counts.set(one.target, (counts.get(one.target) ?? 0) + 1)
      for (const comment of comments.reverse()) await inbound.commented(organizationId, comment, true, ctx.log)
      if (toMs - last.untilMs > GAP_MS) {
        const lost = complete ? LOST : [...LOST, `what changed before the newest ${MAX_PAGES * PAGE} issues`]
        for (const [project, events] of counts)
          await hub.publish(
            trackerRecovered,
            { plugin: 'linear', project, fromMs: last.untilMs, toMs, events, lost },
            { workspace: workspaceOf(organizationId), deliveryId: `recovered:${project}:${last.untilMs}:${toMs}` },
          )
        ctx.log.info(
          { issues: found.length, comments: comments.length, fromMs, toMs },
          'Linear was asked what changed meanwhile',
        )
      }
      await kv.set(key, { untilMs: toMs })
    },
  }
}
function between(fromMs: number, toMs: number): { gte: string; lt: string } {
  return { gte: new Date(fromMs).toISOString(), lt: new Date(toMs).toISOString() }
}
