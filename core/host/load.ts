import { stat } from 'node:fs/promises'
import { createRequire, findPackageJSON } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HubError } from '../contract/errors.ts'
import type { Plugin } from '../contract/plugin.ts'

/**
 * Plugins from outside: files (relative to `baseDir` or absolute) and packages installed there, comma-separated.
 * @example await loadExternal('./acme.ts,@team/hub-plugin', process.cwd())
 */
export async function loadExternal(spec: string, baseDir: string): Promise<readonly Plugin[]> {
  const entries = spec
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  const loaded = await Promise.allSettled(entries.map((entry) => load(entry, baseDir)))
  const problems = loaded.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (problems.length > 0) {
    const lines = problems.map((err) => (err instanceof Error ? err.message : String(err)))
    throw new HubError('CONFIG_INVALID', lines.join('\n'), { cause: problems[0] })
  }
  return loaded.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

async function load(entry: string, baseDir: string): Promise<Plugin> {
  const url = isPath(entry) ? await fileUrl(entry, baseDir) : packageUrl(entry, baseDir)
  let module: Record<string, unknown>
  try {
    module = (await import(url)) as Record<string, unknown>
  } catch (err) {
    const reason = err instanceof Error ? err.message.split('\n', 1).join('') : String(err)
    throw new HubError('CONFIG_INVALID', `HUB_PLUGINS: ${entry} failed while loading: ${reason}`, { cause: err })
  }
  if (isPlugin(module.default)) return module.default
  const found = Object.entries(module).filter(([, value]) => isPlugin(value))
  const [first] = found
  if (first && found.length === 1 && isPlugin(first[1])) return first[1]
  const what = found.length === 0 ? 'exports no plugin' : `exports ${found.map(([name]) => name).join(' and ')}`
  throw new HubError('CONFIG_INVALID', `HUB_PLUGINS: ${entry} ${what}; make one { manifest, setup } its default export`)
}

function isPath(entry: string): boolean {
  return /^(\.{0,2}\/|file:)/.test(entry) || (/\.[cm]?[jt]s$/.test(entry) && !entry.startsWith('@'))
}

async function fileUrl(entry: string, baseDir: string): Promise<string> {
  const path = entry.startsWith('file:') ? fileURLToPath(entry) : resolve(baseDir, entry)
  const found = await stat(path).catch(() => null)
  if (found?.isFile()) return pathToFileURL(path).href
  const cure = found ? 'name the file in it' : 'correct the path'
  throw new HubError(
    'CONFIG_INVALID',
    `HUB_PLUGINS: ${entry} is ${found ? 'a folder' : 'not there'} (${path}); ${cure}`,
  )
}

/** Resolved from `baseDir`, not from this file: plugins are installed next to the configuration, not inside the hub. */
function packageUrl(name: string, baseDir: string): string {
  try {
    return pathToFileURL(createRequire(join(baseDir, 'package.json')).resolve(name)).href
  } catch (err) {
    const entry = importEntry(name, baseDir)
    if (entry) return pathToFileURL(entry).href
    const cure = `run "npm install ${name}" there, or write ./${name} for a file`
    throw new HubError('CONFIG_INVALID', `HUB_PLUGINS: no package ${name} in ${baseDir}; ${cure}`, { cause: err })
  }
}
/** Entry of a package that offers only the `import` condition, which `require.resolve` does not see. */
function importEntry(name: string, baseDir: string): string | null {
  try {
    const manifestPath = findPackageJSON(name, pathToFileURL(join(baseDir, 'package.json')))
    if (!manifestPath) return null
    const { exports } = createRequire(manifestPath)(manifestPath) as { exports?: unknown }
    const root = isRecord(exports) && '.' in exports ? exports['.'] : exports
    const entry = isRecord(root) ? root.import : root
    const path = isRecord(entry) ? entry.default : entry
    return typeof path === 'string' ? resolve(manifestPath, '..', path) : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
/** Only its form; `checkManifests` judges the rest and says what is wrong. */
function isPlugin(value: unknown): value is Plugin {
  return isRecord(value) && isRecord(value.manifest) && typeof value.setup === 'function'
}
