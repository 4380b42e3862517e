import { describe, expect, it } from 'vitest'
import { readModule } from './read.ts'
import type { Exported } from './types.ts'

async function shapes(text: string, path = 'a.ts'): Promise<readonly Exported[]> {
  const made = await readModule(path, text)
  if ('reason' in made) throw new Error(made.reason)
  expect(made.errorLine).toBeNull()
  return made.entries.flatMap((entry) => (entry.kind === 'own' ? entry.as(entry.name) : []))
}
const signatures = async (text: string, path?: string) => (await shapes(text, path)).map(({ signature }) => signature)
const members = async (text: string, path?: string) =>
  (await shapes(text, path))[0]?.members.map(({ signature }) => signature)

describe('a declaration of TypeScript is read as it is written', () => {
  it.each([
    ['export function f(a: string): void {}', 'function f(a: string): void'],
    [
      'export async function* f<T>(...rest: T[]): AsyncGenerator<T> {}',
      'async function* f<T>(...rest: T[]): AsyncGenerator<T>',
    ],
    [
      'export declare function f(this: Window): asserts this is Document;',
      'function f(this: Window): asserts this is Document',
    ],
    [
      'export function f(\n\ta: string, // a (comment\n\tb = "){ ",\n): void {}',
      'function f(a: string, b = "){ "): void',
    ],
    ["export function f(a = '  two  blanks'): void {}", "function f(a = '  two  blanks'): void"],
    [
      'export function f(a: {\n  b: string\n  c?: number\n}): void {}',
      'function f(a: { b: string; c?: number }): void',
    ],
    ['export function f(a: `x` = `}{`): { b: 1 } { return { b: 1 } }', 'function f(a: `x` = `}{`): { b: 1 }'],
    ['export function größe(länge: number) {}', 'function größe(länge: number)'],
    ['export const a: Map<string, () => void> = new Map()', 'const a: Map<string, () => void>'],
    ['export const a = (b: number): number => b', 'const a = (b: number): number'],
    ['export const a = async <T,>(b: T) => ({ b })', 'const a = async <T,>(b: T)'],
    ['export const a = function named(b: number) {}', 'const a = function named(b: number)'],
    ['export const a = b => b', 'const a = b'],
    ['export let a = -3', 'let a = -3'],
    ["export const a = 'x' as const", "const a = 'x'"],
    ['export const a = compute(1)', 'const a'],
    ['export type A =\n  | "x"\n  | "y"', 'type A = "x" | "y"'],
    ['export type A<T> = T extends (infer U)[]\n  ? U\n  : never', 'type A<T> = T extends (infer U)[] ? U : never'],
    ['export interface A<T = {}> extends B<T>, C {}', 'interface A<T = {}> extends B<T>, C'],
    [
      '@dec({ a: "}" })\nexport abstract class A<T> extends B<T> implements C {}',
      'abstract class A<T> extends B<T> implements C',
    ],
    ['export @dec class A {}', 'class A'],
    ['export const A = class extends B {}', 'const A = class extends B'],
    ['export default function f(a: string) {}', 'export default function f(a: string)'],
    ['export default (a: string) => {}', 'export default (a: string)'],
    ['export default class {}', 'export default class'],
    ['const a: number = 1\nexport default a', 'export default const a: number'],
    ['export default { name: "x", setup() {} }', 'export default'],
    ['function f(a: string) {}\nexport { f as g }', 'function g(a: string)'],
    ['class A {}\nexport { A as default }', 'export default class A'],
    ['export declare const enum A { B }', 'const enum A'],
    ['declare function f(a: string): void\nexport = f', 'function f(a: string): void'],
    ['export import A = B.C', 'import A = B.C'],
    ['\uFEFFexport function f(): void {}\r\n', 'function f(): void'],
    [
      'export function f(\r\n\ta: string,\r\n\tb: number,\r\n): void {\r\n}\r\n',
      'function f(a: string, b: number): void',
    ],
  ])('%j', async (text, signature) => {
    expect(await signatures(text)).toEqual([signature])
  })
  it('in a list, by name, and in the order of the file', async () => {
    const text =
      'export const { a, b: [c], ...d } = x, e = 1\nfunction hidden() {}\nexport { hidden as shown }\nexport class F {}\n'
    expect((await shapes(text)).map(({ name }) => name)).toEqual(['a', 'c', 'd', 'e', 'shown', 'F'])
  })
  it('with all forms of a function and without what implements them', async () => {
    const text =
      'export function f(a: string): 1\nexport function f(a: number): 2\nexport function f(a: unknown) { return a }\n'
    expect(await signatures(text)).toEqual(['function f(a: string): 1\nfunction f(a: number): 2'])
  })
  it('as a value and as a type of the same name', async () => {
    expect(await signatures('export const A: 1 = 1\nexport type A = 1\n')).toEqual(['const A: 1', 'type A = 1'])
  })
  it('cut where it is long, with an ellipsis', async () => {
    const union = Array.from({ length: 2_000 }, (_, i) => `'name-${i}'`).join('\n  | ')
    const [signature = ''] = await signatures(`export type A = ${union}\n`)
    expect(signature).toHaveLength(400)
    expect(signature).toMatch(/^type A = 'name-0' .*…$/)
  })
})

