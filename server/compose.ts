import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { HubError, type Log, type Plugin } from '#contract'
import {
  configFromEnv,
  createHub,
  createLog,
  createMask,
  createSecrets,
  keyFromFolder,
  loadExternal,
  type RunningHub,
} from '../core/index.ts'
import { isLoopback, type ServerConfig, VERSION } from './config.ts'
import { crashPointFrom, timingsFrom } from './faults.ts'
import { type Environment, missingVariables, SHIPPED } from './plugins.ts'

export interface Composed {
  readonly hub: RunningHub
  readonly log: Log
  readonly apiToken: string
  readonly consoleToken: string
  /** One line for each adapter, for the start-up report. */
  readonly report: readonly { readonly name: string; readonly on: boolean; readonly detail: string }[]
}
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))

/** Puts the hub together from the environment: the only place that chooses plugins. */
export async function compose(
  config: ServerConfig,
  env: Environment,
  overrides: { logLevel?: ServerConfig['LOG_LEVEL']; plugins?: readonly Plugin[] } = {},
): Promise<Composed> {
  const mask = createMask()
  const log = createLog({ level: overrides.logLevel ?? config.LOG_LEVEL, name: `hub-${config.HUB_ROLE}`, mask })
  const dataDir = path.resolve(config.HUB_DATA_DIR)
  const secretKey = config.HUB_SECRET_KEY ?? keyFromFolder(dataDir)
  for (const key of secretKey.split(',')) mask.add(key.trim())
  const secrets = createSecrets(secretKey)
  const apiToken = apiTokenFrom(secretKey)
  // Web processes behind one address must accept each other's sessions; a process of its own makes a new link at each start.
  const consoleToken = config.HUB_ROLE === 'all' ? randomBytes(24).toString('base64url') : secrets.sign('console', 'v1')
  mask.add(apiToken)
  mask.add(consoleToken)
  const external = [...(await loadAll(config.HUB_PLUGINS)), ...(overrides.plugins ?? [])]
  const on = SHIPPED.filter((s) => missingVariables(s, env).length === 0)
  const off = SHIPPED.filter((s) => !on.includes(s)).map((s) => ({
    name: s.name,
    reason: `set ${missingVariables(s, env).join(' and ')}${s.without ? ` (${s.without})` : ''}`,
  }))
  const shipped = await Promise.all(on.map((s) => s.load()))
  const configs: Record<string, unknown> = {}
  for (const { manifest } of external) configs[manifest.name] = configFromEnv(manifest.name, env)
  for (const { name, variables } of on) configs[name] = configFromEnv(name, env, variables)
  configs.console = { token: consoleToken, ...(config.HUB_PUBLIC_URL ? { publicUrl: config.HUB_PUBLIC_URL } : {}) }

  const hub = await createHub({
    role: config.HUB_ROLE,
    plugins: [...shipped, ...external],
    configs,
    variables: Object.fromEntries(on.flatMap((s) => (s.variables ? [[s.name, s.variables]] : []))),
    adaptersOff: off,
    dataDir,
    migrations: MIGRATIONS,
    secretKey,
    apiToken,
    openMetrics: isLoopback(config.HOST),
    version: VERSION,
    tokensPerDay: config.HUB_TOKENS_PER_DAY,
    linkEmailDomains: config.HUB_LINK_EMAIL_DOMAINS,
    log,
    mask,
    ...(config.DATABASE_URL ? { databaseUrl: config.DATABASE_URL } : {}),
    ...(config.REDIS_URL ? { redisUrl: config.REDIS_URL } : {}),
    ...timingsFrom(env),
    crashPoint: crashPointFrom(env),
  })
  const adapters = SHIPPED.filter((s) => s.kind === 'adapter')
  return {
    hub,
    log,
    apiToken,
    consoleToken,
    report: [
      ...adapters.map(({ name, says }) => {
        const reason = off.find((o) => o.name === name)?.reason
        return { name, on: reason === undefined, detail: reason ?? says?.(env) ?? '' }
      }),
      ...external.map(({ manifest }) => ({ name: manifest.name, on: true, detail: 'from HUB_PLUGINS' })),
    ],
  }
}

/** The key that the command line and the API share: whoever holds the hub's secret key may act as its operator. */
export function apiTokenFrom(secretKey: string): string {
  return createSecrets(secretKey).sign('api', 'v1')
}

/** HUB_PLUGINS, one file or package each. */
export const pluginsNamed = (list: string): readonly string[] => list.split(',').flatMap((spec) => spec.trim() || [])
/** @throws HubError CONFIG_INVALID */
export const loadNamed = (spec: string): Promise<readonly Plugin[]> => loadExternal(spec, process.cwd())

async function loadAll(list: string): Promise<readonly Plugin[]> {
  const settled = await Promise.allSettled(pluginsNamed(list).map(loadNamed))
  const failures = settled.flatMap((s) =>
    s.status === 'rejected' ? [s.reason instanceof Error ? s.reason.message : String(s.reason)] : [],
  )
  if (failures.length > 0) throw new HubError('CONFIG_INVALID', failures.join('\n'))
  return settled.flatMap((s) => (s.status === 'fulfilled' ? s.value : []))
}
