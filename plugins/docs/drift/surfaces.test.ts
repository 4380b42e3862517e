import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryRepositories } from '../../../test/fakes/memory-repositories.ts'
import type { Hunk, HunkLine } from './hunks.ts'
import { namesIn } from './names.ts'
import { goneFrom, mergedChanges, ownSurface, stillHas, surfaceChanges, textBefore } from './surfaces.ts'

async function gone(before: string, after: string, path = 'a.ts'): Promise<string[]> {
  const [had, has] = [await ownSurface(path, before), await ownSurface(path, after)]
  if (had === null || has === null) throw new Error('does not parse')
  return goneFrom(path, had, has, []).map(
    ({ kind, old, new: now, of }) => `${kind} ${of === null ? '' : `${of}.`}${old} → ${now}`,
  )
}

describe('what a file gives no more', () => {
  it.each([
    ['export function a1() {}', 'export function b1() {}', ['symbol a1 → b1']],
    ['export function a1(x) {}\nexport const c1 = 3', 'export const c1 = 3', ['symbol a1 → null']],
    ['export function f1() {}', 'export function g1() {}\nexport function h1() {}', ['symbol f1 → null']],
    [
      'export function f1(port: number, host: string) {}',
      'export function f1(port: number, name: string) {}',
      ['parameter f1.host → name'],
    ],
    ['export function f1(port: number, host: string) {}', 'export function f1(host: string, port: number) {}', []],
    [
      'export function f1(port: number, host: string) {}',
      'export function f1(port: number) {}',
      ['parameter f1.host → null'],
    ],
    [
      'export function f1(opts: {\n  one: 1\n  two: 2\n}) {}',
      'export function f1(opts: {\n  one: 1\n}) {}',
      ['parameter f1.two → null'],
    ],
    [
      'export function f1(aa: 1): 1\nexport function f1(bb: 2): 2',
      'export function f1(aa: 1): 1',
      ['parameter f1.bb → null'],
    ],
    [
      'export class A1 { run(fast: 1) {}\n private own() {} }',
      'export class A1 { run(slow: 1) {} }',
      ['parameter A1.run.fast → slow'],
    ],
    ['export class A1 { run(): void {} }', 'export class A1 { start(): void {} }', ['member A1.run → start']],
    [
      'export class A1 { constructor(port: 1) {} }',
      'export class A1 { constructor() {} }',
      ['parameter A1.port → null'],
    ],
    [
      'export interface A1 { one: string; two: number }',
      'export interface A1 { one: string }',
      ['member A1.two → null'],
    ],
    ['export enum E1 { Red, Green }', 'export enum E1 { Red }', ['member E1.Green → null']],
    [
      'export const api = { open(a1) {}, shut() {} }',
      'export const api = { open(b1) {} }',
      ['member api.shut → null', 'parameter api.open.a1 → b1'],
    ],
    ['class A1 { run() {} }', 'class A1 {}', []],
    ['export function f1() { const local = 1 }', 'export function f1() { const other = 1 }', []],
    ['export type A1 = 1\nexport const A1 = { two: 2 }', 'export const A1 = { two: 2 }', []],
  ])('%j → %j', async (before, after, wanted) => {
    expect(await gone(before, after)).toEqual(wanted)
  })
  it('in Python as well', async () => {
    const before = 'class A1:\n    size: int\n    def __init__(self, port): ...\n    def run(self, fast): ...\n'
    const after = 'class A1:\n    width: int\n    def __init__(self, host): ...\n    def run(self): ...\n'
    expect(await gone(before, after, 'a.py')).toEqual([
      'member A1.size → width',
      'parameter A1.port → host',
      'parameter A1.run.fast → null',
    ])
  })
  it('is nothing that anybody can tell where a side does not parse', async () => {
    expect(await ownSurface('a.ts', 'export const a = 1\nexport class {')).toBeNull()
    expect(await ownSurface('a.go', 'package a')).toBeNull()
  })
})

describe('whether a thing still has something', () => {
  it.each([
    ['export class A1 { run(fast: 1) {} }', 'A1', 'run', true],
    ['export class A1 { run(fast: 1) {} }', 'A1', 'walk', false],
    ['export class A1 { run(fast: 1) {} }', 'A1.run', 'fast', true],
    ['export class A1 { run(fast: 1) {} }', 'A1.run', 'slow', false],
    ['export class A1 { constructor(port: 1) {} }', 'A1', 'port', true],
    ['export class A1 extends B1 {}', 'A1', 'run', null],
    ['export const other = 1', 'A1', 'run', null],
  ])('%j: %s has %s: %s', async (text, of, name, wanted) => {
    expect(stillHas((await ownSurface('a.ts', text)) ?? [], of, name)).toBe(wanted)
  })
})

