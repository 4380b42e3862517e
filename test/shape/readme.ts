import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Catalog, type Command, type Hub, HubError, type Plugin, parseWith } from '#contract'
import { createCatalog } from '../../core/dispatch/catalog.ts'
import { extensions, pluginsOf, read, root } from './tree.ts'

/** Tables of the README that the code knows better: `<!-- table:commands -->` … `<!-- /table -->`. `npm run docs` writes them. */
export async function readmeTables(): Promise<Readonly<Record<string, string>>> {
  const [adapters, plugins] = await Promise.all([load('adapters'), load('plugins')])
  const parts = await Promise.all(plugins.map(async (plugin) => (await setUp(plugin)).commands ?? []))
  return { adapters: adapterTable(adapters), plugins: pluginTable(plugins), commands: commandTable(parts.flat()) }
}

/** The text with each marked table replaced. Throws when a marker names no table. */
export function fillTables(text: string, tables: Readonly<Record<string, string>>): string {
  return text.replace(/(<!-- table:([a-z]+) -->\n)[\s\S]*?(<!-- \/table -->)/g, (_, open, name, close) => {
    const table = tables[name]
    if (table === undefined)
      throw new Error(`README.md: there is no table "${name}", only ${Object.keys(tables).join(', ')}`)
    return `${open}\n${table}\n\n${close}`
  })
}

function adapterTable(plugins: readonly Plugin[]): string {
  const rows = plugins.map(({ manifest }) => [
    `[${manifest.name}](adapters/${manifest.name}/README.md)`,
    manifest.summary,
    manifest.can ? 'commands in, messages out' : 'service',
  ])
  return table(['Adapter', 'What it does', 'Kind'], rows)
}

function pluginTable(plugins: readonly Plugin[]): string {
  const rows = plugins.map(({ manifest }) => [
    `[${manifest.name}](plugins/${manifest.name}/README.md)`,
    manifest.summary,
  ])
  return table(['Plugin', 'What it does'], rows)
}

function commandTable(commands: readonly Command[]): string {
  const infos = createCatalog(commands).commands
  const rows = infos.map((info) => [`\`/${info.usage.replace(/^\//, '')}\``, info.summary, info.allow])
  return table(['Command', 'What it does', 'Least role'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')
}

async function load(kind: 'adapters' | 'plugins'): Promise<readonly Plugin[]> {
  return (await Promise.all(extensions(kind).map((name) => pluginsOf(kind, name)))).flat()
}

/** `setup` builds objects and touches nothing, so a hub that can do nothing is enough to see the commands. */
async function setUp(plugin: Plugin) {
  const refuse = () => {
    throw new HubError('UNSUPPORTED', `${plugin.manifest.name}: setup must not use the hub`)
  }
  const silent = () => undefined
  const catalog: Catalog = { commands: [], form: refuse, check: refuse, match: refuse }
  const hub: Hub = {
    config: parseWith(plugin.manifest.config, {}, plugin.manifest.name),
    log: { debug: silent, info: silent, warn: silent, error: silent },
    kv: { get: refuse, set: refuse, delete: refuse },
    catalog,
    use: refuse,
    maybe: refuse,
    command: refuse,
    publish: refuse,
  }
  return plugin.setup(hub)
}

if (import.meta.main) {
  const before = read('README.md')
  writeFileSync(join(root, 'README.md'), fillTables(before, await readmeTables()))
}
