import {
  bindings,
  database,
  deployments,
  type Hub,
  links,
  operations,
  type Parts,
  provide,
  repositories,
  tasks,
  tracker,
  waitingIn,
} from '#contract'
import { stories } from '../story/api.ts'
import { issuesHandler } from './card/issues.ts'
import { tellHandler } from './card/jobs.ts'
import { changesHandler, gitEvents } from './changes/jobs.ts'
import { createCommits } from './changes/store.ts'
import { cancelCommand } from './commands/cancel.ts'
import { decideCommands } from './commands/decide.ts'
import { deployCommand } from './commands/deploy.ts'
import { freezeCommands } from './commands/freeze.ts'
import { readCommands } from './commands/read.ts'
import { rollbackCommand } from './commands/rollback.ts'
import { settingsCommands } from './commands/settings.ts'
import { subscribeCommands } from './commands/subscribe.ts'
import { verifyCommand } from './commands/verify.ts'
import { webhookCommands } from './commands/webhooks.ts'
import type { DeployConfig } from './config.ts'
import type { Desk } from './desk.ts'
import { lateHandler } from './groups/jobs.ts'
import { createGroups } from './groups/store.ts'
import { artifactsHandler } from './intake/artifacts.ts'
import { deployOperations } from './intake/operations.ts'
import { intakeEvents, intakeHandler } from './intake/route.ts'
import { runHandler } from './intake/runs.ts'
import { deployRoutes } from './intake/webhook.ts'
import { createMeasures } from './measures/store.ts'
import { once } from './once.ts'
import { type Outgoing, webhookHandler } from './outgoing/jobs.ts'
import { createWebhookSecrets } from './outgoing/secrets.ts'
import { createEndpoints } from './outgoing/store.ts'
import { createDeployments } from './service.ts'
import { createSettings } from './settings/store.ts'
import { startHandler } from './start.ts'
import { createStore } from './store.ts'
import { createSubscriptions } from './subscriptions/store.ts'
import { endHandler, sweepSchedules } from './sweep.ts'
import { waitingDeployments } from './waiting.ts'

export function setupDeploy(hub: Hub<DeployConfig>): Parts {
  const desk: Desk = {
    store: once(() => createStore(hub.use(database))),
    settings: once(() => createSettings(hub.use(database))),
    subscriptions: once(() => createSubscriptions(hub.use(database))),
    groups: once(() => createGroups(hub.use(database))),
    commits: once(() => createCommits(hub.use(database))),
    measures: once(() => createMeasures(hub.use(database)).read),
    bindings: () => hub.use(bindings),
    links: () => hub.use(links),
    tasks: () => hub.use(tasks),
    repositories: (codeHost) => hub.maybe(repositories(codeHost)),
    stories: () => hub.maybe(stories),
    tracker: (plugin) => hub.maybe(tracker(plugin)),
    home: () => hub.use(operations).home,
    nowMs: () => Date.now(),
  }
  const outgoing: Outgoing = {
    endpoints: once(() => createEndpoints(hub.use(database))),
    secrets: once(() => createWebhookSecrets(hub.kv)),
    allowHosts: hub.config.webhookAllowHosts,
    nowMs: desk.nowMs,
    random: Math.random,
  }
  const service = createDeployments(desk.store, desk.measures)
  const routes = deployRoutes(hub, desk.home, desk.nowMs)
  return {
    ...(routes ? { routes } : {}),
    provides: [provide(deployments, service), provide(waitingIn('deploy'), waitingDeployments(desk))],
    commands: [
      deployCommand(desk),
      ...decideCommands(desk),
      rollbackCommand(desk),
      cancelCommand(desk),
      ...readCommands(desk),
      verifyCommand(desk),
      ...settingsCommands(desk, hub.catalog),
      ...freezeCommands(desk),
      ...subscribeCommands(desk),
      ...webhookCommands(outgoing, desk),
    ],
    events: [...intakeEvents(desk), ...gitEvents(desk)],
    jobs: [
      intakeHandler(desk),
      runHandler(desk),
      artifactsHandler(desk),
      changesHandler(desk),
      tellHandler(desk, outgoing),
      lateHandler(desk),
      issuesHandler(desk),
      startHandler(desk),
      endHandler(desk),
      webhookHandler(outgoing),
    ],
    schedules: sweepSchedules(desk),
    operations: deployOperations(hub, service, desk.home),
  }
}
