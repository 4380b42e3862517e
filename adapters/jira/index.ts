import { binder, bindings, type Context, definePlugin, type Log, provide, tracker } from '#contract'
import { createBinder } from './binder.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { overDataCenter, personalToken } from './data-center/client.ts'
import { fromDataCenter } from './data-center/deliveries.ts'
import { createDataCenterHooks } from './data-center/hooks.ts'
import { createEdition } from './edition.ts'
import { createFields } from './fields.ts'
import { createGatheredRead } from './gathered.ts'
import { createHealth } from './health.ts'
import { createHooks, ensureHook } from './hooks.ts'
import { createInbound } from './inbound.ts'
import { load } from './issue.ts'
import { SIZES } from './limits.ts'
import { createOAuth } from './oauth-app.ts'
import { createOverwritten } from './overwritten.ts'
import { createOwn } from './own.ts'
import { workspaceOf } from './place.ts'
import { createSeen } from './seen.ts'
import { createSweep } from './sweep.ts'
import { createTracker } from './tracker.ts'
import { createRoutes, MAX_BODY_BYTES } from './webhook.ts'

const SWEEP_MS = 5 * 60_000
const HOOKS_MS = 60_000
const ABOUT_TIMEOUT_MS = 5_000

export const jira = definePlugin({
  manifest: {
    name: 'jira',
    version: '1.0.0',
    summary: 'Criteria in Jira issues, kept in step, and commands in their comments',
    hub: '^1.0.0',
    config,
    secrets: ['apiToken', 'personalAccessToken', 'webhookSecret', 'clientSecret'],
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
    const oauth = createOAuth(hub, now)
    const { personalAccessToken: token, baseUrl } = hub.config
    const client =
      token === undefined
        ? createClient(hub.config, now, oauth?.connections)
        : overDataCenter(createClient(hub.config, now, personalToken(baseUrl, token)))
    const keeper = oauth?.keeperOf(client) ?? null
    const workspace = workspaceOf(hub.config)
    const edition = createEdition(client, token === undefined ? 'cloud' : 'data-center')
    const fields = createFields(client)
    const readIssue = createGatheredRead(client)
    const seen = createSeen(hub.kv)
    const stopped = new AbortController()
    let trouble: string | null = null
    const own = createOwn(client, readIssue)
    const overwritten = createOverwritten({ client, hub, kv: hub.kv, own, workspace, now })
    const inbound = createInbound({
      hub,
      workspace,
      own,
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
      lookAt: overwritten.look,
      // A webhook of the site has a secret of its own, and no others fit it.
      isOurHook: async (matched) => (keeper === null ? true : keeper.isOurs(matched)),
    })
    const sweep = createSweep({ client, hub, kv: hub.kv, seen, workspace, now })
    const hooksOf = () => {
      if (token === undefined) return createHooks(client, hub.config)
      return createDataCenterHooks(client, hub.config, edition.signs() ?? true)
    }
    const setUp = async (): Promise<void> => {
      const wrong = await edition.check(stopped.signal)
      if (wrong !== null) hub.log.error({}, wrong)
      if (wrong !== null || keeper !== null) trouble = wrong
      else trouble = await ensureHook(hooksOf(), hub.config, hub.log, stopped.signal)
    }
    const keepHooks = async (log: Log, signal: AbortSignal): Promise<void> => {
      if (trouble === null) await keeper?.run(log, signal)
    }
    const recover = async (_slot: { readonly startMs: number }, ctx: Context): Promise<void> => {
      // Asked again where the site was away at the start.
      const wrong = await edition.check(ctx.signal)
      if (wrong !== null) trouble = wrong
      // Nobody connected the site yet: health says so, and what changes meanwhile is found afterwards.
      else if (oauth === null || (await oauth.connections.standing()) !== null) await sweep(ctx.log, ctx.signal)
    }
    const keepOnTime = (_slot: unknown, ctx: Context): Promise<void> => keepHooks(ctx.log, ctx.signal)
    const heard = token === undefined ? inbound : fromDataCenter(inbound, client, fields)
    const routes = createRoutes(hub, heard, now, edition)
    oauth?.addRoutes(routes, () => {
      keepHooks(hub.log, stopped.signal).catch((error: unknown) => {
        hub.log.warn({ error: error instanceof Error ? error.message : '' }, "Jira's webhooks are set up in a minute")
      })
    })
    const health = createHealth(client, () => trouble ?? keeper?.trouble() ?? null)
    return {
      routes,
      channel: createChannel(client),
      provides: [
        provide(
          tracker('jira'),
          createTracker({ client, fields, readIssue, kv: hub.kv, workspace, writes: overwritten.writes, now }),
        ),
        provide(binder('jira'), createBinder(client, workspace)),
      ],
      health: async () => {
        // While the database is away, that is the trouble.
        const detail = (await oauth?.connections.trouble().catch(() => null)) ?? null
        return detail === null ? health() : { status: 'degraded', detail }
      },
      events: [overwritten.handler],
      schedules: [
        { name: 'recover', everyMs: SWEEP_MS, run: recover },
        ...(keeper ? [{ name: 'hooks', everyMs: HOOKS_MS, run: keepOnTime }] : []),
      ],
      start() {
        // Not waited for: the hub starts while Jira is away.
        void setUp()
      },
      close() {
        stopped.abort()
        client.close()
        oauth?.close()
      },
    }
  },
})
