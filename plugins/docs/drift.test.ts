import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../core/store/open.ts'
import { docsDesk } from '../../test/fakes/docs-desk.ts'
import { memoryRepositories } from '../../test/fakes/memory-repositories.ts'
import { openTestStore } from '../../test/fakes/story-desk.ts'

let store: Store
let workspaces = 0
let workspace = ''
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.close())
beforeEach(() => {
  workspaces += 1
  workspace = `test:F${workspaces}`
})

const README = [
  '# Shop',
  '',
  'Start with `createShop()` from `src/shop.ts` and set `SHOP_DATA_DIR`.',
  '',
  '```sh',
  'npm run serve -- --dry-run',
  'curl http://localhost:3000/api/orders',
  '```',
  '',
].join('\n')
const SHOP = [
  "import { parseArgs } from 'node:util'",
  '',
  'export function createShop(config) {',
  '  const folder = process.env.SHOP_DATA_DIR',
  '  return { folder, config }',
  '}',
  '',
  "export const flags = ['--dry-run', '--verbose']",
  "app.get('/api/orders', listOrders)",
  '',
].join('\n')
const PACKAGE = '{\n  "scripts": {\n    "serve": "node src/shop.ts",\n    "lint": "biome"\n  }\n}\n'
const START = { 'README.md': README, 'src/shop.ts': SHOP, 'package.json': PACKAGE }

async function shop(files: Parameters<ReturnType<typeof memoryRepositories>['commit']>[0] = START) {
  const host = memoryRepositories()
  const desk = docsDesk({ store, workspace, port: host.port })
  desk.bind()
  let head = host.commit(files)
  await desk.run('docs sync')
  return {
    ...desk,
    host,
    async change(changes: Parameters<typeof host.commit>[0], over: Partial<Parameters<typeof desk.push>[0]> = {}) {
      const before = head
      head = host.commit(changes, { force: over.forced ?? false })
      await desk.push({ before, after: head, ...over })
      return head
    },
    status: async () => (await desk.run('docs status')).text,
  }
}