describe('members', () => {
  it('of a class are those that others can use', async () => {
    const text = `export abstract class A {
      /** Where it is. */
      readonly place: string
      static limit = 3
      #own = 1
      private b = 1
      protected c(): void {}
      constructor(private readonly d: string, @Inject() e?: number) {}
      get size(): number { return 1 }
      set size(n: number) {}
      f(a: string): void
      f(a: number): void
      f(a: unknown) {}
      protected abstract g(): void
      abstract h(): void;
      async *[Symbol.asyncIterator]() {}
      handler = (event: Event): void => {}
      default() {}
      @bound() 'quoted-name'(): void {}
      declare i: number
      accessor j = 1;
      [key: string]: unknown
      static { init() }
      /** @internal */
      k = 1
    }`
    expect(await members(text)).toEqual([
      'readonly place: string',
      'static limit = 3',
      'constructor(private readonly d: string, @Inject() e?: number)',
      'get size(): number\nset size(n: number)',
      'f(a: string): void\nf(a: number): void',
      'abstract h(): void',
      'async *[Symbol.asyncIterator]()',
      'handler = (event: Event): void',
      'default()',
      "'quoted-name'(): void",
      'declare i: number',
      'accessor j = 1',
      '[key: string]: unknown',
    ])
    expect((await shapes(text))[0]?.members[0]?.about).toBe('Where it is.')
  })
  it.each([
    [
      'export interface A { a: string, b(c: { d: 1\ne: 2 }): void; readonly [k: string]: unknown\n(x: 1): 2\nnew (y: 1): A; get z(): 3 }',
      [
        'a: string',
        'b(c: { d: 1; e: 2 }): void',
        'readonly [k: string]: unknown',
        '(x: 1): 2',
        'new (y: 1): A',
        'get z(): 3',
      ],
    ],
    ['export type A = { a?: string\n b: number }', ['a?: string', 'b: number']],
    ["export enum A { B, C = 'c', 'D-E' = 1 << 2 }", ['B', "C = 'c'", "'D-E' = 1 << 2"]],
    [
      'export namespace A { export const b: 1 = 1; function c() {} export namespace D {} }',
      ['const b: 1', 'namespace D'],
    ],
    ['export declare namespace A { const b: 1; function c(): void }', ['const b: 1', 'function c(): void']],
    [
      'export const a = { b: 1, c(d: string) {}, e: (f: number) => f, ...g, [h]: 2 } as const',
      ['b: 1', 'c(d: string)', 'e: (f: number)', '[h]: 2'],
    ],
  ])('of %j', async (text, wanted) => {
    expect(await members(text)).toEqual(wanted)
  })
})

describe('what is said of it', () => {
  it.each([
    ['/** First. Second. */', 'First.', null],
    ['/**\n * Over two\n * lines, e.g. these.\n *\n * Another paragraph.\n */', 'Over two lines, e.g. these.', null],
    ['/** See {@link Other} and {@link b | the other}. */', 'See Other and the other.', null],
    ['/** Old.\n * @deprecated Use g. It is better.\n * @param a x\n */', 'Old.', 'Use g.'],
    ['/** @deprecated */', '', ''],
    ['/**\n * @param a x\n * @summary Short.\n */', 'Short.', null],
    ['/* no documentation */', '', null],
    ['// none', '', null],
    ['/** Of the file. */\n\n/** Of the function. */', 'Of the function.', null],
  ])('%j', async (comment, about, deprecated) => {
    expect(await shapes(`${comment}\nexport function f() {}\n`)).toMatchObject([{ about, deprecated }])
  })
  it('@internal is nothing for others', async () => {
    expect(await shapes('/** @internal */\nexport function f() {}\nexport const a = 1\n')).toMatchObject([
      { name: 'a' },
    ])
  })
})

