import { binder, bindings, definePlugin, provide, repositories, threads } from '#contract'
import { createActions } from './actions.ts'
import { createArtifacts } from './artifacts.ts'
import { createBinder } from './binder.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createHooks } from './hooks.ts'
import { createIdentity } from './identity.ts'
import { createInbound } from './inbound.ts'
import { SIZES } from './limits.ts'
import { sweepSchedule, tellRecovered } from './recovered.ts'
import { createRepositories } from './repositories.ts'
import { createScope } from './scope.ts'
import { createSignals } from './signals.ts'
import { createSweep } from './sweep.ts'
import { createTasks } from './tasks.ts'
import { createThreads } from './threads.ts'
import { createRoutes, MAX_BODY_BYTES } from './webhook.ts'

export const github = definePlugin({
  manifest: {
    name: 'github',
    version: '1.0.0',
    summary: 'Commands in comments, documentation as pull requests, pushes, runs and deployments of GitHub',
    hub: '^1.0.0',
    config,
    secrets: ['webhookSecret', 'token', 'privateKey'],
    maxBodyBytes: MAX_BODY_BYTES,
    can: {
      update: true,
      threads: false,
      buttons: false,
      forms: false,
      plainWords: false,
      // Nobody can be answered alone: what is for the asker stands where they asked.
      private: false,
      files: true,
      reconcile: 'find',
      maxText: SIZES.comment - SIZES.mark,
      maxBlocks: 1_000,
    },
  },
  setup(hub) {
    const client = createClient(hub.config)
    const identity = createIdentity(client)
    const host = createRepositories(client, identity, hub.kv)
    const inbound = createInbound(hub, createSignals(client, hub.log), identity)
    const hooks = createHooks(hub.kv, hub.log)
    const sweep = createSweep({ client, hooks, inbound, kv: hub.kv, log: hub.log })
    return {
      provides: [
        provide(repositories('github'), host),
        provide(binder('github'), createBinder(client)),
        provide(threads('github'), createThreads(client)),
      ],
      tasks: createTasks({
        client,
        host,
        actions: createActions(client, identity, hub.kv),
        artifacts: createArtifacts(client, hub.config.apiUrl, hub.log),
        scope: createScope(client, () => hub.maybe(bindings)),
      }),
      jobs: [tellRecovered],
      schedules: [sweepSchedule(sweep, () => hub.maybe(bindings))],
      routes: createRoutes(hub, inbound, hooks),
      health: () => {
        const [why] = sweep.blind.values()
        return { status: 'ok', ...(why === undefined ? {} : { detail: why }) }
      },
      channel: createChannel(client, hub.config.apiUrl),
      close: () => client.close(),
    }
  },
})
