import { satisfies, valid, validRange } from 'semver'
import { z } from 'zod'
import type { Capabilities } from '../contract/channel.ts'
import { HUB_API, type Parts, type Plugin } from '../contract/plugin.ts'
import { configKeys } from './config.ts'
import { startOrder } from './order.ts'

const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const yesOrNo = z.boolean('must be true or false')
const size = z.number('must be a number').int('must be a whole number').positive('must be above zero')
/** Complete on purpose: a capability left out would be a guess of the core's. */
export const capabilitiesSchema = z.strictObject({
  update: yesOrNo,
  threads: yesOrNo,
  buttons: yesOrNo,
  forms: yesOrNo,
  private: yesOrNo,
  files: yesOrNo,
  plainWords: z.boolean('must be true or false').optional(),
  reconcile: z.enum(['native', 'find', 'none'], 'must be native, find or none'),
  maxText: size,
  maxBlocks: size,
}) satisfies z.ZodType<Capabilities>

/** What the manifests alone tell, before any plugin code runs. One line each: plugin, key, cure. */
export function checkManifests(plugins: readonly Plugin[]): readonly string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  for (const [index, plugin] of plugins.entries()) {
    // Plugins loaded from outside were never seen by a type checker.
    const manifest: Partial<Plugin['manifest']> = plugin?.manifest ?? {}
    const name = typeof manifest.name === 'string' && manifest.name !== '' ? manifest.name : `plugin ${index + 1}`
    const bad = (key: string, cure: string) => problems.push(`${name}: ${key} ${cure}`)

    if (!KEBAB_CASE.test(manifest.name ?? '')) bad('name', 'must be kebab-case, like "acme" or "acme-chat"')
    else if (seen.has(name)) bad('name', 'is taken by another plugin; leave one of the two out or rename it')
    seen.add(name)
    if (typeof plugin?.setup !== 'function') bad('setup', 'is missing; a plugin is { manifest, setup(hub) }')
    if (!manifest.summary?.trim() || manifest.summary.includes('\n')) bad('summary', 'must be one line of text')
    if (!valid(manifest.version)) bad('version', `must be a semantic version like 1.0.0, not ${show(manifest.version)}`)
    if (!validRange(manifest.hub)) {
      bad('hub', `must be a range of hub versions like "^${HUB_API}", not ${show(manifest.hub)}`)
    } else if (!satisfies(HUB_API, manifest.hub ?? '')) {
      bad('hub', `asks for hub ${manifest.hub} and this is ${HUB_API}; install a release of it made for hub ${HUB_API}`)
    }
    if (typeof manifest.config?.['~standard']?.validate !== 'function') {
      bad('config', 'must be a Standard Schema, for example z.object({})')
    } else {
      const keys = configKeys(manifest.config)
      for (const secret of manifest.secrets ?? []) {
        if (keys && !keys.includes(secret))
          bad('secrets', `names "${secret}", which is no key of its config; correct it`)
      }
    }
    for (const need of manifest.requires ?? []) {
      if (typeof need?.name !== 'string') bad('requires', 'must list services made by defineService')
    }
    if (manifest.can) {
      for (const issue of capabilitiesSchema.safeParse(manifest.can).error?.issues ?? []) {
        if (issue.code === 'unrecognized_keys') bad(`can.${issue.keys.join(', ')}`, 'is no capability; remove it')
        else bad(`can.${issue.path.join('.')}`, issue.message)
      }
    }
  }
  return problems
}

/** A slot costs a row and a job. */
const MIN_SCHEDULE_MS = 10_000

export interface SetUp {
  readonly plugin: Plugin
  readonly parts: Parts
}

/** What is known once every plugin is set up: needs, channels, names that two plugins claim. */
export function checkParts(
  setUps: readonly SetUp[],
  coreServices: readonly string[],
): { readonly problems: readonly string[]; readonly order: readonly string[] } {
  const problems: string[] = []
  const providers = new Map<string, string>(coreServices.map((service) => [service, '']))
  const claims = new Map<string, string>()
  const claim = (owner: string, kind: string, name: string) => {
    const other = claims.get(`${kind} ${name}`)
    if (other !== undefined) {
      problems.push(`${owner}: ${kind} "${name}" is already declared by ${other}; rename it or leave one plugin out`)
    }
    claims.set(`${kind} ${name}`, owner)
  }
  for (const { plugin, parts } of setUps) {
    const { name, can } = plugin.manifest
    for (const { service } of parts.provides ?? []) {
      const other = providers.get(service.name)
      if (other !== undefined) {
        const by = other === '' ? 'the hub itself' : other
        problems.push(`${name}: provides "${service.name}", as does ${by}; configure only one of them`)
      } else providers.set(service.name, name)
    }
    for (const command of parts.commands ?? []) claim(name, 'command', command.name)
    for (const handler of parts.jobs ?? []) claim(name, 'job', handler.job.name)
    for (const { name: schedule, everyMs } of parts.schedules ?? []) {
      claim(name, 'schedule', `${name}.${schedule}`)
      if (!Number.isInteger(everyMs) || everyMs < MIN_SCHEDULE_MS)
        problems.push(`${name}: schedule "${schedule}" runs every ${everyMs} ms; at least ${MIN_SCHEDULE_MS} are due`)
    }
    for (const task of parts.tasks ?? []) claim(name, 'task', task.name)
    for (const { method, path, operationId } of parts.operations ?? []) {
      claim(name, 'operation', `${method.toUpperCase()} ${path}`)
      claim(name, 'operation', operationId)
    }
    if (parts.site) claim(name, 'site', '/')
    if (parts.channel && !can) problems.push(`${name}: can is missing; a plugin with a channel declares what it can do`)
  }
  const needs = (plugin: Plugin) => plugin.manifest.requires ?? []
  for (const { plugin } of setUps) {
    for (const { name } of needs(plugin)) {
      if (providers.has(name)) continue
      problems.push(`${plugin.manifest.name}: requires "${name}", which no plugin provides; configure one that does`)
    }
  }
  const byName = new Map(setUps.map(({ plugin }) => [plugin.manifest.name, plugin]))
  const sorted = startOrder([...byName.keys()], (name) => {
    const plugin = byName.get(name)
    return plugin ? needs(plugin).flatMap((service) => providers.get(service.name) || []) : []
  })
  if ('order' in sorted) return { problems, order: sorted.order }
  const [first] = sorted.cycle
  return {
    problems: [
      ...problems,
      `${first}: requires form a circle (${sorted.cycle.join(' → ')}); make one of them use hub.maybe`,
    ],
    order: [],
  }
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value)
}
