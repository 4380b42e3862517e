import { z } from 'zod'
import { type Command, defineCommand, HubError } from '#contract'
import type { Desk } from '../desk.ts'
import { isOpen } from '../model.ts'
import { formatReference, parseReference } from '../reference.ts'
import type { Row } from '../rows.ts'
import { shortSha } from '../text.ts'
import { begun, open } from './deploy.ts'
import { deploymentId } from './fields.ts'
import { deployable } from './plan.ts'

/** Deploys what was live before. It waits for no approval and no freeze, since it takes a change out. */
export function rollbackCommand(desk: Desk): Command {
  return defineCommand({
    name: 'deploy rollback',
    summary: 'Take a deployment back: deploy what was live before it',
    args: z.object({ id: deploymentId }),
    examples: ['deploy rollback D-12'],
    allow: 'maintainer',
    sideEffects: 'outside',
    confirm: ({ id }) => `Take ${formatReference(parseReference(id))} back and deploy what was live before it?`,
    async run({ id }, ctx) {
      const before = await desk.store().byJob(ctx.workspace, ctx.jobId)
      if (before) return begun(desk, before, ctx)
      const row = await desk.store().get(ctx.workspace, parseReference(id))
      const target = await targetOf(desk, row)
      const settings = await deployable(desk, ctx.workspace, row.service, row.environment)
      if (!settings.inputs.includes('sha'))
        throw new HubError(
          'INPUT_INVALID',
          `${settings.workflow} takes no commit, so it cannot bring back ${shortSha(target.sha)}: give it an input "sha" and say so with "deploy service ${row.service} --inputs environment,sha"`,
        )
      const what = { environment: row.environment, ref: target.ref, sha: target.sha, rollsBack: row.number }
      return begun(desk, await open(desk, settings, what, ctx), ctx)
    },
  })
}

async function targetOf(desk: Desk, row: Row): Promise<{ readonly ref: string | null; readonly sha: string }> {
  const reference = formatReference(row.number)
  if (isOpen(row.state))
    throw new HubError('CONFLICT', `${reference} is not over: end it with "deploy cancel ${reference}"`)
  if (row.state === 'cancelled') throw new HubError('CONFLICT', `${reference} was cancelled: nothing of it is live`)
  if (row.state === 'rolled-back') throw new HubError('CONFLICT', `${reference} was taken back already`)
  if (row.rollsBack !== null) {
    const taken = await desk.store().get(row.workspace, row.rollsBack)
    const again = taken.sha
      ? `deploy ${row.service} ${row.environment} ${shortSha(taken.sha)}`
      : `deploy ${row.service} ${row.environment}`
    throw new HubError(
      'CONFLICT',
      `${reference} took back ${formatReference(row.rollsBack)}, and taking that back would bring it live again. If that is what you want, say so with "${again}"`,
    )
  }
  const live = await desk.store().live(row)
  if (live && row.state === 'succeeded' && live.number !== row.number)
    throw new HubError(
      'CONFLICT',
      `${formatReference(live.number)} is live by now: take that back first, with "deploy rollback ${formatReference(live.number)}"`,
    )
  const target = row.state === 'succeeded' ? await desk.store().before(row) : live
  if (!target?.sha)
    throw new HubError(
      'NOT_FOUND',
      `Nothing is known that was live before ${reference}: deploy a commit or a tag instead`,
    )
  return { ref: target.ref, sha: target.sha }
}
