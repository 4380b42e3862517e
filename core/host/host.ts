import type { Hono } from 'hono'
import type { ApiOperation } from '../contract/api.ts'
import type { Capabilities, Channel } from '../contract/channel.ts'
import type { Command } from '../contract/command.ts'
import { HubError } from '../contract/errors.ts'
import type { EventHandler, JobHandler, Schedule } from '../contract/jobs.ts'
import type { Log } from '../contract/log.ts'
import type { HookEnv, Hub, Manifest, Plugin, Provision, Service } from '../contract/plugin.ts'
import type { TaskHandler } from '../contract/task.ts'
import { checkManifests, checkParts, type SetUp } from './check.ts'
import { checkConfig, type VariableNames } from './config.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import type { Mask } from './mask.ts'

/** A plugin's door without the ports between plugins, which are the host's. */
export type BaseHub = Omit<Hub, 'use' | 'maybe'>

export interface HostOptions {
  readonly plugins: readonly Plugin[]
  /** Raw config by plugin name, as `configFromEnv` reads it; a plugin that is not listed gets `{}`. */
  readonly configs: Readonly<Record<string, unknown>>
  /** Variables by plugin name and config key, where they are not `<NAME>_<KEY>`; named in error messages. */
  readonly variables?: Readonly<Record<string, VariableNames>>
  /** What the hub itself provides: database, budget. */
  readonly services: readonly Provision[]
  makeHub(plugin: Plugin, config: unknown): BaseHub
  readonly log: Log
  /** Learns the value of every config key that a manifest calls secret. */
  readonly mask: Mask
}
/** A part with the name of the plugin it came from. */
export interface Owned<T> {
  readonly plugin: string
  readonly part: T
}
/** Every plugin set up and checked. The lists are fixed: parts are returned by `setup` and nothing registers later. */
export interface Host extends Lifecycle {
  /** In start order. */
  readonly plugins: readonly {
    readonly manifest: Manifest
    readonly config: unknown
    readonly provides: readonly string[]
  }[]
  readonly commands: readonly Owned<Command>[]
  readonly jobs: readonly Owned<JobHandler>[]
  readonly events: readonly Owned<EventHandler>[]
  readonly schedules: readonly Owned<Schedule>[]
  readonly tasks: readonly TaskHandler[]
  readonly operations: readonly ApiOperation[]
  readonly channels: ReadonlyMap<string, { readonly channel: Channel; readonly can: Capabilities }>
  /** Mounted by the HTTP app at `/hooks/<plugin>`. */
  readonly routes: ReadonlyMap<string, Hono<HookEnv>>
  readonly sites: readonly Hono<HookEnv>[]
  /** Implementations by service name, those of `services` included. */
  readonly provisions: ReadonlyMap<string, unknown>
}

