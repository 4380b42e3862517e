import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Command, defineCommand, HubError } from '#contract'
import { createCatalog } from './catalog.ts'
import { fieldsOf, usageOf } from './fields.ts'

const base = { summary: 'Do it', allow: 'member', sideEffects: 'none', run: () => ({ text: 'done' }) } as const
const make = (name: string, args: z.ZodObject = z.object({}), more: Partial<Command> = {}): Command => ({
  ...defineCommand({ ...base, name, args, examples: [name] }),
  ...more,
})
const rest = z.string().min(1).max(50_000).meta({ rest: true, multiline: true })
const commands = [
  make('story', z.object({ text: rest }), {
    examples: ['story As a shopper I want to pay'],
    announce: () => 'Drafting a story',
  }),
  make('story show', z.object({ id: z.string() }), { examples: ['story show ST-1'] }),
  make('story refine', z.object({ id: z.string(), instruction: rest }), {
    examples: ['story refine ST-1 add a limit'],
  }),
  make('story push', z.object({ id: z.string(), to: z.enum(['jira', 'linear']) }), {
    examples: ['story push ST-1 jira'],
  }),
  make(
    'deploy',
    z.object({
      service: z.string(),
      environment: z.enum(['staging', 'production']),
      ref: z.string().optional(),
      replicas: z.number().int().max(9).optional().meta({ flag: true }),
      dryRun: z.boolean().default(false),
    }),
    {
      examples: ['deploy api staging'],
      sideEffects: 'outside',
      confirm: (args) => (JSON.stringify(args).includes('production') ? 'Deploy to production?' : null),
      announce: () => 'Deploying',
    },
  ),
  make('hub help', z.object({ command: z.string().optional().meta({ rest: true }) })),
  make('hub status'),
]
const catalog = createCatalog(commands)
const named = (input: string) => {
  const resolved = catalog.resolve(input)
  return resolved.kind === 'run' ? [resolved.command.name, resolved.args] : resolved
}

describe('resolve', () => {
  test.each<[string, string, unknown]>([
    ['story show ST-1', 'story show', { id: 'ST-1' }],
    ['/story show ST-1', 'story show', { id: 'ST-1' }],
    ['/Story SHOW ST-1', 'story show', { id: 'ST-1' }],
    ['@hub story show ST-1', 'story show', { id: 'ST-1' }],
    ['@Hub, /story show ST-1', 'story show', { id: 'ST-1' }],
    ['/ story show ST-1', 'story show', { id: 'ST-1' }],
    ['\ufeff\u200f/story show ST-1', 'story show', { id: 'ST-1' }],
    ['/story shopping cart\nis empty', 'story', { text: 'shopping cart\nis empty' }],
    ['/story showing prices', 'story', { text: 'showing prices' }],
    ['/story "show" me', 'story', { text: '"show" me' }],
    ['/story\nكمستخدم أريد 🛒', 'story', { text: 'كمستخدم أريد 🛒' }],
    ['@hub help', 'hub help', {}],
    ['/hub help story show', 'hub help', { command: 'story show' }],
    ['/deploy api PRODUCTION', 'deploy', { service: 'api', environment: 'production', dryRun: false }],
    [
      '/deploy --dry-run --replicas=3 api staging v2',
      'deploy',
      { service: 'api', environment: 'staging', ref: 'v2', replicas: 3, dryRun: true },
    ],
  ])('%s', (line, name, args) => {
    expect(named(line)).toEqual([name, args])
  })

  test('a form is read by name, without a line', () => {
    const values = { id: 'ST-1', instruction: ' --as typed\n"so" ', smuggled: 'x' }
    const resolved = catalog.resolve({ command: 'story refine', values })
    expect(resolved).toMatchObject({ kind: 'run', args: { id: 'ST-1', instruction: values.instruction } })
    expect(resolved).not.toHaveProperty('values.smuggled')
    expect(catalog.resolve({ command: 'story refine', values: { id: 'ST-1', instruction: '' } })).toMatchObject({
      kind: 'invalid',
      problems: [{ field: 'instruction', message: 'Instruction is missing.' }],
      values: { id: 'ST-1' },
    })
  })

  test.each([
    ['nothing', ''],
    ['50,000 spaces', ' '.repeat(50_000)],
    ['line breaks', '\n\t'],
    ['a mention alone', '@hub'],
    ['a slash alone', '/'],
    ['an invisible mark', '\u200f'],
  ])('%s is empty', (_what, line) => {
    expect(catalog.resolve(line)).toEqual({ kind: 'empty' })
  })

  test('50,000 characters reach the command, one more is refused in words', () => {
    expect(named(`/story ${'x'.repeat(50_000)}`)).toEqual(['story', { text: 'x'.repeat(50_000) }])
    expect(catalog.check(`/story ${'x'.repeat(50_001)}`)).toEqual([
      { field: 'text', message: 'Text has 50,001 characters; at most 50,000 fit.' },
    ])
  })

  test.each([
    ['/story', 'text', 'Text is missing.'],
    ['/deploy api', 'environment', 'Environment is missing.'],
    ['/deploy api prodution', 'environment', 'Environment cannot be “prodution”. Did you mean production?'],
    ['/deploy api moon', 'environment', 'Environment cannot be “moon”. Choose one of: staging, production.'],
    ['/deploy api staging --replicas many', 'replicas', 'Replicas must be a number, not “many”.'],
    ['/deploy api staging --dry-run=perhaps', 'dryRun', 'Dry run is either yes or no, not “perhaps”.'],
    ['/deploy api staging --replicas 12', 'replicas', 'Replicas: Too big: expected number to be <=9'],
    ['/stroy show', null, 'There is no command “stroy”. Did you mean story show?'],
    ['', null, 'Nothing was typed.'],
  ])('check %s', (line, field, message) => {
    expect(catalog.check(line)).toContainEqual({ field, message })
  })

  test.each([
    ['stroy As a shopper', ['story']],
    ['hub hlep', ['hub help']],
    ['help', ['hub help']],
    ['status please', ['hub status']],
    ['hub', ['hub help', 'hub status']],
    ['hub dance', ['hub help', 'hub status']],
    ['hello there', []],
  ])('unknown %s', (line, nearest) => {
    expect(catalog.resolve(line)).toMatchObject({ kind: 'unknown', nearest })
  })
})

