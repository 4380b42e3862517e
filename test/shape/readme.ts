import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Catalog, type Command, type Hub, HubError, type Plugin, parseWith } from '#contract'
import { createCatalog } from '../../core/dispatch/catalog.ts'
import { SHIPPED, type Shipped } from '../../server/plugins.ts'
import { VARIABLES } from '../../server/variables.ts'
import { read, root } from './tree.ts'

/** Tables of the README that the code knows better: `<!-- table:commands -->` … `<!-- /table -->`. `npm run docs` writes them. */
export async function readmeTables(): Promise<Readonly<Record<string, string>>> {
  const shipped = await Promise.all(SHIPPED.map(async (one) => ({ ...one, plugin: await one.load() })))
  const plugins = shipped.filter(({ kind }) => kind === 'plugin')
  const parts = await Promise.all(plugins.map(({ plugin }) => setUp(plugin)))
  return {
    adapters: adapterTable(shipped.filter(({ kind }) => kind === 'adapter')),
    plugins: table(
      ['Plugin', 'What it does'],
      plugins.map(({ name, plugin }) => [`[${name}](plugins/${name})`, plugin.manifest.summary]),
    ),
    commands: commandTable(parts.flatMap(({ commands = [] }) => commands)),
    variables: table(
      ['Variable', 'Meaning', 'Default'],
      VARIABLES.map((one) => [`\`${one.name}\``, one.meaning, one.default === undefined ? '' : `\`${one.default}\``]),
    ),
  }
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

const quoted = (variable: string): string => `\`${variable}\``

function adapterTable(adapters: readonly (Shipped & { readonly plugin: Plugin })[]): string {
  const rows = adapters.map(({ name, needs, either = [], plugin }) => [
    `[${name}](adapters/${name}/README.md)`,
    plugin.manifest.summary,
    needs.length + either.length === 0
      ? 'always on'
      : [...needs.map(quoted), waysIn(either)].filter((part) => part !== '').join(' and '),
  ])
  return table(['Adapter', 'What it does', 'Turned on by'], rows)
}

/** Two ways in can be compared at a glance; more are the business of the adapter's own page. */
function waysIn(either: readonly (readonly string[])[]): string {
  const ways = either.map((names) => names.map(quoted).join(' with '))
  return ways.length > 2 ? `${ways[0]}, or another way` : ways.join(' or ')
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

/** `setup` builds objects and touches nothing, so a hub that can do nothing is enough to see the commands. */
async function setUp(plugin: Plugin) {
  const refuse = () => {
    throw new HubError('UNSUPPORTED', `${plugin.manifest.name}: setup must not use the hub`)
  }
  const silent = () => undefined
  const catalog: Catalog = { commands: [], form: refuse, check: refuse, isPrivate: () => false, match: refuse }
  const hub: Hub = {
    config: parseWith(plugin.manifest.config, {}, plugin.manifest.name),
    log: { debug: silent, info: silent, warn: silent, error: silent },
    kv: { get: refuse, set: refuse, add: refuse, delete: refuse },
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
