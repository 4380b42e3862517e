import { z } from 'zod'
import {
  type Context,
  ciRunChanged,
  deploymentReported,
  type EventHandler,
  handleEvent,
  handleJob,
  type JobHandler,
} from '#contract'
import type { Desk } from '../desk.ts'
import { follow } from '../follow.ts'
import { intakeJob, reportReceived, runJob } from '../jobs.ts'
import { nameOf, type Report } from '../report.ts'
import type { Target } from '../store.ts'

export interface Bound {
  readonly workspace: string
  readonly project: string | null
}

const rule = z.object({ deployments: z.boolean().optional() })

/**
 * Whoever bound a repository and did not leave deployments out; null when nobody bound it. The event comes in the platform's own workspace.
 */
async function boundTo(
  desk: Desk,
  plugin: string,
  repository: string,
  ctx: Pick<Context, 'workspace'>,
): Promise<Bound[] | null> {
  const all = await desk
    .bindings()
    .boundTo({ kind: 'repository', plugin, targetWorkspace: ctx.workspace, target: repository })
  if (all.length === 0) return null
  const found = new Map<string, Bound>()
  for (const { workspace, project, rules } of all)
    if (rule.catch({}).parse(rules).deployments !== false && !found.has(workspace))
      found.set(workspace, { workspace, project })
  return [...found.values()]
}
export async function boundWorkspaces(...asked: Parameters<typeof boundTo>): Promise<Bound[]> {
  return (await boundTo(...asked)) ?? []
}

export function intakeEvents(desk: Desk): readonly EventHandler[] {
  const take = async (report: Report, bound: readonly Bound[], ctx: Context) => {
    for (const { workspace, project } of bound) {
      const lane = `deploy|${workspace}|${report.source}:${report.deploymentId}`
      await ctx.enqueue(intakeJob, { report, project }, { workspace, lane })
    }
  }
  return [
    handleEvent(deploymentReported, async (report, ctx) => {
      const bound = report.repository === null ? null : await boundTo(desk, report.source, report.repository, ctx)
      await take(report, bound ?? [{ workspace: desk.home(), project: null }], ctx)
    }),
    handleEvent(reportReceived, async ({ report, workspace: named }, ctx) => {
      const workspace = named ?? desk.home()
      const [bound] =
        report.repository === null
          ? []
          : await desk.bindings().list(workspace, { kind: 'repository', target: report.repository })
      await take(report, [{ workspace, project: bound?.project ?? null }], ctx)
    }),
    handleEvent(ciRunChanged, async (run, ctx) => {
      for (const { workspace, project } of await boundWorkspaces(desk, run.plugin, run.repository, ctx))
        await ctx.enqueue(runJob, { run, project }, { workspace, lane: `deploy|${workspace}|run:${run.runId}` })
    }),
  ]
}

export function intakeHandler(desk: Desk): JobHandler {
  return handleJob(intakeJob, async ({ report, project }, ctx) => {
    await takeIn(desk, report, project, ctx)
    return undefined
  })
}

/** Writes a report down and has it told. */
export async function takeIn(desk: Desk, report: Report, project: string | null, ctx: Context): Promise<void> {
  const store = desk.store()
  const { workspace } = ctx
  await store.report(await targetOf(desk, workspace, report, project), report, desk.nowMs())
  const number = await store.numberOf(workspace, report.source, report.deploymentId)
  if (number === null) return
  const row = await store.get(workspace, number)
  const taken = row.state === 'succeeded' && row.rollsBack !== null ? [await store.get(workspace, row.rollsBack)] : []
  await follow(ctx, [row, ...taken])
}

/** A code host knows its repository, not what people call the service: where one service alone has the repository, it is that one. */
async function targetOf(desk: Desk, workspace: string, report: Report, project: string | null): Promise<Target> {
  const settings = desk.settings()
  const environment = nameOf(report.environment) || 'unknown'
  let service = nameOf(report.service) || 'unknown'
  if (report.repository !== null && !(await settings.service(workspace, service))) {
    const [only, ...others] = await settings.servicesOf(workspace, report.repository)
    if (only && others.length === 0) service = only.service
  }
  const { production } = await settings.environment(workspace, environment)
  return { workspace, service, environment, project, production }
}