describe('parameters', () => {
  it('are known by name, with the options in them', async () => {
    const text =
      'export function f(a: string, { b, c: d = 1 }: { b: string, c?: number }, e: { g?: 1; h(): void } = {}, ...i: string[]) {}'
    expect((await shapes(text))[0]?.parameters).toEqual(['a', 'b', 'c', 'e', 'g', 'h', 'i'])
  })
})

describe('a file of another kind', () => {
  it.each([
    [
      'a.js',
      'module.exports = { a, b: c, d() {}, e: (x) => x, f: 3 }\nfunction a(x) {}\nclass c {}',
      ['function a(x)', 'class b', 'd()', 'const e = (x)', 'const f = 3'],
    ],
    [
      'a.cjs',
      'exports.a = exports.b = void 0\nexports.a = 1\nmodule.exports.b = function (x) {}\nexports.c = make(2)',
      ['const a = 1', 'function b(x)', 'exports.c = make(2)'],
    ],
    ['a.js', '/** Of it. */\nmodule.exports = function (a, b) {}', ['module.exports = function (a, b)']],
    ['a.js', 'with (a) {}\nreturn\nexports.a = 010', ['const a = 010']],
    ['a.jsx', 'export function A({ b }) { return <p a={"}"}>{b} it\'s</p> }', ['function A({ b })']],
    ['a.tsx', 'export const A = <T,>(p: { b: T }) => <p>{p.b}</p>', ['const A = <T,>(p: { b: T })']],
    ['a.mts', 'export const a = <number>b', ['const a']],
    ['a.d.ts', 'declare const a: number;\ninterface B {}', ['const a: number', 'interface B']],
    ['a.d.ts', "declare module 'x' {\n  function f(): void\n}", ["module 'x'"]],
  ])('%s: %j', async (path, text, wanted) => {
    expect(await signatures(text, path)).toEqual(wanted)
  })
})

describe('code that does not parse', () => {
  it.each([
    [
      'export const a: 1 = 1\n/** Of b. */\nexport function (\nexport const c: 2 = 2\n',
      ['const a: 1', 'const c: 2'],
      3,
    ],
    ['export const a: 1 = 1\nexport const b = `${\n', ['const a: 1'], 2],
    ['export class A {\n  b( {\n}\nexport const c: 2 = 2\n', ['const c: 2'], 2],
    ['<<<<<<< ours\nexport const a: 1 = 1\n=======\nexport const a: 2 = 2\n>>>>>>> theirs\n', null, 1],
    ['}', [], 1],
  ])('%j gives what can be read, and the line', async (text, wanted, line) => {
    const made = await readModule('a.ts', text)
    if ('reason' in made) throw new Error(made.reason)
    expect(made.errorLine).toBeGreaterThanOrEqual(line)
    expect(made.errorLine).toBeLessThanOrEqual(line + 2)
    const found = made.entries.flatMap((entry) => (entry.kind === 'own' ? entry.as(entry.name) : []))
    if (wanted !== null) expect(found.map(({ signature }) => signature)).toEqual(wanted)
    expect(found.every(({ about }) => about === '')).toBe(true)
  })
  it.each([
    ['a.ts', `const a = "${'x'.repeat(1_000_001)}"`, 'is larger than 1 MB'],
    ['a.js', `a(${'1,'.repeat(6_000)})`, 'is minified'],
    ['lib.min.js', 'a()', 'is minified'],
    ['a.go', 'package a', 'is neither TypeScript nor JavaScript nor Python'],
  ])('%s is left out with its reason', async (path, text, reason) => {
    expect(await readModule(path, text)).toEqual({ reason })
  })
  it.each([
    '(',
    '[',
    '{',
    '<a',
    'a?(',
    '`${',
    'x=>(',
    '<T>(',
    'a<',
    '/**/',
    '/* ',
    '@a ',
    'class{a=',
    'async(',
    'type A={a:',
  ])('and is meant to never end (%j) ends', async (piece) => {
    const began = performance.now()
    await readModule('a.ts', `export const a = ${`${piece}\n`.repeat(4_000)}`)
    await readModule('a.py', `a = ${`${piece}\n`.repeat(4_000)}`)
    expect(performance.now() - began).toBeLessThan(6_000)
  })
})
