import { binder, bindings, type Context, definePlugin, provide, tracker } from '#contract'
import { createBinder } from './binder.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createEdition } from './edition.ts'
import { createFields } from './fields.ts'
import { createGatheredRead } from './gathered.ts'
import { createHealth } from './health.ts'
import { createHooks, ensureHook } from './hooks.ts'
import { createInbound } from './inbound.ts'
import { load } from './issue.ts'
import { SIZES } from './limits.ts'
import { createOwn } from './own.ts'
import { workspaceOf } from './place.ts'
import { createSeen } from './seen.ts'
import { createSweep } from './sweep.ts'
import { createTracker } from './tracker.ts'
import { createRoutes, MAX_BODY_BYTES } from './webhook.ts'

const SWEEP_MS = 5 * 60_000
const ABOUT_TIMEOUT_MS = 5_000

export const jira = definePlugin({
  manifest: {
    name: 'jira',
    version: '1.0.0',
    summary: 'Criteria in Jira issues, kept in step, and commands in their comments',
    hub: '^1.0.0',
    config,
    secrets: ['apiToken', 'webhookSecret'],
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
      maxText: SIZES.document,
      maxBlocks: 1_000,
    },
  },
  setup(hub) {
    const now = Date.now
    const client = createClient(hub.config)
    const workspace = workspaceOf(hub.config)
    const edition = createEdition(client)
    const readIssue = createGatheredRead(client)
    const seen = createSeen(hub.kv)
    const stopped = new AbortController()
    let trouble: string | null = null
    const inbound = createInbound({
      hub,
      workspace,
      own: createOwn(client, readIssue),
      seen,
      now,
      async aboutIssue(id) {
        const found = await load(client, workspace, id, { kind: 'description' }, AbortSignal.timeout(ABOUT_TIMEOUT_MS))
        return found === null ? '' : `${found.issue.title}\n\n${found.issue.body}`
      },
      async isBound(project) {
        const target = { kind: 'tracker', plugin: 'jira', targetWorkspace: workspace, target: project } as const
        return ((await hub.maybe(bindings)?.boundTo(target)) ?? []).length > 0
      },
    })
    const sweep = createSweep({ client, hub, kv: hub.kv, seen, workspace, now })
    const setUp = async (): Promise<void> => {
      const wrong = await edition.check(stopped.signal)
      if (wrong !== null) hub.log.error({}, wrong)
      trouble = wrong ?? (await ensureHook(createHooks(client, hub.config), hub.config, hub.log, stopped.signal))
    }
    const recover = async (_slot: { readonly startMs: number }, ctx: Context): Promise<void> => {
      // Asked again where the site was away at the start.
      const wrong = await edition.check(ctx.signal)
      if (wrong === null) await sweep(ctx.log, ctx.signal)
      else trouble = wrong
    }
    return {
      routes: createRoutes(hub, inbound),
      channel: createChannel(client),
      provides: [
        provide(
          tracker('jira'),
          createTracker({ client, fields: createFields(client), readIssue, kv: hub.kv, workspace, now }),
        ),
        provide(binder('jira'), createBinder(client, workspace)),
      ],
      health: createHealth(client, () => trouble),
      schedules: [{ name: 'recover', everyMs: SWEEP_MS, run: recover }],
      start() {
        // Not waited for: the hub starts while Jira is away.
        void setUp()
      },
      close() {
        stopped.abort()
        client.close()
      },
    }
  },
})
