import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs, formatDuration } from './duration.ts'
import { readExpression } from './language.ts'
import { likeness } from './like.ts'
import { expressionsIn, fill } from './template.ts'

const hole = (expression: string) => `\${{ ${expression} }}`
const value = (source: string, scope: Record<string, unknown> = {}) => readExpression(source).evaluate(scope)

describe('expressions', () => {
  it.each([
    ['inputs.n + 1', { inputs: { n: 2 } }, 3],
    ['inputs.n > 5', { inputs: { n: 5.5 } }, true],
    [
      'inputs.list.filter(x, x.ok).map(x, x.name)',
      { inputs: { list: [{ ok: true, name: 'a' }, { ok: false }] } },
      ['a'],
    ],
    ['has(steps.a.output.id) ? steps.a.output.id : "none"', { steps: { a: { output: {} } } }, 'none'],
    ['inputs.branch.like("release/*")', { inputs: { branch: 'release/7' } }, true],
    ['"ab" + inputs.text', { inputs: { text: 'c' } }, 'abc'],
    ['0.07.percent()', {}, '7 %'],
    ['double(inputs.share).percent()', { inputs: { share: '0.018276' } }, '1.828 %'],
    ['double(inputs.share).percent()', { inputs: { share: 1 } }, '100 %'],
    ['double(inputs.share).percent()', { inputs: { share: 'NaN' } }, 'an unknown share'],
    [
      'inputs.error.brief()',
      { inputs: { error: 'grow[1]: WF-9 failed: healthy failed: 18 % fail\nlog' } },
      '18 % fail',
    ],
  ])('%s', (source, scope, expected) => expect(value(source, scope)).toEqual(expected))

  it('knows which steps it looks at, whatever they are written like', () => {
    expect(readExpression('steps.a.output.x && steps["b"].state == "failed"').steps).toEqual(['a', 'b'])
    expect(readExpression('inputs.list.exists(steps, steps.a)').steps).toEqual([])
    expect(readExpression('inputs.list.all(x, x == y)').names).toEqual(['inputs', 'y'])
    expect(() => readExpression('steps[inputs.which]')).toThrow('needs the name of a step in quotes')
  })

  it.each([
    ['too long', `"${'x'.repeat(3_000)}" == ""`],
    ['too many parts', Array(400).fill('1').join('+')],
    ['too deep', `${'('.repeat(60)}1${')'.repeat(60)}`],
    ['three loops in each other', 'inputs.l.all(a, inputs.l.all(b, inputs.l.all(c, true)))'],
    ['patterns', 'inputs.text.matches("(a+)+$")'],
  ])('refuses before it runs: %s', (_, source) => {
    expect(() => readExpression(source)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })
  it('refuses loops over more than it can go through, at once', () => {
    const began = performance.now()
    const inputs = { l: Array.from({ length: 5_000 }, (_, n) => n) }
    expect(() => value('inputs.l.all(a, inputs.l.all(b, a != b))', { inputs })).toThrow('too many elements')
    expect(() => value('inputs.l.map(a, inputs.l).map(b, inputs.l).map(c, inputs.l)', { inputs })).toThrow()
    expect(performance.now() - began).toBeLessThan(2_000)
  })
  it('refuses a result that grows without bound', () => {
    const inputs = { text: 'x'.repeat(150_000) }
    expect(() => value('inputs.text + inputs.text', { inputs })).toThrow('more than can be kept')
  })
  it.each(['constructor', 'inputs.constructor', 'inputs.__proto__', 'this', 'process.env', 'globalThis'])(
    'reaches nothing of the program: %s',
    (source) => expect(() => value(source, { inputs: {} })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' })),
  )
  it('whatever is typed ends in a value or in words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: fc.constantFrom(...'abc.[]()+-*/"\' {}:?,1&|!=<>') }), (source) => {
        try {
          value(source, { a: 1, b: [1, 2], c: { a: 'x' } })
        } catch (error) {
          expect(error).toMatchObject({ code: 'INPUT_INVALID' })
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('like', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'm*n', true],
    ['abc', 'a*bc*c', false],
    ['aXbXc', 'a*b*c', true],
    ['a', 'a*a', false],
    ['', '*', true],
  ])('%s looks like %s: %s', (text, pattern, expected) => expect(likeness(text, pattern)).toBe(expected))
  it('takes no time to speak of, whatever the pattern', () => {
    const began = performance.now()
    likeness('a'.repeat(50_000), `${'a*'.repeat(1_000)}b`)
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe('templates', () => {
  it('keep the type of what stands alone and become text among words', () => {
    const scope = { inputs: { n: 2, list: [1, 'b'] } }
    expect(fill({ a: hole('inputs.n'), b: `n is ${hole('inputs.n')}`, c: [hole('inputs.list')] }, scope)).toEqual({
      a: 2,
      b: 'n is 2',
      c: [[1, 'b']],
    })
  })
  it('fill once: what comes out of a hole is text, never a template', () => {
    const evil = hole('inputs.secret')
    expect(fill(`x ${hole('inputs.evil')}`, { inputs: { evil, secret: 's' } })).toBe(`x ${evil}`)
  })
  it('say when a hole is not closed', () => {
    expect(() => expressionsIn({ a: [`\${{ inputs.n`] })).toThrow('is not closed')
  })
})

it.each([
  ['90s', 90_000],
  ['2h', 7_200_000],
  ['3d', 259_200_000],
])('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms))
it.each([
  [100, '100 ms'],
  [90_000, '90 s'],
  [600_000, '10 min'],
  [86_400_000, '24 h'],
])('%d ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
