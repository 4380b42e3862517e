import { z } from 'zod'
import {
  type Bindings,
  type Context,
  criteriaAsked,
  defineJob,
  type EventHandler,
  handleEvent,
  handleJob,
  issueChanged,
  type JobHandler,
  roleIncludes,
} from '#contract'
import { storyChanged } from '../api.ts'
import { issuePlace, showIssueCard } from './card.ts'
import { type GenerateDeps, generateFor } from './generate.ts'
import { defaultPlace, rulesOf, whyNot } from './rules.ts'
import type { LinkStore } from './store.ts'
import { type Synced, syncIssue } from './sync.ts'

const address = z.object({
  plugin: z.string(),
  trackerWorkspace: z.string(),
  issueId: z.string(),
  project: z.string(),
  /** Who asked for it in the issue itself, and where; null where the issue changed. */
  asked: z.object({ key: z.string(), name: z.string(), thread: z.string().nullable() }).nullable().default(null),
  /** Version of the story that all its issues were told of with this one; 0 where it began with the issue. */
  version: z.int().default(0),
})
/** Brings one issue into step with its story, or gives it one where the rules of its project say so. */
const syncJob = defineJob({ name: 'story.sync', payload: address, retry: { attempts: 12, backoffMs: 2_000 } })
type Address = z.input<typeof address>

const DAY_MS = 86_400_000

/** One issue is worked on by one job at a time. */
const laneOf = (workspace: string, at: Address) => `${workspace}|${at.plugin}|${at.trackerWorkspace}|${at.issueId}`

async function enqueueSync(ctx: Context, workspace: string, at: Address, delayMs = 0): Promise<void> {
  await ctx.enqueue(syncJob, at, {
    workspace,
    key: `${laneOf(workspace, at)}|${ctx.jobId}${delayMs > 0 ? '|later' : ''}`,
    lane: laneOf(workspace, at),
    ...(delayMs > 0 ? { delayMs } : {}),
  })
}

/**
 * What one issue brought into its story goes to the other issues of the story. Named by the version, so that each hears of it once, also when a job
 * that died between the story and this finds nothing more to take over on its repeat.
 */
export async function syncOthers(
  ctx: Context,
  links: LinkStore,
  { link, story, outcome }: Pick<Synced, 'link' | 'story' | 'outcome'>,
  told = 0,
): Promise<void> {
  const { version } = story
  if (version === 1 || version === told || (outcome !== 'changed' && outcome !== 'same')) return
  for (const { plugin, trackerWorkspace, issueId, project, state } of await links.ofStory(link.workspace, story.id)) {
    const at = { plugin, trackerWorkspace, issueId, project, version }
    const lane = laneOf(link.workspace, at)
    if (state !== 'linked' || lane === laneOf(link.workspace, link)) continue
    await ctx.enqueue(syncJob, at, { workspace: link.workspace, key: `${lane}|v${version}`, lane })
  }
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
      handleEvent(criteriaAsked, async ({ plugin, issueId, project, by, thread }, ctx) => {
        const asked = { key: `${plugin}:${by.id}`, name: by.name, thread }
        const at = { plugin, trackerWorkspace: ctx.workspace, issueId, project, asked }
        // As `/story criteria` demands it of whoever types it in a chat.
        if (!roleIncludes(ctx.actor.role, 'member')) {
          const has = ctx.actor.role === null ? 'you have none here' : `you are ${ctx.actor.role}`
          return answer(ctx, at, `Writing criteria needs the role member; ${has}. An admin of the hub can grant it.`)
        }
        const target = { kind: 'tracker' as const, plugin, targetWorkspace: ctx.workspace, target: project }
        for (const { workspace } of await bindings().boundTo(target)) await enqueueSync(ctx, workspace, at)
      }),
      handleEvent(storyChanged, async ({ storyId, version }, ctx) => {
        for (const link of await deps().links.ofStory(ctx.workspace, storyId)) {
          const { plugin, trackerWorkspace, issueId, project, state } = link
          const at = { plugin, trackerWorkspace, issueId, project, version }
          if (state === 'linked') await enqueueSync(ctx, ctx.workspace, at)
        }
      }),
    ],
    jobs: [handleJob(syncJob, async (at, ctx) => void (await run(deps(), bindings(), at, ctx)))],
  }
}

async function run(deps: GenerateDeps, bindings: Bindings, at: Address, ctx: Context): Promise<void> {
  const { plugin, trackerWorkspace, issueId, project, asked = null } = at
  const tracker = deps.tracker(plugin)
  const link = await deps.links.get({ workspace: ctx.workspace, plugin, trackerWorkspace, issueId })
  if (link) {
    const synced = await syncIssue(deps, ctx, link, { restore: asked !== null })
    await syncOthers(ctx, deps.links, synced, at.version)
    await showIssueCard(ctx, synced, tracker.title, link)
    if (asked && synced.outcome === 'finished')
      await answer(ctx, at, `It is ${synced.link.status}, so its criteria stand.`)
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
  if (rules.mode === 'manual' && asked === null) return
  const place = rules.place ?? defaultPlace(tracker)
  const issue = await tracker.get(trackerWorkspace, issueId, place, ctx.signal)
  if (issue === null) return
  // Who asks is no rule's business, but an issue that is done or has criteria is.
  const applied = asked === null ? rules : { ...rules, mode: 'auto' as const, types: [], labels: [], states: [] }
  const reason = whyNot(issue, applied)
  if (reason !== null) {
    ctx.log.debug({ issue: issue.key, reason }, 'an issue gets no criteria')
    if (asked) await answer(ctx, at, `No criteria were written: ${reason}.`)
    return
  }
  const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const budgeted = { workspace: ctx.workspace, plugin, trackerWorkspace, project }
  if (!(await deps.links.areFewer(rules.issuesPerDay, budgeted, new Date(midnight)))) {
    ctx.log.info({ issue: issue.key, limit: rules.issuesPerDay }, 'the budget of this project is spent: tomorrow')
    // Whoever may comment may ask, so asking has no budget of its own.
    if (asked)
      await answer(ctx, at, `The ${rules.issuesPerDay} issues of today have their criteria: this one follows tomorrow.`)
    return enqueueSync(ctx, ctx.workspace, at, midnight + DAY_MS - Date.now())
  }
  if (rules.dryRun) {
    await ctx.audit('story.dry-run', issue.key, { would: 'write criteria', place: place.kind })
    if (asked) await answer(ctx, at, 'Dry run: criteria would be written here. Its rules say so: see hub projects.')
    return
  }
  const author = asked ?? { key: `${plugin}:${issue.author?.id ?? 'unknown'}`, name: tracker.title }
  await generateFor(deps, ctx, issue, { place, author: { key: author.key, name: author.name } })
}

/** For whoever asked in the issue and sees nothing happen there. */
async function answer(
  ctx: Context,
  { plugin, trackerWorkspace, issueId, asked }: Address,
  text: string,
): Promise<void> {
  const place = issuePlace({ plugin, trackerWorkspace, issueId })
  await ctx.send('answer', asked?.thread ? { ...place, thread: asked.thread } : place, { text })
}
