import { z } from 'zod'
import {
  type Bindings,
  type Context,
  defineJob,
  type EventHandler,
  handleEvent,
  handleJob,
  issueChanged,
  type JobHandler,
} from '#contract'
import { storyChanged } from '../api.ts'
import { showIssueCard } from './card.ts'
import { type GenerateDeps, generateFor } from './generate.ts'
import { defaultPlace, rulesOf, whyNot } from './rules.ts'
import { syncIssue } from './sync.ts'

const address = z.object({
  plugin: z.string(),
  trackerWorkspace: z.string(),
  issueId: z.string(),
  project: z.string(),
})
/** Brings one issue into step with its story, or gives it one where the rules of its project say so. */
export const syncJob = defineJob({ name: 'story.sync', payload: address, retry: { attempts: 12, backoffMs: 2_000 } })
type Address = z.infer<typeof address>

const DAY_MS = 86_400_000

/** One issue is worked on by one job at a time. */
const laneOf = (workspace: string, at: Address) => `${workspace}|${at.plugin}|${at.trackerWorkspace}|${at.issueId}`

export async function enqueueSync(ctx: Context, workspace: string, at: Address, delayMs = 0): Promise<void> {
  await ctx.enqueue(syncJob, at, {
    workspace,
    key: `${laneOf(workspace, at)}|${ctx.jobId}${delayMs > 0 ? '|later' : ''}`,
    lane: laneOf(workspace, at),
    ...(delayMs > 0 ? { delayMs } : {}),
  })
}

export function syncHandlers(
  deps: () => GenerateDeps,
  bindings: () => Bindings,
): { events: EventHandler[]; jobs: JobHandler[] } {
  return {
    events: [
      handleEvent(issueChanged, async (change, ctx) => {
        // What the hub wrote is known; a comment changes no criteria.
        if (change.own || change.change === 'commented') return
        const { plugin, issueId, project } = change
        const at = { plugin, trackerWorkspace: ctx.workspace, issueId, project }
        const target = { kind: 'tracker' as const, plugin, targetWorkspace: ctx.workspace, target: project }
        const bound = await bindings().boundTo(target)
        const linked = await deps().links.workspacesOf(at)
        for (const workspace of new Set([...bound.map((b) => b.workspace), ...linked]))
          await enqueueSync(ctx, workspace, at)
      }),
      handleEvent(storyChanged, async ({ storyId }, ctx) => {
        for (const link of await deps().links.ofStory(ctx.workspace, storyId)) {
          if (link.state === 'linked') await enqueueSync(ctx, ctx.workspace, link)
        }
      }),
    ],
    jobs: [handleJob(syncJob, async (at, ctx) => void (await run(deps(), bindings(), at, ctx)))],
  }
}

async function run(deps: GenerateDeps, bindings: Bindings, at: Address, ctx: Context): Promise<void> {
  const { plugin, trackerWorkspace, issueId, project } = at
  const tracker = deps.tracker(plugin)
  const link = await deps.links.get({ workspace: ctx.workspace, plugin, trackerWorkspace, issueId })
  if (link) {
    const synced = await syncIssue(deps, ctx, link)
    await showIssueCard(ctx, synced, tracker.title, link)
    return
  }
  const [binding] = await bindings.list(ctx.workspace, {
    kind: 'tracker',
    plugin,
    targetWorkspace: trackerWorkspace,
    target: project,
  })
  if (!binding) return
  const rules = rulesOf(binding.rules)
  if (rules.mode === 'manual') return
  const place = rules.place ?? defaultPlace(tracker)
  const issue = await tracker.get(trackerWorkspace, issueId, place, ctx.signal)
  if (issue === null) return
  const reason = whyNot(issue, rules)
  if (reason !== null) return void ctx.log.debug({ issue: issue.key, reason }, 'an issue gets no criteria')
  const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const today = await deps.links.countSince(
    { workspace: ctx.workspace, plugin, trackerWorkspace, project },
    new Date(midnight),
  )
  if (today >= rules.issuesPerDay) {
    ctx.log.info({ issue: issue.key, limit: rules.issuesPerDay }, 'the budget of this project is spent: tomorrow')
    return enqueueSync(ctx, ctx.workspace, at, midnight + DAY_MS - Date.now())
  }
  if (rules.dryRun) {
    await ctx.audit('story.dry-run', issue.key, { would: 'write criteria', place: place.kind })
    return
  }
  const author = { key: `${plugin}:${issue.author?.id ?? 'unknown'}`, name: tracker.title }
  await generateFor(deps, ctx, issue, { place, author })
}
