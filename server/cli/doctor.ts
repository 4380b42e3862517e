import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from '#contract'
import {
  checkConfig,
  checkRedis,
  configFromEnv,
  createLog,
  createMask,
  createSecrets,
  openStore,
} from '../../core/index.ts'
import { loadNamed, MIGRATIONS, pluginsNamed } from '../compose.ts'
import type { ServerConfig } from '../config.ts'
import { type Environment, missingVariables, SHIPPED } from '../plugins.ts'
import { readRunFile } from '../run-file.ts'

interface Finding {
  readonly what: string
  readonly state: 'ok' | 'off' | 'note' | 'wrong'
  readonly detail: string
}
const REACH_MS = 3_000

/** `hub doctor`: exit code 1 when something that is configured does not work. */
export async function doctor(config: ServerConfig, env: Environment, json: boolean): Promise<number> {
  const findings = [
    ...runtime(config),
    ...secretKey(config),
    ...(await stores(config)),
    ...(await adapters(env)),
    ...(await plugins(config, env)),
    ...promises(config),
  ]
  if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`)
  else {
    const width = Math.max(...findings.map((f) => f.what.length))
    const mark = { ok: 'ok   ', off: 'off  ', note: 'note ', wrong: 'WRONG' }
    for (const f of findings) process.stdout.write(`${mark[f.state]}  ${f.what.padEnd(width)}  ${f.detail}\n`)
  }
  return findings.some((f) => f.state === 'wrong') ? 1 : 0
}

function runtime(config: ServerConfig): Finding[] {
  const dir = path.resolve(config.HUB_DATA_DIR)
  const running = readRunFile(dir)
  const folder = (): Finding => {
    if (!existsSync(dir)) return { what: 'data folder', state: 'ok', detail: `${dir} will be made at the first start` }
    try {
      accessSync(dir, constants.W_OK)
    } catch {
      return {
        what: 'data folder',
        state: 'wrong',
        detail: `${dir} cannot be written: correct its owner, or set HUB_DATA_DIR`,
      }
    }
    const open = (statSync(dir).mode & 0o077) !== 0
    return {
      what: 'data folder',
      state: open ? 'note' : 'ok',
      detail: open ? `${dir} is readable by others: chmod 700 it` : dir,
    }
  }
  return [
    { what: 'node', state: 'ok', detail: process.version },
    folder(),
    {
      what: 'hub process',
      state: running ? 'ok' : 'off',
      detail: running ? `runs at ${running.url} (process ${running.pid})` : 'none on this data folder',
    },
  ]
}

function secretKey({ HUB_SECRET_KEY }: ServerConfig): Finding[] {
  if (HUB_SECRET_KEY === undefined) return []
  try {
    createSecrets(HUB_SECRET_KEY)
    return [{ what: 'HUB_SECRET_KEY', state: 'ok', detail: 'set' }]
  } catch (error) {
    return [{ what: 'HUB_SECRET_KEY', state: 'wrong', detail: wordsOf(error).replace(/^HUB_SECRET_KEY:? /, '') }]
  }
}

async function stores(config: ServerConfig): Promise<Finding[]> {
  const found: Finding[] = []
  if (config.DATABASE_URL) {
    try {
      const store = await openStore({
        databaseUrl: config.DATABASE_URL,
        dataDir: config.HUB_DATA_DIR,
        migrations: MIGRATIONS,
        poolSize: 1,
      })
      const [row] = await store.sql.query<{ version: string; fsync: string }>(
        `select current_setting('server_version') as version, current_setting('fsync') as fsync`,
      )
      await store.close()
      found.push({ what: 'DATABASE_URL', state: 'ok', detail: `PostgreSQL ${row?.version ?? ''}` })
      if (row?.fsync === 'off')
        found.push({
          what: 'fsync',
          state: 'wrong',
          detail: 'is off: a power cut loses acknowledged work; turn it on in postgresql.conf',
        })
    } catch (error) {
      found.push({ what: 'DATABASE_URL', state: 'wrong', detail: wordsOf(error) })
    }
  } else found.push({ what: 'DATABASE_URL', state: 'off', detail: 'embedded database' })
  if (config.REDIS_URL) {
    const { problem, note, version } = await checkRedis(config.REDIS_URL, REACH_MS)
    const fine = note ?? `Redis ${version}`
    const state = problem !== null ? 'wrong' : note !== null ? 'note' : 'ok'
    found.push({ what: 'REDIS_URL', state, detail: problem ?? fine })
  } else found.push({ what: 'REDIS_URL', state: 'off', detail: 'rings go through the database' })
  return found
}

async function adapters(env: Environment): Promise<Finding[]> {
  const { tryAdapter } = await import('./try-adapter.ts')
  const found: Finding[] = []
  for (const shipped of SHIPPED.filter((s) => s.kind === 'adapter' && missingVariables(s, {}).length > 0)) {
    const missing = missingVariables(shipped, env)
    if (missing.length > 0) {
      const half = [...shipped.needs, ...(shipped.either ?? []).flat()].some((name) => env[name])
      const detail = `set ${missing.join(' and ')}${shipped.without ? ` (${shipped.without})` : ''}`
      found.push({ what: shipped.name, state: half ? 'wrong' : 'off', detail })
      continue
    }
    const log = createLog({ level: 'silent', name: 'doctor', mask: createMask() })
    const problem = await tryAdapter(
      await shipped.load(),
      configFromEnv(shipped.name, env, shipped.variables),
      log,
      REACH_MS,
    )
    found.push({
      what: shipped.name,
      state: problem === null ? 'ok' : 'wrong',
      detail: problem ?? 'configured and reachable',
    })
  }
  return found
}

/** Of what is always on only what is wrong is said, and of HUB_PLUGINS each. */
async function plugins(config: ServerConfig, env: Environment): Promise<Finding[]> {
  const found: Finding[] = []
  const check = (plugin: Plugin, variables?: (typeof SHIPPED)[number]['variables']) => {
    const { name } = plugin.manifest
    const checked = checkConfig(plugin, configFromEnv(name, env, variables), variables)
    const problems = 'problems' in checked ? checked.problems : []
    for (const problem of problems) found.push({ what: name, state: 'wrong', detail: problem.replace(`${name}: `, '') })
    return problems.length === 0
  }
  for (const { kind, variables, load } of SHIPPED) if (kind === 'plugin') check(await load(), variables)
  for (const spec of pluginsNamed(config.HUB_PLUGINS)) {
    try {
      for (const plugin of await loadNamed(spec))
        if (check(plugin)) found.push({ what: plugin.manifest.name, state: 'ok', detail: `from ${spec}` })
    } catch (error) {
      const detail = wordsOf(error).replace(/^HUB_PLUGINS: /, '')
      found.push({ what: 'HUB_PLUGINS', state: 'wrong', detail })
    }
  }
  return found
}
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function promises(config: ServerConfig): Finding[] {
  if (config.DATABASE_URL) return []
  return [
    {
      what: 'embedded',
      state: 'note',
      detail: 'survives a killed process, not a power cut: the database never waits for the disk',
    },
    {
      what: 'embedded',
      state: 'note',
      detail: 'one process on one folder; back it up with `npm run hub -- backup <file>`; for more set DATABASE_URL',
    },
  ]
}
