import { binder, bindings, definePlugin, provide, tracker } from '#contract'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createGroupHandler } from './groups.ts'
import { createHealth } from './health.ts'
import { createIdentities } from './identity.ts'
import { createInbound } from './inbound.ts'
import { SIZES } from './limits.ts'
import { createMarker } from './mark.ts'
import { createPlans } from './plan.ts'
import { createBinder, createProjects } from './projects.ts'
import { createMemory } from './proof.ts'
import { createReader } from './reader.ts'
import { createSessions } from './sessions.ts'
import { createSignals } from './signals.ts'
import { createStoryHandler } from './story.ts'
import { createSweep } from './sweep.ts'
import { createTargets } from './targets.ts'
import { createThreads } from './threads.ts'
import { createTracker, PLACES } from './tracker.ts'
import { createRoutes, MAX_BODY_BYTES } from './webhook.ts'
import { createWriter } from './write.ts'

export const linear = definePlugin({
  manifest: {
    name: 'linear',
    version: '1.0.0',
    summary: 'Acceptance criteria in issues of Linear, commands in its comments, and the hub as an agent',
    hub: '^1.0.0',
    config,
    secrets: ['apiKey', 'webhookSecret'],
    maxBodyBytes: MAX_BODY_BYTES,
    can: {
      update: true,
      threads: true,
      buttons: false,
      forms: false,
      // Nobody can be answered alone: what is for the asker stands where they asked.
      private: false,
      files: true,
      reconcile: 'native',
      maxText: SIZES.comment,
      maxBlocks: 1_000,
    },
  },
  setup(hub) {
    const client = createClient(hub.config)
    const identities = createIdentities(client, hub.log)
    const marker = createMarker(hub.config.webhookSecret)
    const memory = createMemory(hub.kv)
    const targets = createTargets(() => hub.maybe(bindings))
    const reader = createReader({ client, identities, marker, memory, targets })
    const writer = createWriter({ client, reader, marker, memory })
    const projects = createProjects(client, identities)
    const sessions = createSessions(hub, client, createPlans(client, hub.log))
    const threads = createThreads(hub.kv, client)
    const signals = createSignals(client, hub.log)
    const inbound = createInbound(hub, { identities, marker, targets, sessions, signals, threads })
    return {
      provides: [
        provide(tracker('linear'), createTracker({ client, identities, reader, writer, projects, marker })),
        provide(binder('linear'), createBinder(projects, identities, PLACES)),
      ],
      routes: createRoutes(hub, inbound),
      channel: createChannel(client, sessions, threads),
      events: [...sessions.events, createStoryHandler(hub, reader, sessions), createGroupHandler(reader, inbound)],
      schedules: [createSweep({ hub, client, identities, reader, inbound, kv: hub.kv })],
      health: createHealth(client),
    }
  },
})