test('50,000 characters of one unknown word are quoted short', () => {
  const resolved = catalog.resolve('x'.repeat(50_000))
  expect(resolved).toEqual({ kind: 'unknown', typed: `${'x'.repeat(39)}…`, nearest: [], spokenOf: null })
})

test.each([
  ['what can you do', []],
  ['can you deploy the api, please?', ['deploy']],
  ['I would like the hub status', ['hub status']],
])('a sentence speaks of commands: %s', (line, spokenOf) => {
  expect(catalog.resolve(line)).toMatchObject({ kind: 'unknown', nearest: [], spokenOf })
})

describe('what adapters ask', () => {
  test('a form hides what the saved command gives and asks for the rest', () => {
    const form = catalog.form('story refine ST-1')
    expect(form).toMatchObject({ command: 'story refine', title: 'Do it', submit: 'Refine' })
    expect(form?.fields.map((f) => [f.name, f.value, f.multiline])).toEqual([
      ['id', 'ST-1', false],
      ['instruction', undefined, true],
    ])
    expect(catalog.form('hub status')).toBeNull()
    expect(catalog.form('nothing of ours')).toBeNull()
  })

  test('usage and match', () => {
    expect(catalog.match('/deploy x y z')?.usage).toBe(
      'deploy <service> <staging|production> [ref] [--replicas <replicas>] [--dry-run]',
    )
    expect(catalog.match('story refine')?.usage).toBe('story refine <id> <instruction…>')
    expect(catalog.match('shopping')).toBeNull()
  })

  test('a line made by format resolves to the same command and values', () => {
    for (const [name, values] of [
      ['story', { text: 'show me\nthe "money"' }],
      ['deploy', { service: 'my api', environment: 'staging', dryRun: 'true' }],
    ] as const) {
      const command = commands.find((c) => c.name === name) ?? make('absent')
      expect(catalog.resolve(catalog.format(command, values))).toMatchObject({ kind: 'run', command, values })
    }
  })

  test('the acknowledgement promises only what will happen', () => {
    const announce = (input: string) => catalog.announce({ input, workspace: 'acme:W1' })
    expect(announce('/story As a shopper')).toBe('Drafting a story')
    expect(announce('/deploy api staging')).toBe('Deploying')
    expect(announce('/deploy api production')).toBeNull()
    expect(announce('/deploy --confirm=abc api production')).toBe('Deploying')
    expect(announce('/hub status')).toBeNull()
    expect(announce('/story')).toBeNull()
    expect(announce('gibberish')).toBeNull()
  })
  test('tells before it runs whether the answer is for the asker alone', () => {
    const isPrivate = (input: string) => catalog.isPrivate(input)
    expect(isPrivate('/story As a shopper')).toBe(false)
    expect(isPrivate('/deploy api production')).toBe(true)
    expect(isPrivate('/deploy --confirm=abc api production')).toBe(false)
    expect(isPrivate('gibberish')).toBe(true)
    expect(isPrivate('/story')).toBe(true)
  })

  test('an acknowledgement does not fail over a plugin that throws', () => {
    const announce = () => {
      throw new Error('no')
    }
    expect(
      createCatalog([make('boom', undefined, { announce })]).announce({ input: 'boom', workspace: 'w' }),
    ).toBeNull()
  })

  test('a call reads no schema: everything was read when the catalog was made', () => {
    const args = z.object({ text: rest })
    const input = vi.spyOn(args['~standard'].jsonSchema, 'input')
    const own = createCatalog([make('say', args, { examples: ['say hello'] })])
    expect(input).toHaveBeenCalledTimes(1)
    own.resolve('say hello')
    own.form('say')
    own.check('say')
    expect(input).toHaveBeenCalledTimes(1)
  })
})

