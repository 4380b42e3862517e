import { describe, expect, it } from 'vitest'
import { operationsOf } from './openapi.ts'
import { regenerate } from './sections.ts'
import type { Sources } from './sources.ts'

const SHOP = `import { x } from './x.ts'

/** Opens a shop. Takes a while. */
export async function openShop(
  name: string,
  options: { readonly port?: number } = {},
): Promise<Shop> {
  return x(name, options)
}
/**
 * What a shop sells.
 * @deprecated
 */
export interface Goods extends Record<string, number> {
  /** In cents. Never less than nothing. */
  readonly price: number
}
export const limit: number = 3
export const close = (shop: Shop): void => {
  x(shop)
}
export type State = 'open' | 'closed'
const hidden = 1
`
const file = (files: Readonly<Record<string, string>>): Sources => ({
  url: 'https://code.test/octo/shop',
  branch: 'main',
  sha: 'c0ffee',
  read: async (path) => files[path] ?? null,
  code: async () => ({ files: [], unread: 0 }),
  since: async () => null,
})
const never = () => false

describe('operations', () => {
  it('are those of a description, in JSON and in YAML', async () => {
    const wanted = [
      { method: 'GET', path: '/orders', summary: 'List orders' },
      { method: 'POST', path: '/orders', summary: 'createOrder (deprecated)' },
    ]
    const item = {
      post: { operationId: 'createOrder', deprecated: true },
      get: { summary: 'List orders' },
      parameters: [],
    }
    expect(await operationsOf(JSON.stringify({ openapi: '3.1.0', paths: { '/orders': item } }))).toEqual(wanted)
    const yaml =
      'openapi: 3.1.0\npaths:\n  /orders:\n    get:\n      summary: List orders\n    post:\n      operationId: createOrder\n      deprecated: true\n'
    expect(await operationsOf(yaml)).toEqual(wanted)
  })
  it.each(['', '{', 'paths: 1', '- a', '&a [*a]'])('are none in %j', async (text) => {
    expect(await operationsOf(text)).toBeNull()
  })
})

describe('a generated section', () => {
  const before =
    '# API\r\n\r\n<!-- autodevhub:exports src/shop.ts -->\r\nold\r\n<!-- /autodevhub -->\r\n\r\nBy hand.\r\n'
  it('is written anew between its lines; everything else stays, line ends included; again, nothing changes', async () => {
    const made = await regenerate('docs/api.md', before, file({ 'src/shop.ts': 'export const a: number = 1\n' }), never)
    expect(made.text).toBe(
      '# API\r\n\r\n<!-- autodevhub:exports src/shop.ts -->\r\n\r\n```ts\r\nconst a: number\r\n```\r\n\r\n<!-- /autodevhub -->\r\n\r\nBy hand.\r\n',
    )
    expect(made.sections).toMatchObject([{ path: 'docs/api.md', from: 'src/shop.ts', kind: 'exports' }])
    const again = await regenerate(
      'docs/api.md',
      made.text,
      file({ 'src/shop.ts': 'export const a: number = 1\n' }),
      never,
    )
    expect(again).toEqual({ text: made.text, sections: [], problems: [] })
  })
  it('of exports shows members in their order, each with what is said of it, and follows what other files give', async () => {
    const files = {
      'src/index.ts': "export * from './shop.js'\nexport { z } from 'zod'\n",
      'src/shop.ts': SHOP,
    }
    const text = '<!-- autodevhub:exports src/index.ts -->\n<!-- /autodevhub -->\n'
    const made = await regenerate('api.md', text, file(files), never)
    expect(made.text).toBe(
      [
        '<!-- autodevhub:exports src/index.ts -->\n',
        '```ts',
        'async function openShop(name: string, options: { readonly port?: number } = {}): Promise<Shop>',
        '```\n',
        'Opens a shop.\n',
        '```ts',
        'interface Goods extends Record<string, number> {\n  // In cents.\n  readonly price: number\n}',
        '```\n',
        'Deprecated. What a shop sells.\n',
        '```ts\nconst limit: number\n```\n',
        '```ts\nconst close = (shop: Shop): void\n```\n',
        "```ts\ntype State = 'open' | 'closed'\n```\n",
        "```ts\nexport { z } from 'zod'\n```\n",
        '<!-- /autodevhub -->\n',
      ].join('\n'),
    )
    expect(made.problems).toEqual([])
  })
  it('of exports says which line of the code could not be read, and stays as it is where nothing could', async () => {
    const text = '<!-- autodevhub:exports a.ts -->\n<!-- /autodevhub -->\n'
    const broken = await regenerate('api.md', text, file({ 'a.ts': 'export const a: 1 = 1\nexport class {\n' }), never)
    expect(broken.text).toContain(
      '```ts\nconst a: 1\n```\n\n<sub>a.ts does not parse at line 2: names around it may be missing.</sub>\n',
    )
    const long = { 'a.ts': `export const a = '${'x'.repeat(1_000_000)}'\n` }
    const left = await regenerate('api.md', text, file(long), never)
    expect(left).toEqual({ text, sections: [], problems: ['api.md line 1: a.ts is larger than 1 MB'] })
  })
  it('cannot be left by what the code says', async () => {
    const evil = { openapi: '3.1.0', paths: { '/a|b': { get: { summary: 'x | <!-- /autodevhub -->\n<script>' } } } }
    const text = '<!-- autodevhub:openapi api.json -->\n<!-- /autodevhub -->\n'
    const made = await regenerate('api.md', text, file({ 'api.json': JSON.stringify(evil) }), never)
    expect(made.text.match(/<!-- \/autodevhub -->/g)).toHaveLength(1)
    expect(made.text).not.toContain('<script>')
    expect(made.text).toContain('| `GET` | `/a\\|b` | x \\| &lt;!-- /autodevhub --> &lt;script> |')
  })
  it.each([
    ['whose file is gone', before, {}],
    ['whose file exports nothing', before, { 'src/shop.ts': 'const a = 1\n' }],
    ['without an end', before.replace('/autodevhub', '/other'), { 'src/shop.ts': SHOP }],
    ['inside a code block', `\`\`\`\n${before}\n\`\`\`\n`, { 'src/shop.ts': SHOP }],
    ['within another', before.replace('old', '<!-- autodevhub:exports src/b.ts -->'), { 'src/shop.ts': SHOP }],
  ])('%s stays as it is', async (_, text, files) => {
    expect(await regenerate('docs/api.md', text, file(files), never)).toEqual({ text, sections: [], problems: [] })
  })
  it('that people declined stays as it is until the code says something else', async () => {
    const files = { 'src/shop.ts': SHOP }
    const [section] = (await regenerate('docs/api.md', before, file(files), never)).sections
    const declined = (hash: string) => hash === section?.hash
    expect((await regenerate('docs/api.md', before, file(files), declined)).sections).toEqual([])
    const more = { 'src/shop.ts': `${SHOP}export const more: number = 4\n` }
    expect((await regenerate('docs/api.md', before, file(more), declined)).sections).toHaveLength(1)
  })
})
