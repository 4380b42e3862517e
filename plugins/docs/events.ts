import {
  type EventHandler,
  type Hub,
  handleEvent,
  handleJob,
  type JobHandler,
  pullRequestChanged,
  pushed,
  repositoryOpened,
} from '#contract'
import { stories, storyApproved } from '../story/api.ts'
import { isKept } from './access.ts'
import type { Desk } from './commands/desk.ts'
import { chunksOf, linesOf } from './index/chunks.ts'
import { STORIES } from './index/scope.ts'
import { followPush, renewIndex, settleProposal } from './jobs.ts'
import { follow, renew, settlePull } from './push.ts'
import { DEFAULT_SETTINGS } from './settings/settings.ts'

export function docsEvents(desk: Desk, hub: Pick<Hub, 'maybe'>): readonly EventHandler[] {
  return [
    handleEvent(pushed, async (push, ctx) => {
      const { plugin, repository, branch, before, after, forced, own } = push
      // A deleted branch has no documents, and other branches are nobody's documentation yet.
      if (branch !== push.defaultBranch || after === null) return
      const bound = await keepers(desk, plugin, repository, ctx.workspace)
      const workspaces = [...new Set(bound.map(({ workspace }) => workspace))]
      for (const [i, workspace] of workspaces.entries())
        await ctx.enqueue(
          followPush,
          // Whoever bound it first has it watched, and pays for the model.
          { plugin, repository, branch, before, after, forced, own, looksForDrift: i === 0 },
          { workspace, key: `${ctx.jobId}:${workspace}`, lane: `docs ${plugin} ${repository}` },
        )
    }),
    // A merge arrives as a push as well: here it is only asked what became of the hub's own pull request.
    handleEvent(pullRequestChanged, async (pull, ctx) => {
      const { plugin, repository, change, head, base } = pull
      if ((change !== 'closed' && change !== 'merged') || head.fork || !head.branch.startsWith('autodevhub/')) return
      const [bound] = await keepers(desk, plugin, repository, ctx.workspace)
      if (!bound) return
      await ctx.enqueue(
        settleProposal,
        { plugin, repository, base, head: head.branch },
        { workspace: bound.workspace, key: `${ctx.jobId}:${bound.workspace}`, lane: `docs ${plugin} ${repository}` },
      )
    }),
    handleEvent(repositoryOpened, async ({ plugin, repository }, ctx) => {
      const bound = await keepers(desk, plugin, repository, ctx.workspace)
      for (const workspace of new Set(bound.map((one) => one.workspace)))
        await ctx.enqueue(
          renewIndex,
          { plugin, repository },
          { workspace, key: `${ctx.jobId}:${workspace}`, lane: `docs ${plugin} ${repository}` },
        )
    }),
    handleEvent(storyApproved, async ({ reference, version, title }, ctx) => {
      const story = await hub.maybe(stories)?.get(ctx.workspace, reference)
      // What was written in private is not found by others.
      if (!story || story.visibility === 'private') return
      const key = { workspace: ctx.workspace, ...STORIES }
      const lines = linesOf(story.markdown)
      await desk.index().put(key, [{ path: reference, blob: `v${version}`, title, chunks: chunksOf(lines), sha: null }])
      await desk.index().settle(key, {
        url: '',
        isPrivate: true,
        branch: '',
        sha: 'accepted',
        settings: DEFAULT_SETTINGS,
        problems: [],
        skipped: [],
      })
    }),
  ]
}

/** Who bound this repository, oldest first. */
async function keepers(desk: Desk, plugin: string, target: string, targetWorkspace: string) {
  const bound = await desk.bindings().boundTo({ kind: 'repository', plugin, targetWorkspace, target })
  return bound.filter(isKept)
}

export function docsJobs(desk: Desk): readonly JobHandler[] {
  return [
    handleJob(followPush, async (push, ctx) => {
      await follow(desk, push, ctx)
      return undefined
    }),
    handleJob(renewIndex, async (renewed, ctx) => {
      await renew(desk, renewed, ctx)
      return undefined
    }),
    handleJob(settleProposal, async (pull, ctx) => {
      await settlePull(desk, pull, ctx)
      return undefined
    }),
  ]
}
