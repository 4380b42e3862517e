import { describe, expect, it } from 'vitest'
import { exists, extensions, files, pluginsOf, read } from './tree.ts'

describe.each(['adapters', 'plugins'] as const)('%s', (kind) => {
  it.each(extensions(kind))(
    '%s exports one plugin that is named like its folder, and says what it is',
    async (name) => {
      const found = await pluginsOf(kind, name)
      expect(found.map((plugin) => plugin.manifest.name)).toEqual([name])
      expect(found[0]?.manifest.summary).toMatch(/^[A-Z].*[^.]$/)
      if (kind === 'adapters') expect(exists(`adapters/${name}/README.md`)).toBe(true)
    },
  )
})

/** Same concern, same file name: who has read one adapter finds the way in the next. */
describe('an adapter that sends messages', async () => {
  const plugins = (await Promise.all(extensions('adapters').map((name) => pluginsOf('adapters', name)))).flat()
  const senders = plugins.filter((plugin) => plugin.manifest.can !== undefined).map((plugin) => plugin.manifest.name)

  it('exists', () => expect(senders).toContain('slack'))

  it.each(senders)('%s has its concerns in files of these names', (name) => {
    const has = (file: string) => exists(`adapters/${name}/${file}`)
    const remote = has('webhook.ts')
    expect(remote || has('site.ts'), 'webhook.ts or site.ts').toBe(true)
    const expected = ['config.ts', 'channel.ts', 'render.ts', ...(remote ? ['limits.ts'] : [])]
    expect(expected.filter((file) => !has(file))).toEqual([])
  })

  it.each(senders)('%s holds the channel contract', (name) => {
    const tests = files.filter((path) => path.startsWith(`adapters/${name}/`) && path.endsWith('.test.ts'))
    expect(tests.filter((path) => /^channelContract\(/m.test(read(path)))).toHaveLength(1)
  })
})
