import { expect, it } from 'vitest'
import type { Catalog, CommandInfo, Context } from '#contract'
import { helpCommands } from './help.ts'

const info = (name: string): CommandInfo => ({
  name,
  summary: `Do ${name}`,
  usage: name,
  examples: [name],
  allow: 'viewer',
  sideEffects: 'none',
  fields: [],
})
const overview = async (names: readonly string[]) => {
  const catalog = { commands: names.map(info) } as unknown as Catalog
  const [help] = helpCommands(catalog)
  const ctx = { actor: { role: 'member', account: { plugin: 'slack', id: 'U1' } } } as unknown as Context
  const { text, blocks = [] } = (await help?.run({}, ctx)) ?? { text: '' }
  return { text, shown: blocks.flatMap((block) => (block.kind === 'text' ? [block.markdown] : [])), blocks }
}
const steps = Array.from({ length: 20 }, (_, n) => `workflow step${n}`)

it('shows what few commands do, each in a line of its own', async () => {
  const { shown } = await overview(['story', 'story show', 'hub help'])
  expect(shown).toEqual(['`/story` Do story\n`/story show` Do story show', '`/hub help` Do hub help'])
})
it('shows of many what they begin with, and a button for each of those', async () => {
  const { text, shown, blocks } = await overview(['story', 'story show', ...steps])
  expect(shown).toEqual([
    '`/story` Do story\nshow',
    `\`/workflow\` ${steps.map((name) => name.replace('workflow ', '')).join('\u00a0· ')}`,
  ])
  expect(text).toContain('/workflow step7 Do workflow step7')
  const labels = blocks.flatMap((block) => (block.kind === 'actions' ? block.items.map(({ label }) => label) : []))
  expect(labels).toEqual(['story', 'workflow'])
})
