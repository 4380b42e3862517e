import { z } from 'zod'
import { type Context, HubError, handleJob, type JobHandler } from '#contract'
import type { Desk } from './desk.ts'
import { follow } from './follow.ts'
import { runSource } from './intake/runs.ts'
import { startJob } from './jobs.ts'
import { formatReference } from './reference.ts'
import type { Row } from './rows.ts'
import type { ServiceSettings } from './settings/store.ts'

/** What code hosts answer that can tell which run they started. */
const started = z.object({
  runId: z.union([z.string(), z.number().transform(String)]).nullish(),
  url: z.string().nullish(),
})

/** Has the code host run the workflow of the service, once. What cannot be started ends at once, with the reason on its card. */
export function startHandler(desk: Desk): JobHandler {
  return handleJob(startJob, async ({ number }, ctx) => {
    const { workspace } = ctx
    const row = await desk.store().get(workspace, number)
    try {
      if (row.state === 'queued' && row.locked) await start(desk, row, ctx)
    } catch (error) {
      const isFinal = error instanceof HubError && error.retry === 'never'
      if (!isFinal && ctx.attempt < startJob.retry.attempts) throw error
      ctx.log.warn({ deployment: formatReference(number), error: String(error) }, 'a deployment could not be started')
      const reason = error instanceof HubError ? error.message : 'It could not be started: the log of the hub says why'
      await desk
        .store()
        .change(workspace, number, (now) =>
          now.state === 'queued' ? { state: 'failed', finishedAt: new Date(desk.nowMs()), reason } : null,
        )
    }
    // Also when there was nothing to start: an attempt may have died before it told how it ended.
    await follow(ctx, [await desk.store().get(workspace, number)])
    return undefined
  })
}

async function start(desk: Desk, row: Row, ctx: Context): Promise<void> {
  const { workspace, number } = row
  const settings = await desk.settings().service(workspace, row.service)
  const task = settings && desk.tasks().get(`${settings.codeHost}.dispatch`)
  if (!settings?.workflow || !settings.repository || !task)
    throw new HubError(
      'INPUT_INVALID',
      `The hub does not know any more how to deploy ${row.service}: see "deploy service ${row.service}"`,
    )
  const { codeHost, repository, workflow } = settings
  const ref = await branchOf(desk, row, settings, ctx)
  if (
    !settings.inputs.includes('sha') &&
    (await desk.repositories(codeHost)?.resolve(repository, ref, ctx.signal)) !== row.sha
  )
    throw new HubError(
      'CONFLICT',
      `${ref} has moved on since this was asked for, and ${workflow} takes no commit: deploy it again`,
    )
  const answer = await task.run({ repository, workflow, ref, inputs: inputsOf(row, settings) }, ctx)
  await ctx.audit('deploy', formatReference(number), {
    service: row.service,
    environment: row.environment,
    sha: row.sha,
  })
  const { runId, url } = started.catch({}).parse(answer)
  if (runId) await desk.store().name(workspace, runSource(codeHost), runId, number)
  if (url) await desk.store().change(workspace, number, (now) => (now.url === null ? { url } : null))
}

/** Workflows start on a branch or a tag, never on a commit: that one goes along as an input. */
async function branchOf(
  desk: Desk,
  row: Row,
  { codeHost, repository }: ServiceSettings,
  ctx: Context,
): Promise<string> {
  if (row.ref !== null && row.ref !== row.sha && !/^[0-9a-f]{7,64}$/i.test(row.ref)) return row.ref
  const info = repository === null ? null : await desk.repositories(codeHost)?.info(repository, ctx.signal)
  if (!info) throw new HubError('NOT_FOUND', `The hub sees no repository ${repository ?? ''} any more`)
  return info.defaultBranch
}
function inputsOf(row: Row, { inputs }: ServiceSettings): Record<string, string> {
  const known: Readonly<Record<string, string>> = {
    environment: row.environment,
    sha: row.sha ?? '',
    service: row.service,
    deployment: formatReference(row.number),
  }
  return Object.fromEntries(inputs.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])))
}
