import { expect, it } from 'vitest'
import { configKeys, variableOf } from '../../core/host/config.ts'
import { SHIPPED } from '../../server/plugins.ts'
import { VARIABLES } from '../../server/variables.ts'
import { extensions, read } from './tree.ts'

/** Made by the server itself for each start, never read from the environment. */
const INTERNAL = ['CONSOLE_TOKEN', 'CONSOLE_PUBLIC_URL']

const listed = VARIABLES.map(({ name }) => name)

it.each(['adapter', 'plugin'] as const)('server/plugins.ts lists every %s of the tree', (kind) => {
  const names = SHIPPED.filter((one) => one.kind === kind).map(({ name }) => name)
  expect([...names].sort()).toEqual(extensions(`${kind}s`))
})

it('every variable that a shipped extension reads is listed, and every need of it is one of them', async () => {
  const all = await Promise.all(
    SHIPPED.map(async ({ name, variables, needs, load }) => {
      const keys = configKeys((await load()).manifest.config) ?? []
      return { name, needs, read: keys.map((key) => variableOf(name, key, variables)) }
    }),
  )
  const read = all.flatMap((one) => one.read).filter((name) => !INTERNAL.includes(name))
  expect(read.filter((name) => !listed.includes(name))).toEqual([])
  for (const { name, needs, read } of all)
    expect(
      needs.filter((need) => !read.includes(need)),
      name,
    ).toEqual([])
})

it('every variable that the server reads is listed, and none is listed that nobody reads', async () => {
  const schema = [...read('server/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((match) => match[1] ?? '')
  expect(schema.length).toBeGreaterThan(5)
  expect(schema.filter((name) => !listed.includes(name))).toEqual([])
  const plugins = await Promise.all(SHIPPED.map(async (one) => ({ ...one, plugin: await one.load() })))
  const known = plugins.flatMap(({ name, variables, plugin }) =>
    (configKeys(plugin.manifest.config) ?? []).map((key) => variableOf(name, key, variables)),
  )
  expect(listed.filter((name) => !schema.includes(name) && !known.includes(name))).toEqual([])
})