describe('a catalog refuses at load what would fail in front of a person', () => {
  const optional = z.string().optional()
  test.each<[string, readonly Command[], RegExp]>([
    ['a name taken twice', [make('story'), make('story')], /command 'story'.*taken already by plugin 'acme'.*rename/],
    ['a name with capitals', [make('Story')], /one to three lower-case words/],
    [
      'no example',
      [make('story', undefined, { examples: [] as unknown as Command['examples'] })],
      /at least one example/,
    ],
    ['no summary', [make('story', undefined, { summary: ' ' })], /summary/],
    [
      'an example that does not parse',
      [make('story', z.object({ id: z.string() }))],
      /example 'story' does not parse: Id is missing\./,
    ],
    ['an example of another command', [make('a'), make('a b', undefined, { examples: ['a'] })], /it runs 'a'\./],
    ['arguments that are no object', [make('story', undefined, { args: z.string() })], /no object schema/],
    ['a list', [make('story', z.object({ ids: z.array(z.string()) }))], /'ids' is neither text/],
    [
      'a rest in the middle',
      [make('a', z.object({ text: rest, id: z.string() }), { examples: ['a b'] })],
      /'text' takes the rest.*last/,
    ],
    [
      'required behind optional',
      [make('a', z.object({ x: optional, y: z.string() }))],
      /'y' is required behind the optional 'x'/,
    ],
    ['an argument of the hub', [make('a', z.object({ confirm: optional }))], /'confirm' belongs to the hub/],
    [
      'more questions than a form can ask',
      [make('a', z.object(Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x${n}`, z.string()]))))],
      /plugin 'acme', command 'a': 21 required arguments fit in no form; make it 20 at most/,
    ],
    [
      'a role of its own',
      [make('a', undefined, { allow: 'owner' as Command['allow'] })],
      /'allow' must be one of viewer/,
    ],
  ])('%s', (_what, own, message) => {
    const owners = new Map(own.map((command) => [command, 'acme']))
    expect(() => createCatalog(own, owners)).toThrow(message)
    expect(() => createCatalog(own, owners)).toThrow(/plugin 'acme'/)
    expect(() => createCatalog(own)).toThrow(HubError)
  })
})

test('fields are what the schema says, in its order', () => {
  const fields = fieldsOf(
    z.object({
      storyId: z.string().max(10).describe('Which story'),
      kind: z.union([z.literal('bug'), z.literal('task')]).default('bug'),
      note: z.string().nullable().optional().meta({ title: 'A note', flag: true }),
      count: z.coerce.number(),
    }),
  )
  expect(
    fields.map(({ name, label, description, required, kind, flag }) => [
      name,
      label,
      description,
      required,
      kind,
      flag,
    ]),
  ).toEqual([
    ['storyId', 'Story id', 'Which story', true, 'text', false],
    ['kind', 'Kind', '', false, 'choice', false],
    ['note', 'A note', '', false, 'text', true],
    ['count', 'Count', '', true, 'number', false],
  ])
  expect(fields[0]?.maxLength).toBe(10)
  expect(fields[1]?.choices).toEqual(['bug', 'task'])
  expect(usageOf('x', fields)).toBe('x <story-id> [bug|task] <count> [--note <note>]')
})