describe('the text before a diff', () => {
  const line = fc.constantFrom('a', 'b', 'const c = 1', '', '}', '+x', '-y')
  const piece = fc.record({ mark: fc.constantFrom<HunkLine['mark']>('+', '-', ' '), text: line })
  it('is what it was', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.array(piece, { minLength: 1, maxLength: 12 }),
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        (head, lines, tail, eol) => {
          const now = lines.filter(({ mark }) => mark !== '-').map(({ text }) => text)
          const old = lines.filter(({ mark }) => mark !== '+').map(({ text }) => text)
          const whole = [...head, ...now, ...tail]
          // One empty line without its end cannot be told from no line at all.
          fc.pre(whole.length !== 1 || whole[0] !== '')
          const at = now.length === 0 ? head.length : head.length + 1
          const hunk: Hunk = { path: 'a.ts', previousPath: 'a.ts', line: at, lines }
          const before = textBefore(whole.join(eol), [hunk])
          expect(before?.replaceAll('\r', '')).toBe([...head, ...old, ...tail].join('\n'))
        },
      ),
      { numRuns: 300 },
    )
  })
  it('of a file that was emptied is what was in it', () => {
    const hunk: Hunk = { path: 'a.ts', previousPath: 'a.ts', line: 0, lines: [{ mark: '-', text: 'a' }] }
    expect(textBefore('', [hunk])).toBe('a')
  })
  it('cannot be told from a diff of another text', () => {
    const hunk: Hunk = { path: 'a.ts', previousPath: 'a.ts', line: 1, lines: [{ mark: ' ', text: 'other' }] }
    expect(textBefore('const a = 1\n', [hunk])).toBeNull()
  })
})

describe('a large push', () => {
  it('is compared as far as the limit, and says so; files that cannot be read tell nothing', async () => {
    const files = Array.from({ length: 70 }, (_, i) => ({
      path: `src/f${i}.ts`,
      previousPath: null,
      change: 'modified' as const,
      added: 1,
      removed: 1,
      patch: `@@ -1 +1 @@\n-export function f${i}(old: 1) {}\n+export function f${i}(now: 1) {}`,
    }))
    const hunks = files.map(
      ({ path }, i): Hunk => ({
        path,
        previousPath: path,
        line: 1,
        lines: [
          { mark: '-', text: `export function f${i}(old: 1) {}` },
          { mark: '+', text: `export function f${i}(now: 1) {}` },
        ],
      }),
    )
    const entries = files.map(({ path }) => ({
      path,
      kind: 'file' as const,
      blob: path,
      sizeBytes: path === 'src/f1.ts' ? 1e9 : 30,
    }))
    const reads: string[] = []
    const blob = async (_: string, { blob: path }: { readonly blob: string }) => {
      reads.push(path)
      const n = /\d+/.exec(path)?.[0]
      return path === 'src/f2.ts'
        ? null
        : Buffer.from(path === 'src/f3.ts' ? 'export class {' : `export function f${n}(now: 1) {}`)
    }
    const port = { ...memoryRepositories().port, blob }
    const { changes, limits } = await surfaceChanges({ port, signal: new AbortController().signal }, 'o/r', {
      files,
      hunks,
      entries,
    })
    expect(reads).toHaveLength(59)
    expect(changes).toHaveLength(57)
    expect(changes[0]).toEqual({
      kind: 'parameter',
      old: 'old',
      new: 'now',
      of: 'f0',
      path: 'src/f0.ts',
      hunk: '-export function f0(old: 1) {}\n+export function f0(now: 1) {}',
    })
    expect(limits).toEqual(['members and parameters were compared in 60 of 70 changed code files'])
  })
})

describe('what lines and parsers tell together', () => {
  const at = { path: 'a.ts', hunk: '' }
  it('is each name once, with its new one where either knows it', () => {
    const symbol = { kind: 'symbol' as const, old: 'maxItems', new: null, of: null, ...at }
    const member = { kind: 'member' as const, old: 'maxItems', new: 'mostItems', of: 'Options', ...at }
    expect(mergedChanges([symbol], [member])).toEqual([{ ...symbol, new: 'mostItems' }, member])
    expect(mergedChanges([symbol], [{ ...symbol, new: 'other' }])).toEqual([{ ...symbol, new: 'other' }])
    expect(mergedChanges([], [member])).toEqual([member])
    expect(namesIn('a.ts', '  maxItems: number')).toEqual([{ kind: 'symbol', name: 'maxItems' }])
  })
})
