import { describe, expect, it, onTestFinished } from 'vitest'
import type { Command } from '../../core/contract/command.ts'
import { HubError } from '../../core/contract/errors.ts'
import type { Parts, Plugin, Provision } from '../../core/contract/plugin.ts'
import { checkManifests } from '../../core/host/check.ts'
import { checkConfig, type VariableNames, variableOf } from '../../core/host/config.ts'
import { type BaseHub, createHost, type Host } from '../../core/host/host.ts'
import { createMask } from '../../core/host/mask.ts'

export interface PluginCase {
  readonly plugin: Plugin
  /** Raw config that is valid, as its variables would give it. */
  readonly config: Readonly<Record<string, unknown>>
  /** Variables that are not `<NAME>_<KEY>`, by config key. */
  readonly variables?: VariableNames
  /** Implementations of what it requires, where an empty object is not enough to start. */
  readonly services?: readonly Provision[]
  /** Cases it cannot hold, by title and with the reason. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[]
}

/** What every plugin promises, adapters included. Called at the top level of its own test file. */
export function pluginContract({ plugin, config, variables = {}, services = [], skip = [] }: PluginCase): void {
  const { name, secrets = [], requires = [] } = plugin.manifest
  const holds = (title: string, run: () => Promise<void> | void) => {
    const skipped = skip.find(({ test }) => test === title)
    it.skipIf(skipped !== undefined)(skipped ? `${title} (skipped: ${skipped.reason})` : title, run)
  }
  const make = async (): Promise<{ host: Host; parts: Parts }> => {
    let parts: Parts | undefined
    const given = new Set(services.map(({ service }) => service.name))
    const host = await createHost({
      plugins: [
        {
          manifest: plugin.manifest,
          setup: async (hub) => {
            parts = await plugin.setup(hub)
            return parts
          },
        },
      ],
      configs: { [name]: config },
      services: [
        ...services,
        ...requires.filter((service) => !given.has(service.name)).map((service) => ({ service, impl: {} })),
      ],
      makeHub: (_, parsed) => standInHub(parsed),
      log: SILENT,
      mask: createMask(),
    })
    onTestFinished(() => host.close())
    if (!parts) throw new Error('setup was not called')
    return { host, parts }
  }

  describe(`plugin contract: ${name}`, () => {
    holds('has a valid manifest', () => {
      expect(checkManifests([plugin])).toEqual([])
    })
    holds('accepts its config', () => {
      expect(checkConfig(plugin, config)).not.toHaveProperty('problems')
    })
    holds('names the key and the variable when a setting is missing', () => {
      for (const key of Object.keys(config)) {
        const { [key]: _, ...rest } = config
        const checked = checkConfig(plugin, rest, variables)
        if (!('problems' in checked)) continue
        expect(checked.problems.join('\n')).toContain(
          `${name}: ${key} is missing; set ${variableOf(name, key, variables)}`,
        )
      }
    })
    holds('quotes no secret in a config error', () => {
      const canary = 'canary-4f1d9b7a2c'
      for (const key of secrets) {
        const broken = { ...Object.fromEntries(Object.keys(config).map((other) => [other, {}])), [key]: canary }
        const checked = checkConfig(plugin, broken)
        if ('problems' in checked) expect(checked.problems.join('\n')).not.toContain(canary)
      }
    })
    holds('gives independent parts each time it is set up', async () => {
      const [first, second] = [await make(), await make()]
      expect(first.parts).not.toBe(second.parts)
      for (const part of ['channel', 'routes', 'site'] as const) {
        if (first.parts[part]) expect(first.parts[part], part).not.toBe(second.parts[part])
      }
      await first.host.close()
      // The other one must not have been closed with it.
      const health = await second.host.health()
      expect(health.get(name)?.status).toMatch(/^(ok|degraded|down)$/)
    })
    holds('closes without start, and twice', async () => {
      const { parts } = await make()
      await parts.close?.()
      await parts.close?.()
    })
    holds('starts once although it is started twice', async () => {
      const { host } = await make()
      const { signal } = new AbortController()
      const first = host.start(signal)
      expect(host.start(signal)).toBe(first)
      await first
      await host.close()
    })
    holds('has commands with help', async () => {
      const { parts } = await make()
      for (const command of parts.commands ?? []) checkHelp(command)
    })
    holds('names its jobs after itself', async () => {
      const { parts } = await make()
      for (const { job } of parts.jobs ?? []) {
        expect(job.name).toMatch(new RegExp(`^${name}\\.[a-z][a-z0-9-]*$`))
        expect(job.retry.attempts).toBeGreaterThanOrEqual(1)
        expect(job.retry.backoffMs).toBeGreaterThan(0)
      }
    })
  })
}

/** Help, forms and platform registrations are made from these; a hole here is a hole in all of them. */
function checkHelp(command: Command): void {
  const said = `/${command.name}`
  expect(command.name, said).toMatch(/^[a-z][a-z0-9-]*( [a-z][a-z0-9-]*){0,2}$/)
  expect(command.summary.trim().length, said).toBeGreaterThan(3)
  expect(command.summary, said).not.toMatch(/\n|\.$/)
  for (const example of command.examples)
    expect(`${example} `.startsWith(`${command.name} `), `${said}: ${example}`).toBe(true)
  const schema = command.args['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  expect(schema.type, said).toBe('object')
  const properties = schema.properties ?? {}
  for (const [argument, described] of Object.entries(properties)) {
    expect(described, `${said}: describe the argument ${argument}`).toHaveProperty('description')
  }
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

function standInHub(config: unknown): BaseHub {
  const stored = new Map<string, unknown>()
  const refuse = () => Promise.reject(new HubError('UNSUPPORTED', 'The plugin contract runs without a hub'))
  return {
    config,
    log: SILENT,
    kv: {
      get: async (key) => stored.get(key),
      set: async (key, value) => {
        stored.set(key, value)
      },
      add: async (key, value) => !stored.has(key) && stored.set(key, value).has(key),
      delete: async (key) => {
        stored.delete(key)
      },
    },
    catalog: { commands: [], form: () => null, isPrivate: () => false, match: () => null, check: () => [] },
    command: refuse,
    publish: refuse,
  }
}
