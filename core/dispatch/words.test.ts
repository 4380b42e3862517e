import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Field } from '#contract'
import { createReader, formatLine, parseArguments, type Shape } from './words.ts'

const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  label: name,
  description: '',
  required: false,
  kind: 'text',
  multiline: false,
  rest: false,
  flag: false,
  ...more,
})
const refine: Shape = {
  name: 'story refine',
  fields: [
    field('id'),
    field('dryRun', { kind: 'boolean', flag: true }),
    field('ref', { flag: true }),
    field('text', { rest: true }),
  ],
  nextWords: new Set(),
  confirms: true,
}
const deploy: Shape = {
  name: 'deploy',
  fields: [field('service'), field('environment'), field('ref'), field('force', { kind: 'boolean', flag: true })],
  nextWords: new Set(['status', 'history']),
  confirms: true,
}
const story: Shape = {
  name: 'story',
  fields: [field('text', { rest: true })],
  nextWords: new Set(['show', 'list']),
  confirms: false,
}

const parse = (shape: Shape, args: string) => parseArguments(shape, `${shape.name} ${args}`, shape.name.length)
const read = (shape: Shape, args: string) => parse(shape, args).values

describe('words', () => {
  test.each<[string, string, Record<string, string>]>([
    ['plain words', 'api production', { service: 'api', environment: 'production' }],
    ['any blanks', '\u00a0api \t\r\n production\u3000', { service: 'api', environment: 'production' }],
    ['double quotes', '"my api" "a \\"b\\" \\\\ c"', { service: 'my api', environment: 'a "b" \\ c' }],
    ['single quotes', "'my api' 'don't stop'", { service: 'my api', environment: "don't stop" }],
    ['curly quotes', '“my api” ‘two words’ „und so“', { service: 'my api', environment: 'two words', ref: 'und so' }],
    ['an apostrophe inside a word', "don't can't", { service: "don't", environment: "can't" }],
    ['a quote nothing closes', '"api prod', { service: '"api', environment: 'prod' }],
    ['escaped blanks and quotes', 'my\\ api \\"x', { service: 'my api', environment: '"x' }],
    ['a backslash that escapes nothing', 'C:\\temp x', { service: 'C:\\temp', environment: 'x' }],
    ['an empty word', '"" x', { service: '', environment: 'x' }],
    ['emoji and right-to-left', '🚀 \u200fمتجر', { service: '🚀', environment: 'متجر' }],
    [
      'a yes-or-no flag anywhere',
      'api --force production',
      { service: 'api', environment: 'production', force: 'true' },
    ],
    ['a flag told no', '--force=no api', { service: 'api', force: 'no' }],
    ['an argument by its name', '--environment production api', { service: 'api', environment: 'production' }],
    ['a quoted flag value', '--ref="a b" api', { ref: 'a b', service: 'api' }],
    ['a curly-quoted flag value', '--ref “a b” api', { ref: 'a b', service: 'api' }],
    ['an empty flag value', '--ref= api', { ref: '', service: 'api' }],
    ['a long dash from a chat client', 'api —ref v2 –force', { service: 'api', ref: 'v2', force: 'true' }],
    ['a long dash that is text', 'api —really', { service: 'api', environment: '—really' }],
    ['-- ends flags', '-- --force --x', { service: '--force', environment: '--x' }],
    ['a quoted flag is text', '"--force"', { service: '--force' }],
    ['one dash is text', '-5 -x', { service: '-5', environment: '-x' }],
    ['nothing but spaces', ' \t \n ', {}],
  ])('%s', (_what, args, expected) => {
    const parsed = parse(deploy, args)
    expect(parsed.problems).toEqual([])
    expect(parsed.values).toEqual(expected)
  })

  test.each<[string, string, Record<string, string>]>([
    ['behind the text, as usage shows them', 'ST-1 add this --dry-run', { text: 'add this', dryRun: 'true' }],
    ['two of them', 'ST-1 add this --ref v2 --dry-run', { text: 'add this', ref: 'v2', dryRun: 'true' }],
    ['with a long dash and a quoted value', 'ST-1 add —ref="a b"', { text: 'add', ref: 'a b' }],
    ['nothing but them', 'ST-1 --dry-run', { dryRun: 'true' }],
    [
      'a yes-or-no flag in the middle is text',
      'ST-1 --ref x add --dry-run now',
      { ref: 'x', text: 'add --dry-run now' },
    ],
    ['one that the command does not have is text', 'ST-1 add --other', { text: 'add --other' }],
    ['quoted it is text', 'ST-1 add "--dry-run"', { text: 'add "--dry-run"' }],
    ['behind -- it is text', 'ST-1 -- add --dry-run', { text: 'add --dry-run' }],
    ['without its value it is text', 'ST-1 explain --ref', { text: 'explain --ref' }],
  ])('flags %s', (_what, args, expected) => {
    expect(parse(refine, args)).toEqual({ values: { id: 'ST-1', ...expected }, confirm: null, problems: [] })
  })
  test('a confirmation behind the text', () => {
    expect(parse(refine, 'ST-1 add --confirm=abc')).toMatchObject({ confirm: 'abc', values: { text: 'add' } })
    expect(parse(refine, 'ST-1 --ref a add --ref b').problems).toEqual([
      { field: 'ref', message: '--ref is given twice.' },
    ])
  })

  test('the rest keeps line breaks and quotes, and pasted text keeps what looks like a flag', () => {
    expect(read(refine, 'ST-1 --ref v2 --dry-run add "this"\r\n\r\n  --ref stays\n')).toEqual({
      id: 'ST-1',
      ref: 'v2',
      dryRun: 'true',
      text: 'add "this"\r\n\r\n  --ref stays',
    })
    expect(read(story, '\n --- \n| a | b |')).toEqual({ text: '--- \n| a | b |' })
    expect(read(story, '-- --text of mine')).toEqual({ text: '--text of mine' })
  })

  test.each([
    ['an unknown flag', 'api --froce', null, 'There is no option --froce. Put -- before text that begins with dashes.'],
    ['a flag without its value', 'api --ref', 'ref', '--ref needs a value.'],
    ['a flag in place of a value', 'api --ref --force', 'ref', '--ref needs a value.'],
    ['a flag given twice', '--ref a --ref b', 'ref', '--ref is given twice.'],
    ['more than is expected', 'a b c d e', null, 'Nothing is expected at “d e”.'],
  ])('%s is a problem', (_what, args, name, message) => {
    expect(parse(deploy, args).problems).toEqual([{ field: name, message }])
  })

  test('the confirmation belongs to the hub, and only where the command asks', () => {
    expect(parse(deploy, '--confirm=abc api')).toEqual({ values: { service: 'api' }, confirm: 'abc', problems: [] })
    expect(parse(deploy, 'api --confirm abc').confirm).toBe('abc')
    expect(parse(story, '--confirm=abc hello').problems).toHaveLength(1)
  })

  test('a line of mistakes ends after five of them', () => {
    expect(parse(deploy, '--x '.repeat(10_000)).problems).toHaveLength(5)
  })

  test.each([
    ['lone quotes', "'a ".repeat(16_667)],
    ['double quotes', '"a '.repeat(16_667)],
    ['backslashes', '\\'.repeat(50_000)],
    ['escaped quotes', '"\\" '.repeat(12_500)],
    ['one long word', 'x'.repeat(50_000)],
    ['blanks', ' '.repeat(50_000)],
    ['unclosed curly quotes', '“„«‘ '.repeat(10_000)],
  ])('50,000 characters of %s are read in linear time', (_what, text) => {
    const started = performance.now()
    const reader = createReader(text)
    let read = 0
    for (let word = reader.next(); word; word = reader.next()) read += word.end - word.start
    parse(deploy, text)
    parse(story, text)
    expect(read).toBeLessThanOrEqual(text.length)
    // A quadratic reader needs many seconds here; the bound leaves a hundredfold for a busy machine.
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('formatLine is the inverse of parseArguments', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({
      unit: fc.constantFrom(
        '"',
        "'",
        '\\',
        ' ',
        '\n',
        '-',
        '—',
        '“',
        '”',
        '„',
        '«',
        '=',
        'a',
        'show',
        '--ref',
        '\u200f',
        'é',
        '🚀',
      ),
      minLength: 1,
    }),
    fc.constantFrom(
      'show',
      'LIST',
      'status',
      '--',
      '--ref',
      '--ref=x',
      'a --ref',
      '"a" b',
      '\\"',
      "don't",
      '-- x',
      '—force',
    ),
  )
  const someValue = (f: Field) => (f.kind === 'boolean' ? fc.constantFrom('true', 'false') : anyText)
  const valuesOf = (shape: Shape): fc.Arbitrary<Record<string, string>> =>
    fc
      .tuple(...shape.fields.map((f) => fc.option(someValue(f).map((value) => [f.name, value] as const))))
      .map((given) => Object.fromEntries(given.filter((entry) => entry !== null)))
  test.each([
    ['deploy', deploy],
    ['story refine', refine],
    ['story', story],
  ])('%s', (_name, shape) => {
    fc.assert(
      fc.property(
        valuesOf(shape),
        fc.option(fc.stringMatching(/^[0-9a-f]{24}$/), { nil: undefined }),
        (values, code) => {
          const confirm = shape.confirms ? code : undefined
          const line = formatLine(shape, values, confirm)
          expect(line.startsWith(shape.name)).toBe(true)
          const parsed = parseArguments(shape, line, shape.name.length)
          expect(parsed).toEqual({ values, confirm: confirm ?? null, problems: [] })
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('reads as a person would type it', () => {
    expect(formatLine(deploy, { service: 'api', environment: 'production', force: 'true' })).toBe(
      'deploy --force api production',
    )
    expect(formatLine(deploy, { service: 'status', ref: 'a b' })).toBe('deploy "status" --ref="a b"')
    expect(formatLine(story, { text: 'As a shopper\nI want "more"' })).toBe('story As a shopper\nI want "more"')
    expect(formatLine(story, { text: 'show me' })).toBe('story --text="show me"')
  })
})
