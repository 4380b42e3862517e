import { isDeepStrictEqual } from 'node:util'
import { HubError, handleJob, type JobHandler, type RunArtifacts, runArtifacts } from '#contract'
import type { Desk } from '../desk.ts'
import { follow } from '../follow.ts'
import { artifactsJob } from '../jobs.ts'
import { runSource } from './runs.ts'

/** Kept beside a deployment: a card shows five, and the page of the run has all of them. */
const KEPT = 20

/** What a run left behind comes onto the card of its deployment, a moment after its end: nothing waits for it, and nothing fails with it. */
export function artifactsHandler(desk: Desk): JobHandler {
  return handleJob(artifactsJob, async ({ codeHost, repository, runId }, ctx) => {
    const { workspace } = ctx
    const store = desk.store()
    const number = await store.numberOf(workspace, runSource(codeHost), runId)
    const task = desk.tasks().get(`${codeHost}.artifacts`)
    if (number === null || !task) return undefined
    let found: RunArtifacts
    try {
      found = runArtifacts.parse(await task.run({ repository, runId }, ctx))
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      if (error.retry !== 'never' && ctx.attempt < artifactsJob.retry.attempts) throw error
      ctx.log.info({ runId, reason: error.message }, 'what a run left behind is not shown with its deployment')
      return undefined
    }
    if (found.artifactCount === 0) return undefined
    const artifacts: RunArtifacts = { ...found, artifacts: found.artifacts.slice(0, KEPT) }
    await store.change(workspace, number, (row) => (isDeepStrictEqual(row.artifacts, artifacts) ? null : { artifacts }))
    // Also when they stand there already: an attempt may have died before it told.
    await follow(ctx, [await store.get(workspace, number)])
    return undefined
  })
}
