import {
  bindings,
  budget,
  database,
  directory,
  type EventHandler,
  type Hub,
  HubError,
  handleEvent,
  handleJob,
  type JobHandler,
  type Json,
  jobsControl,
  links,
  mail,
  model,
  type Parts,
  provide,
  tasks,
  waitingIn,
} from '#contract'
import { decide } from './approvals/decide.ts'
import { createApprovalStore } from './approvals/store.ts'
import { waitingApprovals } from './approvals/waiting.ts'
import { answeredByLink, hooked } from './arrivals.ts'
import { approveCommands } from './commands/approve.ts'
import { lookCommands } from './commands/look.ts'
import { runCommand } from './commands/run.ts'
import { saveCommands } from './commands/save.ts'
import { steerCommands } from './commands/steer.ts'
import type { WorkflowConfig } from './config.ts'
import { createCatalogue } from './definition/catalogue.ts'
import { createDefinitionStore } from './definition/store.ts'
import { follow, show } from './follow.ts'
import { cancelJob, cardJob, childJob, dueJob, followJob, happenedJob, startJob, stepJob } from './jobs.ts'
import { cancelRun, childIsOver, timeIsOver } from './outcomes.ts'
import { createPace } from './pace.ts'
import type { Ports } from './ports.ts'
import { createRoutes } from './routes.ts'
import { unchanged } from './runs/apply.ts'
import { createRunStore } from './runs/store.ts'
import { ringAfter } from './steps/due.ts'
import { runStep } from './steps/run-step.ts'
import { eventHandlers } from './triggers/events.ts'
import { fits } from './triggers/fits.ts'
import { happened, startByTrigger } from './triggers/happened.ts'
import { tick } from './triggers/schedules.ts'
import { createWaitStore } from './waits/store.ts'

export function setupWorkflow(hub: Hub<WorkflowConfig>): Parts {
  const made = portsOf(hub)
  const ports = () => made
  return {
    commands: [
      ...lookCommands(ports),
      runCommand(ports),
      ...approveCommands(ports),
      ...steerCommands(ports),
      ...saveCommands(ports),
    ],
    jobs: jobHandlers(made),
    events: [...eventHandlers(ports), ...arrivals(made)],
    provides: [provide(waitingIn('workflow'), waitingApprovals(ports))],
    schedules: [{ name: 'due', everyMs: 60_000, run: (_, ctx) => tick(new Date(), ctx, made) }],
    routes: createRoutes(hub, ports),
  }
}

function portsOf(hub: Hub<WorkflowConfig>): Ports {
  const runs = once(() => createRunStore(hub.use(database)))
  const definitions = once(() => createDefinitionStore(hub.use(database)))
  const allTasks = () => hub.use(tasks)
  return {
    config: hub.config,
    log: hub.log,
    pace: createPace(),
    runs,
    definitions,
    approvals: once(() => createApprovalStore(hub.use(database))),
    waits: once(() => createWaitStore(hub.use(database))),
    catalogue: createCatalogue({
      store: definitions,
      folder: hub.config.dir ?? null,
      tasks: () => allTasks().all.map(({ name }) => name),
    }),
    tasks: allTasks,
    directory: () => hub.use(directory),
    links: () => hub.use(links),
    control: () => hub.use(jobsControl),
    bindings: () => hub.use(bindings),
    model: () => hub.maybe(model),
    budget: () => hub.maybe(budget),
    mail: () => hub.maybe(mail),
  }
}

function jobHandlers(ports: Ports): readonly JobHandler[] {
  return [
    handleJob(stepJob, async (payload, ctx) => void (await runStep(payload, ctx, ports))),
    handleJob(dueJob, async ({ leftMs, stage, ...attempt }, ctx) => {
      await (leftMs > 0 ? ringAfter(attempt, leftMs, ctx, ports, stage + 1) : timeIsOver(attempt, ctx, ports))
      return undefined
    }),
    handleJob(childJob, async (payload, ctx) => void (await childIsOver(payload, ctx, ports))),
    handleJob(cancelJob, async ({ run, reason }, ctx) => void (await cancelRun(run, reason, null, ctx, ports))),
    handleJob(followJob, async ({ run }, ctx) => {
      const snapshot = await ports.runs().get(ctx.workspace, run)
      if (snapshot) await follow({ ...unchanged(snapshot), changed: true }, ctx, ports, true)
      return undefined
    }),
    handleJob(cardJob, async ({ run }, ctx) => {
      const snapshot = await ports.runs().get(ctx.workspace, run)
      if (snapshot) await show(snapshot, ctx, ports)
      return undefined
    }),
    handleJob(happenedJob, async ({ event: name, id, payload, depth }, ctx) => {
      await happened({ name, id, payload: payload as Json, depth }, ctx, ports)
      return undefined
    }),
    handleJob(startJob, async ({ event, ...fired }, ctx) => {
      await startByTrigger({ ...fired, event: (event ?? null) as Json }, ctx, ports)
      return undefined
    }),
  ]
}

/** What came in by our own routes. */
function arrivals(ports: Ports): readonly EventHandler[] {
  return [
    handleEvent(hooked, async ({ name, key, body }, ctx) => {
      const saved = await ports.definitions().get(ctx.workspace, name)
      const event = { body: body as Json }
      for (const [nth, trigger] of saved?.definition.triggers.entries() ?? []) {
        if (!('webhook' in trigger) || !fits(trigger.if, { event })) continue
        const started = `webhook:${name}:${key}:${nth}`
        await ctx.enqueue(
          startJob,
          { name, nth, trigger: 'webhook', key: started, event, depth: 0 },
          { key: started, workspace: ctx.workspace },
        )
      }
    }),
    handleEvent(answeredByLink, async ({ approvalId, vote, reason }, ctx) => {
      const approval = await ports.approvals().get(null, ctx.workspace, approvalId)
      if (!approval) return
      try {
        await decide(approval, { vote, reason, delegate: null }, ctx, ports)
      } catch (error) {
        if (!(error instanceof HubError) || error.retry !== 'never') throw error
        // The page was of a minute ago; the card says what stands.
        ctx.log.info({ approval: approvalId, reason: error.message }, 'an answer by link did not count')
      }
    }),
  ]
}

/** Services exist only after every set-up, so what needs them is made at first use. */
function once<T>(make: () => T): () => T {
  let value: { readonly made: T } | undefined
  return () => {
    value ??= { made: make() }
    return value.made
  }
}
