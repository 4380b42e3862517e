import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Plugin } from '#contract'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const read = (path: string) => readFileSync(join(root, path), 'utf8')
export const exists = (path: string) => existsSync(join(root, path))

const IGNORED = /(^|\/)(node_modules|\.git|data|coverage|reports)\/|\.log$|^\.env$/

/** What git holds or would hold: ignored files and deleted ones are left out. Without git, as in an unpacked archive, what lies there. */
export const files: readonly string[] = (gitFiles() ?? foundFiles()).filter((path) => path !== '' && exists(path))

function gitFiles(): readonly string[] | null {
  if (!exists('.git')) return null
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z']
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0')
}
function foundFiles(): readonly string[] {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !IGNORED.test(path))
    .sort()
}

export const isTest = (path: string) => path.startsWith('test/') || /\.test(-d)?\.ts$/.test(path)

/** Folders below `adapters` or `plugins` that hold an extension. */
export function extensions(kind: 'adapters' | 'plugins'): readonly string[] {
  return readdirSync(join(root, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !(kind === 'adapters' && entry.name === 'shared'))
    .map((entry) => entry.name)
    .sort()
}

/** Every plugin value that a folder's index.ts exports. */
export async function pluginsOf(kind: 'adapters' | 'plugins', name: string): Promise<readonly Plugin[]> {
  const module: Record<string, unknown> = await import(pathToFileURL(join(root, kind, name, 'index.ts')).href)
  return Object.values(module).filter(isPlugin)
}

function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && 'manifest' in value && 'setup' in value
}
