import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, startBrowser } from '../../../test/console/browser.ts'
import { draw, mermaidLabel } from './architecture.ts'
import { importsOf } from './imports.ts'
import { createResolver } from './resolve-import.ts'

function drawn(files: Readonly<Record<string, string>>, folder = 'src', unread = 0) {
  const paths = new Set(Object.keys(files))
  const resolve = createResolver({ paths, packageJson: files['package.json'] ?? null, goMod: files['go.mod'] ?? null })
  const inside = Object.entries(files).filter(([path]) => path.startsWith(`${folder}/`) || folder === '')
  return draw(
    folder,
    inside.map(([path, text]) => ({ path, text })),
    resolve,
    unread,
  )
}
const many = (n: number, name: (i: number) => string) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [name(i), `import './x.ts'\n`]))

describe('imports', () => {
  it('of TypeScript and JavaScript are read over lines, and not from comments, texts or names alike', () => {
    const text = `import a from './a.ts'
import type {
  B, // from './not-this.ts'
  C,
} from "./b.js"
import './c.css'
export * from './d'
export { e } from './e'
/* import x from './comment' */
const s = "import y from './text'"
const t = \`import z from './template'\`
const f = await import('./f.ts')
const g = require('./g')
object.import('./member'); array.from('./member')
export const from = './value'
import.meta.resolve('./meta')
`
    expect(importsOf('src/x.ts', text)).toEqual(['./a.ts', './b.js', './c.css', './d', './e', './f.ts', './g'])
  })
  it('of Python, Go and Java are theirs', () => {
    expect(
      importsOf('a.py', 'import os, shop.cart as c\nfrom . import store, base as b\nfrom ..x.y import z\n'),
    ).toEqual(['os', 'shop.cart', '.store', '.base', '..x.y'])
    expect(importsOf('a.go', 'import "fmt"\nimport (\n\tm "octo.dev/shop/cart"\n)\nvar s = "no"\n')).toEqual([
      'fmt',
      'octo.dev/shop/cart',
    ])
    expect(importsOf('A.java', 'import static a.b.C.d;\nimport a.b.E;\n')).toEqual(['a.b.C.d', 'a.b.E'])
  })
  it('are never slow', () => {
    for (const piece of ['import ', '/* ', "'", '`', 'import {a', 'from ', 'export * ', '"\\', 'import(']) {
      const began = performance.now()
      importsOf('a.ts', piece.repeat(200_000 / piece.length))
      importsOf('a.py', piece.repeat(200_000 / piece.length))
      expect(performance.now() - began).toBeLessThan(2_000)
    }
  })
  it('lead to files as each language finds them', () => {
    const paths = [
      'src/a.ts',
      'src/b/index.ts',
      'src/c.tsx',
      'core/x.ts',
      'shop/cart/__init__.py',
      'shop/store.py',
      'cart/cart.go',
      'm/a/b/E.java',
    ]
    const packageJson =
      '{"imports":{"#core":{"development":"./core/x.ts","default":"./dist/x.js"},"#b/*":"./src/*.ts"}}'
    const resolve = createResolver({ paths: new Set(paths), packageJson, goMod: 'module octo.dev/shop\n' })
    expect(
      [
        ['src/z.ts', './a.js'],
        ['src/z.ts', './b'],
        ['src/b/index.ts', '../c'],
        ['src/z.ts', '#core'],
        ['src/z.ts', '#b/a'],
        ['src/z.ts', '../../etc/passwd'],
        ['src/z.ts', 'react'],
        ['shop/store.py', 'shop.cart.Cart'],
        ['shop/cart/x.py', '..store'],
        ['main.go', 'octo.dev/shop/cart'],
        ['main.go', 'octo.dev/shopping'],
        ['m/X.java', 'a.b.E'],
      ].map(([from = '', to = '']) => resolve(from, to)),
    ).toEqual([
      'src/a.ts',
      'src/b/index.ts',
      'src/c.tsx',
      'core/x.ts',
      'src/a.ts',
      null,
      null,
      'shop/cart/__init__.py',
      'shop/store.py',
      'cart/cart.go',
      null,
      'm/a/b/E.java',
    ])
  })
})

