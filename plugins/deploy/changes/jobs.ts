import { type EventHandler, handleEvent, handleJob, type JobHandler, pullRequestChanged, pushed } from '#contract'
import { boundRepository, type Desk } from '../desk.ts'
import { follow } from '../follow.ts'
import { boundWorkspaces } from '../intake/route.ts'
import { changesJob, issuesJob } from '../jobs.ts'
import { readChanges } from './read.ts'

/** Fills in what a deployment brings, once its commit and what was live before are known. */
export function changesHandler(desk: Desk): JobHandler {
  return handleJob(changesJob, async ({ number }, ctx) => {
    const { workspace } = ctx
    const row = await desk.store().find(workspace, number)
    if (!row?.sha || !row.repository) return undefined
    const live = row.previousSha === null ? await desk.store().liveAt(row, row.startedAt.getTime()) : null
    const base = row.previousSha ?? live?.sha ?? null
    if (base === null || base === row.sha) return undefined
    const bound = await boundRepository(desk, workspace, row.repository)
    if (!bound) return undefined
    const asked = { ...bound, workspace, base, head: row.sha }
    const found = await readChanges(desk, asked, ctx)
    if (!found) return undefined
    const { commits, issues, stories } = found
    await desk.store().change(workspace, number, (now) => {
      const isKnown =
        JSON.stringify([now.commits, now.issues, now.stories]) === JSON.stringify([commits, issues, stories])
      return isKnown ? null : { commits, issues, stories, previousSha: base }
    })
    await follow(ctx, [await desk.store().get(workspace, number)])
    // Apart from this job: a tracker that is away keeps nobody waiting for what a deployment brings.
    if (issues.length > 0) await ctx.enqueue(issuesJob, { number }, { key: `${workspace}:${number}:${row.sha}` })
    return undefined
  })
}

/** Remembers when commits were pushed and which pull requests they came from, for whoever bound the repository. */
export function gitEvents(desk: Desk): readonly EventHandler[] {
  return [
    handleEvent(pushed, async ({ plugin, repository, commits, atMs }, ctx) => {
      for (const { workspace } of await boundWorkspaces(desk, plugin, repository, ctx))
        await desk.commits().savePushed(workspace, repository, commits, atMs)
    }),
    handleEvent(pullRequestChanged, async (pull, ctx) => {
      const { plugin, repository, number, change, channel, atMs } = pull
      if (change !== 'merged' || channel === null) return
      const place = { plugin, workspace: ctx.workspace, channel, visibility: 'public' as const }
      const shas = new Set([pull.mergeCommit ?? pull.head.sha, pull.head.sha])
      for (const { workspace } of await boundWorkspaces(desk, plugin, repository, ctx))
        for (const sha of shas) await desk.commits().savePull({ workspace, repository, sha, number, place }, atMs)
    }),
  ]
}
