import type { Context } from '#contract'
import { changesJob, tellJob } from './jobs.ts'
import type { Row } from './rows.ts'

/**
 * Has everybody told how these deployments stand, and what they bring looked up. Keyed by revision and commit: whoever writes may crash before
 * this, runs again and finds nothing to write, so it is called for what stands and not only for what was just changed.
 */
export async function follow(ctx: Context, rows: readonly Row[]): Promise<void> {
  for (const { workspace, number, revision, state, sha, repository } of rows) {
    const lane = `deploy|${workspace}|${number}`
    await ctx.enqueue(
      tellJob,
      { number, revision, state },
      { workspace, key: `${workspace}:${number}:${revision}`, lane },
    )
    if (sha !== null && repository !== null)
      await ctx.enqueue(changesJob, { number }, { workspace, key: `${workspace}:${number}:${sha}` })
  }
}
