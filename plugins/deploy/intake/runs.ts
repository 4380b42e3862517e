import { type Context, type ciRunChanged, handleJob, type JobHandler, type Out } from '#contract'
import type { Desk } from '../desk.ts'
import { artifactsJob, runJob } from '../jobs.ts'
import type { Report } from '../report.ts'
import type { Row } from '../rows.ts'
import { takeIn } from './route.ts'

type Run = Out<typeof ciRunChanged.payload>
/** A run begins this long after it was asked for, at most. */
const CLAIMED_WITHIN_MS = 15 * 60_000
/** Clocks of two machines. */
const SKEW_MS = 60_000

/** Runs of a code host are deployments where the hub started them, or where their workflow deploys one service to one place. */
export function runHandler(desk: Desk): JobHandler {
  return handleJob(runJob, async ({ run, project }, ctx) => {
    const { workspace } = ctx
    const source = runSource(run.plugin)
    const store = desk.store()
    let number = await store.numberOf(workspace, source, run.runId)
    if (number === null) {
      const mine = await claimed(desk, workspace, run)
      if (mine && (await store.name(workspace, source, run.runId, mine.number))) number = mine.number
    }
    if (number !== null) {
      const row = await store.get(workspace, number)
      await takeIn(desk, reportOfRun(run, row), row.project, ctx)
      await askForArtifacts(run, ctx)
      return undefined
    }
    const only = await deployedBy(desk, workspace, run)
    if (!only) return undefined
    await takeIn(desk, reportOfRun(run, only), project, ctx)
    await askForArtifacts(run, ctx)
    return undefined
  })
}
/** Once for each end of a run: until then nobody knows whether there will be more. */
async function askForArtifacts({ plugin, repository, runId, state, attempt }: Run, ctx: Context): Promise<void> {
  if (state !== 'done') return
  const key = `${ctx.workspace}:${plugin}:${runId}:${attempt}`
  await ctx.enqueue(artifactsJob, { codeHost: plugin, repository, runId }, { key })
}
export const runSource = (codeHost: string): string => `${codeHost}-run`

/** Deployment of the hub that waits for a run of this workflow: that of the same commit before any other, the oldest before a younger one. */
async function claimed(desk: Desk, workspace: string, run: Run): Promise<Row | null> {
  if (run.event !== 'workflow_dispatch') return null
  const rows = await desk.store().unclaimed(workspace, run.repository, run.atMs - CLAIMED_WITHIN_MS)
  const fitting: Row[] = []
  for (const row of rows.reverse()) {
    const settings = await desk.settings().service(workspace, row.service)
    const isOlder = row.startedAt.getTime() <= run.atMs + SKEW_MS
    if (isOlder && settings?.codeHost === run.plugin && isWorkflow(settings.workflow, run.path)) fitting.push(row)
  }
  return fitting.find((row) => row.sha === run.sha) ?? fitting[0] ?? null
}

/** Whoever started it: a workflow that one service names, with one environment, can only mean that. */
async function deployedBy(
  desk: Desk,
  workspace: string,
  run: Run,
): Promise<{ service: string; environment: string } | null> {
  const services = await desk.settings().servicesOf(workspace, run.repository)
  const fitting = services.filter((one) => one.codeHost === run.plugin && isWorkflow(one.workflow, run.path))
  const [only, ...others] = fitting
  const [environment, ...more] = only?.environments ?? []
  if (!only || others.length > 0 || environment === undefined || more.length > 0) return null
  return { service: only.service, environment }
}
const isWorkflow = (file: string | null, path: string | null): boolean =>
  file !== null && path !== null && (path === file || path.endsWith(`/${file}`))

function reportOfRun(run: Run, at: { readonly service: string; readonly environment: string }): Report {
  const { state, conclusion } = run
  const ended = {
    success: 'succeeded',
    failure: 'failed',
    cancelled: 'cancelled',
    skipped: 'cancelled',
    other: 'failed',
  } as const
  return {
    source: runSource(run.plugin),
    deploymentId: run.runId,
    service: at.service,
    environment: at.environment,
    state: state === 'done' ? ended[conclusion ?? 'other'] : state,
    ref: run.branch,
    sha: run.sha,
    repository: run.repository,
    by: null,
    url: run.runUrl,
    environmentUrl: null,
    description:
      state === 'done' && conclusion !== 'success' ? `${run.name} ended with ${conclusion ?? 'nothing'}` : null,
    rollsBack: null,
    atMs: run.atMs,
  }
}