describe('an architecture page', () => {
  it('shows files where they are few, with an arrow for each import', () => {
    const made = drawn({ 'src/a.ts': "import './b/c.ts'\nimport 'react'", 'src/b/c.ts': "import '../../other.ts'" })
    expect(made?.mermaid).toBe('flowchart LR\n  n1["a#46;ts"]\n  n2["b/c#46;ts"]\n  n1 --> n2')
    expect(made?.note).toBe(
      '2 parts of 2 files, with an arrow where one imports another; packages of others and tests are not shown',
    )
    expect(drawn({})).toBeNull()
  })
  it('shows the deepest folders that are few enough, and says what was left out', () => {
    const files = {
      ...many(60, (i) => `src/part-${i % 6}/deep-${i}/f.ts`),
      'src/part-0/deep-0/f.ts': "import '../../part-1/deep-1/f.ts'",
    }
    expect(drawn(files, 'src', 3)?.mermaid).toContain('n1["part-0/"]')
    expect(drawn(files, 'src', 3)?.mermaid.split('\n')).toHaveLength(8)
    expect(drawn(files, 'src', 3)?.note).toContain('left out: 3 files that were not read')
    const wide = drawn({ ...many(90, (i) => `src/part-${i}/f.ts`), 'src/part-7/f.ts': "import '../part-9/f'" })
    expect(wide?.mermaid).toContain('n1["part-0/"]')
    expect(wide?.mermaid).toContain('-->')
    expect(wide?.note).toContain('left out: 62 less connected parts')
  })
  it('is the same for the same files in any order', () => {
    const files = { 'src/a.ts': "import './b'", 'src/b.ts': "import './c'", 'src/c.ts': '' }
    const turned = Object.fromEntries(Object.entries(files).reverse())
    expect(drawn(turned)).toEqual(drawn(files))
  })
})

const NASTY = [
  'end',
  'subgraph',
  '1. list',
  '- dash',
  '"quoted"',
  'a[b](c){d}',
  '`code` **bold**',
  '```',
  '%% comment',
  '%%{init: {}}%%',
  'A --> B',
  '<script>alert(1)</script>',
  '&lt;b&gt; &amp; #35; #quot;',
  'click n1 "https://evil.test"',
  'javascript:alert(1)',
  '\\n \\" \\\\',
  '名前 ünï çödé 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'שלום\u202Eevil',
  'x'.repeat(300),
  'style n1 fill:red;',
  'a;b|c@{ shape: circle }',
  '$$\\alpha$$',
  ' ',
  '--- title ---',
]
describe.skipIf(!hasChromium)('a diagram in Chromium, as Mermaid draws it', () => {
  let browser: Browser
  let page: Page
  let canvas: Page
  beforeAll(async () => {
    browser = await startBrowser()
    page = await browser.newPage()
    canvas = await browser.newPage()
    await page.setContent('<!doctype html><body></body>')
    const script = createRequire(import.meta.url)
      .resolve('mermaid')
      .replace(/mermaid\.core\.mjs$/, 'mermaid.min.js')
    await page.addScriptTag({ content: readFileSync(script, 'utf8') })
  }, 60_000)
  afterAll(() => browser.close())
  const shown = async (mermaid: string) => {
    const svg = await page.evaluate(async (text) => {
      const { mermaid: library } = globalThis as unknown as {
        mermaid: { initialize(o: object): void; render(id: string, text: string): Promise<{ svg: string }> }
      }
      library.initialize({ startOnLoad: false, securityLevel: 'strict' })
      return (await library.render('drawn', text)).svg
    }, mermaid)
    await canvas.setContent(`<!doctype html><body>${svg}</body>`)
    return {
      labels: await canvas.locator('.node .nodeLabel').allTextContents(),
      arrows: await canvas.locator('.edgePaths path').count(),
      html: await canvas.content(),
    }
  }

  it('of names that would break it shows each name as it is, and nothing runs', async () => {
    const names = NASTY.map((name) => name.replaceAll('/', '∕'))
    const files = Object.fromEntries(names.map((name, i) => [`src/${name}`, i === 0 ? '' : `import './${names[0]}'`]))
    // The scanner asks for an ending it knows: each name is a folder.
    const folders = Object.fromEntries(
      Object.entries(files).map(([path]) => [`${path}/index.ts`, path === `src/${names[0]}` ? '' : `import '../end'`]),
    )
    const made = drawn(folders)
    const { labels, arrows, html } = await shown(made?.mermaid ?? '')
    expect(labels).toHaveLength(new Set(names).size)
    expect(arrows).toBe(names.length - 1)
    const bare = (text: string) => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
    for (const name of names.filter((one) => one.length < 40))
      expect(labels.map(bare)).toContain(bare(`${name}/index.ts`))
    expect(html).not.toMatch(/<script>alert|href="https:\/\/evil/)
  }, 60_000)
  it('of any size within the bounds is drawn', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 27 }, (_, i) => [
        `src/m${i}.ts`,
        Array.from({ length: 27 }, (__, j) => `import './m${j}.ts'`).join('\n'),
      ]),
    )
    const made = drawn(files)
    expect(made?.note).toContain('left out: 612 weaker arrows')
    const { labels, arrows } = await shown(made?.mermaid ?? '')
    expect([labels.length, arrows]).toEqual([27, 90])
  }, 60_000)
})

it('a label holds nothing that means something to Mermaid', () => {
  expect(mermaidLabel('a"]; end --> b')).toBe('a#34;#93;#59;#32;end#32;--#62;#32;b')
})
