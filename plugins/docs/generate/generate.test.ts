import { describe, expect, it } from 'vitest'
import { exportsOf } from './exports.ts'
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

describe('exports', () => {
  it('of TypeScript are signatures as they are written, with their first sentence', () => {
    expect(exportsOf('src/shop.ts', SHOP)).toEqual([
      {
        name: 'openShop',
        signature: 'async function openShop(name: string, options: { readonly port?: number } = {}): Promise<Shop>',
        about: 'Opens a shop.',
      },
      { name: 'Goods', signature: 'interface Goods extends Record<string, number>', about: 'What a shop sells.' },
      { name: 'limit', signature: 'const limit: number', about: '' },
      { name: 'close', signature: 'const close = (shop: Shop): void', about: '' },
      { name: 'State', signature: 'type State', about: '' },
    ])
  })
  it('of Python are what stands at the margin', () => {
    const text =
      'def open_shop(\n    name: str,\n) -> Shop:\n    """Opens a shop. Slowly."""\n    def inner(): ...\n\nclass Goods(Base):\n    pass\n\ndef _own(): ...\n'
    expect(exportsOf('shop.py', text)).toEqual([
      { name: 'open_shop', signature: 'def open_shop(name: str) -> Shop', about: 'Opens a shop.' },
      { name: 'Goods', signature: 'class Goods(Base)', about: '' },
    ])
  })
})

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
