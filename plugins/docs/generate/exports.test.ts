import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportsOf } from './exports.ts'

const reader = (files: Readonly<Record<string, string>>) => async (path: string) => files[path] ?? null
async function surface(files: Readonly<Record<string, string>>, path = 'src/index.ts') {
  const { exports, notes } = await exportsOf(path, files[path] ?? '', reader(files))
  return { lines: exports.map(({ signature }) => signature), notes }
}

describe('what a file gives on from others', () => {
  const shop =
    '/** Opens. */\nexport function open(a: string): void {}\nexport default class Shop {}\nexport const own: 1 = 1\n'
  it.each([
    ["export { open } from './shop'", ['function open(a: string): void']],
    ["export { open as start, default as Store } from './shop.js'", ['function start(a: string): void', 'class Store']],
    ["export { default } from './shop.ts'", ['export default class Shop']],
    ["import { open as o } from './shop'\nexport { o as start }", ['function start(a: string): void']],
    ["export * from './shop'\nexport const own: 2 = 2", ['function open(a: string): void', 'const own: 2']],
    ["export * as shop from './shop'", ["export * as shop from './shop'"]],
    ["import * as shop from './shop'\nexport { shop }", ["export * as shop from './shop'"]],
    [
      "export { a, b as c } from 'pkg'\nexport * from 'pkg'\nexport type { D } from './none'",
      [
        "export { a } from 'pkg'",
        "export { b as c } from 'pkg'",
        "export * from 'pkg'",
        "export type { D } from './none'",
      ],
    ],
    ["export { nothing } from './shop'", ["export { nothing } from './shop'"]],
    ["export * from './circle'\nexport const a: 1 = 1", ['const b: 2', 'const a: 1']],
  ])('%j', async (text, wanted) => {
    const files = {
      'src/index.ts': text,
      'src/shop.ts': shop,
      'src/circle.ts': "export * from './index'\nexport const b: 2 = 2\n",
    }
    expect(await surface(files)).toEqual({ lines: wanted, notes: [] })
  })
  it('stands where it does in the repository: a folder by its index, declarations by declarations, CommonJS by require', async () => {
    const files = {
      'lib/a.d.ts': "export * from './b.js'\nexport * from './c'\n",
      'lib/b.js': 'export const wrong = 1\n',
      'lib/b.d.ts': 'export declare const b: 1\n',
      'lib/c/index.d.ts': 'export declare const c: 2\n',
      'main.js': "const x = require('./x')\nmodule.exports = { y: x.y, z: require('./x').z, x }\n",
      'x.js': 'exports.y = function (a) {}\nexports.z = 3\n',
    }
    expect((await surface(files, 'lib/a.d.ts')).lines).toEqual(['const b: 1', 'const c: 2'])
    expect((await surface(files, 'main.js')).lines).toEqual(['function y(a)', 'const z = 3', 'x'])
  })
  it('of Python: a package by what its files define, as __all__ says', async () => {
    const files = {
      'shop/__init__.py':
        'from .core import Shop, open_shop as open\nfrom .kinds import *\n__all__ = ["Shop", "open", "Kind"]\n',
      'shop/core.py': 'class Shop:\n    """A shop."""\ndef open_shop(name: str) -> Shop: ...\n',
      'shop/kinds/__init__.py': 'class Kind: ...\nclass Other: ...\n',
    }
    expect(await surface(files, 'shop/__init__.py')).toEqual({
      lines: ['class Shop', 'def open(name: str) -> Shop', 'class Kind'],
      notes: [],
    })
  })
  it('is told where a file could not be read, and is not followed for ever', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `src/f${i}.ts`,
        `export * from './f${i + 1}'\nexport const a${i}: 1 = 1\n`,
      ]),
    )
    const deep = await surface({ ...chain, 'src/index.ts': "export * from './f0'" })
    expect(deep.lines).toHaveLength(7)
    const star = Array.from({ length: 200 }, (_, i) => `export * from './s${i}'`).join('\n')
    const wide = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`src/s${i}.ts`, `export const s${i}: 1 = 1\n`]),
    )
    const broad = await surface({ ...wide, 'src/index.ts': star })
    expect(broad.notes).toEqual(['only the first 80 files were followed'])
    expect(broad.lines).toContain('const s0: 1')
    expect(broad.lines).toContain("export * from './s199'")
    // Whichever answers first, the same code gives the same text.
    const files: Readonly<Record<string, string>> = { ...wide, 'src/index.ts': star }
    const late = await exportsOf('src/index.ts', star, async (path) => {
      await new Promise((resolve) => setTimeout(resolve, path.length % 3))
      return files[path] ?? null
    })
    expect(late.exports.map(({ signature }) => signature)).toEqual(broad.lines)
    const broken = await surface({
      'src/index.ts': "export * from './b'\n",
      'src/b.ts': 'export const a: 1 = 1\nexport class {\n',
    })
    expect(broken).toEqual({
      lines: ['const a: 1'],
      notes: ['src/b.ts does not parse at line 2: names around it may be missing'],
    })
  })
  it('is at most 300, and says how many more there are', async () => {
    const many = Array.from({ length: 310 }, (_, i) => `export const a${i}: 1 = 1`).join('\n')
    const { lines, notes } = await surface({ 'src/index.ts': many })
    expect(lines).toHaveLength(300)
    expect(notes).toEqual(['10 more are left out'])
  })
})

describe('packages as they are published', () => {
  const modules = join(import.meta.dirname, '../../../node_modules')
  const read = async (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null)
  it.each([
    ['hono/dist/types/index.d.ts', ['Hono', 'Context', 'MiddlewareHandler', 'Env']],
    ['zod/v4/classic/external.d.ts', ['ZodString', 'ZodError', 'object', 'string', 'toJSONSchema']],
    ['drizzle-orm/index.d.ts', ['sql', 'eq', 'relations', 'Table', 'InferSelectModel']],
    ['yaml/dist/index.js', ['parse', 'stringify', 'Document', 'YAMLParseError']],
  ])('%s gives what it is known for', async (file, names) => {
    const path = join(modules, file)
    const { exports, notes } = await exportsOf(path, readFileSync(path, 'utf8'), read)
    expect(notes.filter((note) => /parse|nested|longer/.test(note))).toEqual([])
    const found = exports.map(({ name }) => name)
    // The limit may cut what comes late.
    if (exports.length < 300) expect(found).toEqual(expect.arrayContaining(names))
    else expect(names.filter((name) => found.includes(name)).length).toBeGreaterThan(2)
  })
  it('are read without a syntax error, file by file', async () => {
    const files = ['hono/dist/types', 'zod/v4', 'drizzle-orm/pg-core'].flatMap((folder) =>
      globSync('**/*.d.ts', { cwd: join(modules, folder) })
        .toSorted()
        .slice(0, 120)
        .map((file) => join(modules, folder, file)),
    )
    expect(files.length).toBeGreaterThan(200)
    for (const file of files) {
      const { exports, notes } = await exportsOf(file, readFileSync(file, 'utf8'))
      expect(
        notes.filter((note) => !note.endsWith('left out')),
        file,
      ).toEqual([])
      for (const { signature } of exports) expect(signature.length).toBeLessThan(5_000)
    }
  })
})