/**
 * Checks manifests and configs, sets plugins up in list order and sorts them by what they require. Every failure of a stage is reported at
 * once: one CONFIG_INVALID, one line for each.
 * @example const host = await createHost({ plugins, configs, services, makeHub, log, mask }); await host.start(signal)
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { plugins, log } = options
  const configs = readConfigs(options)
  const provisions = new Map<string, unknown>(options.services.map(({ service, impl }) => [service.name, impl]))
  let ready = false

  const setUps: SetUp[] = []
  const failures: string[] = []
  let cause: unknown
  for (const plugin of plugins) {
    const { name } = plugin.manifest
    try {
      const base = options.makeHub(plugin, configs.get(name))
      const hub = { ...base, ...ports(plugin.manifest, provisions, () => ready) }
      setUps.push({ plugin, parts: await plugin.setup(hub) })
    } catch (err) {
      cause ??= err
      failures.push(
        `${name}: set-up failed: ${err instanceof Error ? err.message.split('\n', 1).join('') : String(err)}`,
      )
    }
  }
  const { problems, order } =
    failures.length > 0 ? { problems: failures, order: [] } : checkParts(setUps, [...provisions.keys()])
  if (problems.length > 0) {
    await createLifecycle(
      setUps.map(({ plugin, parts }) => ({ name: plugin.manifest.name, parts })),
      log,
    ).close()
    throw new HubError('CONFIG_INVALID', problems.join('\n'), { cause })
  }
  for (const { parts } of setUps) {
    for (const { service, impl } of parts.provides ?? []) provisions.set(service.name, impl)
  }
  ready = true

  const inOrder = order.flatMap((name) => setUps.filter(({ plugin }) => plugin.manifest.name === name))
  const all = <T>(pick: (setUp: SetUp) => readonly T[] | undefined): Owned<T>[] =>
    setUps.flatMap((setUp) => (pick(setUp) ?? []).map((part) => ({ plugin: setUp.plugin.manifest.name, part })))
  return {
    plugins: inOrder.map(({ plugin, parts }) => ({
      manifest: plugin.manifest,
      config: configs.get(plugin.manifest.name),
      provides: (parts.provides ?? []).map(({ service }) => service.name),
    })),
    commands: all(({ parts }) => parts.commands),
    jobs: all(({ parts }) => parts.jobs),
    events: all(({ parts }) => parts.events),
    schedules: all(({ parts }) => parts.schedules),
    tasks: all(({ parts }) => parts.tasks).map(({ part }) => part),
    operations: all(({ parts }) => parts.operations).map(({ part }) => part),
    channels: new Map(
      setUps.flatMap(({ plugin: { manifest }, parts: { channel } }) =>
        channel && manifest.can ? [[manifest.name, { channel, can: manifest.can }]] : [],
      ),
    ),
    routes: new Map(
      setUps.flatMap(({ plugin, parts }) => (parts.routes ? [[plugin.manifest.name, parts.routes]] : [])),
    ),
    sites: setUps.flatMap(({ parts }) => (parts.site ? [parts.site] : [])),
    provisions,
    ...createLifecycle(
      inOrder.map(({ plugin, parts }) => ({ name: plugin.manifest.name, parts })),
      log,
    ),
  }
}

function readConfigs({ plugins, configs, variables = {}, mask }: HostOptions): ReadonlyMap<string, unknown> {
  const problems = [...checkManifests(plugins)]
  const parsed = new Map<string, unknown>()
  for (const plugin of plugins) {
    const { name, config: schema, secrets = [] } = plugin?.manifest ?? {}
    // Its manifest is refused already.
    if (typeof schema?.['~standard']?.validate !== 'function') continue
    const checked = checkConfig(plugin, configs[name] ?? {}, variables[name])
    if ('problems' in checked) problems.push(...checked.problems)
    else {
      parsed.set(name, checked.config)
      for (const [key, value] of Object.entries(checked.config ?? {})) {
        if (secrets.includes(key) && typeof value === 'string') mask.add(value)
      }
    }
  }
  if (problems.length > 0) throw new HubError('CONFIG_INVALID', problems.join('\n'))
  return parsed
}

function ports(manifest: Manifest, provisions: ReadonlyMap<string, unknown>, isReady: () => boolean) {
  const { name, requires = [] } = manifest
  const find = <T>(service: Service<T>): T | undefined => {
    if (!isReady()) {
      const cure = 'take it in start or in a handler, not in setup'
      throw new HubError('CONFIG_INVALID', `${name}: "${service.name}" is usable once every plugin is set up; ${cure}`)
    }
    return provisions.get(service.name) as T | undefined
  }
  return {
    use<T>(service: Service<T>): T {
      if (!requires.some((need) => need.name === service.name)) {
        const cure = 'add it there or call hub.maybe'
        throw new HubError(
          'CONFIG_INVALID',
          `${name}: "${service.name}" is not in the requires of its manifest; ${cure}`,
        )
      }
      const impl = find(service)
      // Cannot be: needs were checked before the hub was ready.
      if (impl === undefined) throw new HubError('CONFIG_INVALID', `${name}: nobody provides "${service.name}"`)
      return impl
    },
    maybe<T>(service: Service<T>): T | null {
      return find(service) ?? null
    },
  }
}