describe('a push that makes the documentation untrue', () => {
  it('opens one issue that lists file, line, old and new name of every kind', async () => {
    const { change, host, status } = await shop()
    const sha = await change({
      'src/shop.ts': null,
      'src/store.ts': SHOP.replace('createShop', 'createStore')
        .replace('SHOP_DATA_DIR', 'STORE_DATA_DIR')
        .replace('--dry-run', '--preview')
        .replace('/api/orders', '/api/v2/orders'),
      'package.json': PACKAGE.replace('"serve"', '"start"'),
    })
    expect(host.issues).toHaveLength(1)
    const body = host.issues[0]?.body ?? ''
    expect(host.issues[0]?.title).toBe('Documentation behind the code of main')
    expect(body).toContain(`[line 3](https://code.test/octo/shop/blob/${sha}/README.md?plain=1#L3): \`createShop\``)
    expect(body).toContain('script `npm run serve` → `npm run start`')
    for (const name of ['file `src/shop.ts`', 'variable `SHOP_DATA_DIR`', 'flag `--dry-run`', 'route `/api/orders`'])
      expect(body).toContain(name)
    expect(body).not.toContain('--verbose')
    expect(await status()).toContain('last push: reported, 6 places no longer true')
  })
  it('tells a renaming by its line, and a removal as such', async () => {
    const { change, host } = await shop()
    await change({ 'src/shop.ts': SHOP.replace('createShop(config)', 'openShop(config)').replace("'--dry-run', ", '') })
    const body = host.issues[0]?.body ?? ''
    expect(body).toContain('`createShop` → `openShop`')
    expect(body).toContain('flag `--dry-run` is gone')
  })
  it('finds members, parameters and options that one thing lost, though others still have them', async () => {
    const code = (over: Readonly<Record<string, string>>) => {
      const name = (one: string) => over[one] ?? one
      return [
        'export class Basket {',
        '  constructor(private readonly owner: string, readonly limit = 3) {}',
        '  /** Takes it out. */',
        `  ${name('remove')}(`,
        `    ${name('item')}: string,`,
        `    { ${name('force')} = false }: { ${name('force')}?: boolean } = {},`,
        '  ): void {}',
        '}',
        'export interface Order {',
        `  ${name('note')}: string`,
        '}',
        'export function drop(item: string, force: boolean, note: string, remove: boolean) {}',
        '',
      ].join('\n')
    }
    const guide = [
      '# Baskets',
      '',
      'A `Basket` loses things by `basket.remove()`, and nobody should remove a note by force.',
      '',
      '## `remove(item)`',
      '',
      'Options:',
      '',
      '| Option | |',
      '|---|---|',
      '| `force` | also what is paid |',
      '',
      '## Orders',
      '',
      'An `Order` has a `note`.',
      '',
      '## drop',
      '',
      'Takes `force` and `note`.',
      '',
    ].join('\n')
    const { change, host, status } = await shop({
      'docs/guide.md': guide,
      'src/basket.ts': code({}),
      'src/util.ts': code({}),
    })
    await change({ 'src/basket.ts': code({ force: 'always', note: 'remark' }) })
    const body = host.issues[0]?.body ?? ''
    expect(body).toContain('parameter `force` of `Basket.remove` → `always`')
    expect(body).toContain('#L11): ')
    expect(body).toContain('`note` of `Order` → `remark`')
    expect(body).toContain('#L15): ')
    expect(body.match(/- \[ \]/g)).toHaveLength(2)
    await change({ 'src/basket.ts': code({ note: 'remark' }) })
    expect(host.issues[0]?.body).not.toContain('force')
    await change({ 'src/basket.ts': code({}) })
    expect(host.issues[0]?.body).toContain('Nothing is left')
    expect(await status()).toContain('last push: silent')
  })
  it('finds what a class of Python lost', async () => {
    const code = [
      'class Basket:',
      '    def put(self, item: str, *, amount: int = 1) -> None:',
      '        """Puts it in."""',
      '    @property',
      '    def total(self) -> int: ...',
      '',
    ].join('\n')
    const guide = '# Baskets\n\n`Basket.put(item, amount=2)` takes an `amount`; `Basket.total` is the sum.\n'
    const { change, host } = await shop({
      'docs/guide.md': guide,
      'shop/basket.py': code,
      'shop/other.py': 'total = amount = 1\n',
    })
    await change({ 'shop/basket.py': code.replace('amount', 'count').replace('total', 'sum') })
    expect(host.issues[0]?.body).toContain('parameter `amount` of `Basket.put` → `count`')
    expect(host.issues[0]?.body).toContain('`total` of `Basket` → `sum`')
  })
  it('is silent with the reason where nothing documented changed, where a name only moved, and where the documents went along', async () => {
    const { change, host, status } = await shop()
    await change({ 'src/other.ts': 'export const secretOfNobody = 1\n' })
    expect(await status()).toContain('last push: silent, no name of the code was renamed or removed; 1 file changed')
    await change({ 'src/other.ts': 'export const secretOfSomebody = 1\n' })
    expect(await status()).toContain('silent, 1 name changed, none of them documented')
    await change({ 'src/twin.ts': SHOP })
    await change({ 'src/twin.ts': null })
    expect(await status()).toMatch(/silent, what changed and is documented still stands in the code: .*createShop/)
    await change({ 'src/old.ts': 'export const secretOfAll = 1\n' })
    await change({ 'src/old.ts': null, 'src/new.ts': 'export const secretOfAll = 1\n' })
    expect(await status()).not.toContain('gave no diff')
    await change({ 'src/shop.ts': SHOP.replace(/export function[\s\S]*?\n}\n/, ''), 'src/moved.ts': SHOP })
    await change({
      'src/moved.ts': SHOP.replace('createShop', 'openShop'),
      'README.md': README.replace('createShop', 'openShop'),
    })
    expect(host.issues).toEqual([])
  })
  it('updates its one issue in place, strikes what was mended, and says when nothing is left', async () => {
    const { change, host } = await shop()
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop') })
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop').replace('--dry-run', '--preview') })
    expect(host.issues).toHaveLength(1)
    expect(host.issues[0]?.body).toContain('`createShop` → `openShop`')
    expect(host.issues[0]?.body).toContain('`--dry-run` → `--preview`')
    await change({ 'README.md': README.replace('createShop', 'openShop') })
    expect(host.issues[0]?.body).not.toContain('createShop')
    await change({ 'README.md': README.replace('createShop', 'openShop').replace('--dry-run', '--preview') })
    expect(host.issues[0]?.body).toContain('Nothing is left')
    const { writes } = host.issues[0] ?? { writes: 0 }
    await change({ 'src/other.ts': 'const a = 1\n' })
    expect(host.issues[0]?.writes).toBe(writes)
  })
  it('leaves a closed issue closed; only something new opens another, with that alone', async () => {
    const { change, host, status } = await shop()
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop') })
    host.close(1)
    await change({ 'src/other.ts': 'const a = 1\n' })
    expect(host.issues).toHaveLength(1)
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop').replace('--dry-run', '--preview') })
    expect(host.issues).toHaveLength(2)
    expect(await status()).toContain('--preview')
    expect(await status()).not.toContain('createShop')
    expect(host.issues[1]?.body).toContain('--preview')
    expect(host.issues[1]?.body).not.toContain('createShop')
  })
  it('lets chronicles and lines that tell of a change be, and prose that only uses the same word', async () => {
    const { change, host } = await shop({
      ...START,
      'README.md': '# Shop\n\nWe connect people. `createShop` was renamed to openShop.\n',
      'CHANGELOG.md': '# Changes\n\n- `createShop` added\n',
      'docs/migration.md': '# Migration\n\nWrite `openShop` for `createShop`.\n',
      'src/net.ts': 'export function connect(to) {\n  return to\n}\n',
    })
    await change({
      'src/shop.ts': SHOP.replace('createShop', 'openShop'),
      'src/net.ts': 'export function dial(to) {\n  return to\n}\n',
    })
    expect(host.issues).toEqual([])
  })
  it('asks only the documents that describe the code, where the settings say which', async () => {
    const { change, host } = await shop({
      ...START,
      'docs/web.md': '# Web\n\n`createShop` paints.\n',
      '.autodevhub.yml': 'docs:\n  describes:\n    docs/web.md: [web/**]\n',
    })
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop') })
    expect(host.issues[0]?.body).toContain('README')
    expect(host.issues[0]?.body).not.toContain('web.md')
  })
  it('does not answer its own push, other branches, a deleted branch or a repository that nobody bound', async () => {
    const { change, push, host, status, unbind } = await shop()
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop') }, { own: true })
    expect(await status()).toContain("silent, the hub's own push")
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'makeShop') }, { branch: 'feature' })
    await push({ before: 'abc', after: null })
    unbind()
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'buildShop') })
    expect(host.issues).toEqual([])
  })
  it('reads a rewritten history anew, and says that names could not be compared when the commit before is gone', async () => {
    const { change, host, status, run } = await shop()
    const lost = await change({ 'src/other.ts': 'const a = 1\n' })
    host.forget(lost)
    await change({ ...START, 'README.md': '# Shop\n\nA wombat lives here.\n' }, { forced: true })
    expect(host.issues).toEqual([])
    expect(await status()).toContain('the history was rewritten and the commit before is gone')
    expect((await run('docs search wombat')).text).toContain('README.md')
    expect((await run('docs search curl')).text).toContain('Not documented')
  })
  it('a repeated or late delivery looks from where the last look ended', async () => {
    const { change, push, host, status } = await shop()
    const first = await change({ 'src/other.ts': 'const a = 1\n' })
    const second = await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop') })
    const { writes } = host.issues[0] ?? { writes: 0 }
    await push({ before: first, after: second })
    expect(host.issues[0]?.writes).toBe(writes)
    expect(await status()).toContain('last push: reported, 1 place no longer true')
  })
  it('of 2,000 files is told in numbers, lists what is documented, and says so', async () => {
    const many = (name: string) =>
      Object.fromEntries(
        Array.from({ length: 2_000 }, (_, i) => [`src/gen/f${i}.ts`, `export function ${name}${i}Thing() {}\n`]),
      )
    const documented = Array.from({ length: 60 }, (_, i) => `- \`old${i}Thing\``).join('\n\n')
    const { change, host, status } = await shop({
      ...START,
      ...many('old'),
      'docs/things.md': `# Things\n\n${documented}\n`,
    })
    await change(many('new'))
    const body = host.issues[0]?.body ?? ''
    expect(body).toContain('2,000 files: only what names something documented is listed')
    expect(body).toContain('And 20 more.')
    expect(body.length).toBeLessThan(20_000)
    expect(await status()).toContain('300 of 2,0')
  })
  it('is told in the channels of the project by one card, in numbers, until it is mended', async () => {
    const { change, bindChannel, shown } = await shop()
    bindChannel('C7')
    await change({ 'src/other.ts': 'const a = 1\n' })
    expect(shown).toEqual([])
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop') })
    await change({ 'README.md': README.replace('createShop', 'openShop') })
    const card = { channel: 'C7', card: 'documentation memory octo/shop' }
    expect(shown).toEqual([
      { ...card, text: 'Documentation of octo/shop: 1 place behind the code.' },
      { ...card, text: '✓ Documentation of octo/shop is true to the code again.' },
    ])
  })
  it('mode: off stays silent', async () => {
    const { change, host, status } = await shop({ ...START, '.autodevhub.yml': 'docs:\n  mode: off\n' })
    await change({ 'src/shop.ts': SHOP.replace('createShop', 'openShop') })
    expect(host.issues).toEqual([])
    expect(await status()).toContain('the settings file says mode: off')
  })
})
