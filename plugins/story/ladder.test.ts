import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../adapters/anthropic/client.ts'
import { anthropicConfig } from '../../adapters/anthropic/config.ts'
import { type AnthropicFake, type Reaction, startAnthropicFake } from '../../test/fakes/anthropic.ts'
import { draftFor } from '../../test/fakes/anthropic-draft.ts'
import { memoryBudget, plainDraft } from '../../test/fakes/story-desk.ts'
import { createEngine } from './engine.ts'
import { createLadder } from './ladder.ts'

const TEXT = 'As a shopper I want to pay with a saved card.\nA card that has expired is refused.'
let fake: AnthropicFake
beforeEach(async () => {
  fake = await startAnthropicFake()
})
afterEach(() => fake.close())

function engineWith(tokens = memoryBudget(), maxWaitMs = 1500) {
  const claude = createClaude(anthropicConfig.parse({ apiKey: fake.apiKey, baseUrl: fake.baseUrl }))
  return createEngine(createLadder(claude, tokens, { maxWaitMs }), plainDraft, 'claude-sonnet-5-5')
}
const draft = (engine = engineWith(), text = TEXT) =>
  engine.draft(text, { workspace: 'test:T1', signal: new AbortController().signal })
const models = () => fake.requests.map((r) => (r.model.includes('haiku') ? 'small' : 'main'))

const overloaded: Reaction = { kind: 'error', status: 529, type: 'overloaded_error' }
const limited = (retryAfter: string): Reaction => ({ kind: 'error', status: 429, type: 'rate_limit_error', retryAfter })
const half: Reaction = { kind: 'text', text: '{"title":"Pay', stopReason: 'max_tokens' }
const broken: Reaction = { kind: 'text', text: '{"title": Pay}' }
const wrong: Reaction = { kind: 'answer', value: { title: 'Pay' } }
const refusal: Reaction = { kind: 'refuse', category: 'cyber', explanation: 'No exploits.' }
const cut: Reaction = { kind: 'cut', afterBytes: 900 }
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value)

describe('each way a model can fail is survived and told', () => {
  const cases: [string, Reaction[], { by: string; models: string[]; notes: RegExp[] }][] = [
    ['nothing fails', [], { by: 'model', models: ['main'], notes: [] }],
    ['overload once: one wait', [overloaded], { by: 'model', models: ['main', 'main'], notes: [] }],
    ['a short wait is honoured', [limited('0.05')], { by: 'model', models: ['main', 'main'], notes: [] }],
    [
      'a long wait is not: the small model answers',
      [limited('60')],
      { by: 'model', models: ['main', 'small'], notes: [/^claude-sonnet-5-5: Anthropic asks to wait 60 s$/] },
    ],
    [
      'overload twice: the small model answers',
      [limited('0.01'), overloaded],
      { by: 'model', models: ['main', 'main', 'small'], notes: [/^claude-sonnet-5-5: Anthropic is overloaded$/] },
    ],
    [
      'overload everywhere: offline',
      [limited('60'), limited('60')],
      { by: 'offline', models: ['main', 'small'], notes: [/^claude-sonnet-5-5: /, /^claude-haiku-5-5: /] },
    ],
    [
      'a refusal is final: offline',
      [refusal],
      { by: 'offline', models: ['main'], notes: [/it declined to answer \(No exploits\.\)/] },
    ],
    ['cut at max_tokens: asked to be shorter', [half], { by: 'model', models: ['main', 'main'], notes: [] }],
    ['broken JSON: asked to mend', [broken], { by: 'model', models: ['main', 'main'], notes: [] }],
    [
      'outside the schema: asked to mend, twice',
      [wrong, wrong],
      { by: 'model', models: ['main', 'main', 'main'], notes: [] },
    ],
    [
      'never valid: two repairs in all, then the small model, then offline',
      times(9, broken),
      {
        by: 'offline',
        models: ['main', 'main', 'main', 'small'],
        notes: [/did not fit the structure/, /did not fit the structure/],
      },
    ],
    [
      'always too long',
      times(9, half),
      {
        by: 'offline',
        models: ['main', 'main', 'main', 'small'],
        notes: [/too long and was cut/, /too long and was cut/],
      },
    ],
  ]
  it.each(cases)('%s', async (_name, reactions, expected) => {
    fake.next(...reactions)
    const made = await draft()
    expect([made.by, models()]).toEqual([expected.by, expected.models])
    expect(made.notes).toHaveLength(expected.notes.length)
    for (const [index, note] of expected.notes.entries()) expect(made.notes[index]).toMatch(note)
    expect(made.draft.criteria.length).toBeGreaterThanOrEqual(3)
    expect(fake.refused.filter((r) => r.startsWith('400'))).toEqual([])
  })

  it('a stream cut anywhere, a wrong key, a wrong model', async () => {
    fake.next(cut, cut, cut, cut)
    expect(await draft()).toMatchObject({
      by: 'offline',
      notes: [expect.stringContaining('connection'), expect.any(String)],
    })
    const claude = createClaude(anthropicConfig.parse({ apiKey: 'nope', baseUrl: fake.baseUrl, model: 'claude-9' }))
    const engine = createEngine(createLadder(claude, memoryBudget()), plainDraft, 'claude-9')
    expect(await draft(engine)).toMatchObject({
      by: 'offline',
      notes: [expect.stringContaining('ANTHROPIC_API_KEY was refused'), expect.any(String)],
    })
    const other = createClaude(anthropicConfig.parse({ apiKey: fake.apiKey, baseUrl: fake.baseUrl, model: 'claude-9' }))
    expect(await draft(createEngine(createLadder(other, memoryBudget()), plainDraft, 'claude-9'))).toMatchObject({
      by: 'model',
      model: 'claude-haiku-5-5',
      notes: [expect.stringContaining('HUB_MODEL "claude-9"')],
    })
  }, 20_000)

  it('no model at all', async () => {
    const engine = createEngine(createLadder(null, memoryBudget()), plainDraft, null)
    expect(await draft(engine)).toMatchObject({ by: 'offline', tokens: 0, notes: ['no model configured'] })
  })
  it("the caller's abort ends it without a draft", async () => {
    fake.next({ kind: 'silent' })
    const stop = new AbortController()
    const run = engineWith().draft(TEXT, { workspace: 'test:T1', signal: stop.signal })
    setTimeout(() => stop.abort(new Error('hub stops')), 80)
    await expect(run).rejects.toThrow('hub stops')
  })
})

describe('budget', () => {
  it('charges every answer, also a useless one, and asks for room before each call', async () => {
    const tokens = memoryBudget()
    fake.next(broken)
    const made = await draft(engineWith(tokens))
    expect(tokens.charged.map((c) => c.model)).toEqual(['claude-sonnet-5-5', 'claude-sonnet-5-5'])
    expect(made.tokens).toBe(
      tokens.charged.reduce(
        (sum, { usage }) => sum + usage.inputTokens + usage.cachedInputTokens + usage.outputTokens,
        0,
      ),
    )
  })
  it('used up: no call at all, an offline draft and the reason', async () => {
    const made = await draft(engineWith(memoryBudget(100)))
    expect(made).toMatchObject({ by: 'offline', tokens: 0 })
    expect(made.notes[0]).toMatch(/today's token budget has no room for ≈ [\d,]+ more tokens/)
    expect(fake.requests).toEqual([])
  })
  it('a long text that is too dear for the main model still fits the small one, and says how much was read', async () => {
    const text = Array.from({ length: 900 }, (_, i) => `Requirement ${i} is that field ${i} shows value ${i}.`).join(
      '\n',
    )
    const made = await draft(engineWith(memoryBudget(12_000)), text)
    expect(models()).toEqual(['small'])
    expect(made.notes.join('\n')).toMatch(/Only the first 1[56],\d{3} of 4\d,\d{3} characters were read by the model/)
  })
})

describe('repair', () => {
  const good = () => draftFor(fake.requests.at(-1)?.user ?? '')
  const withCriteria = (change: (criteria: Record<string, unknown>[]) => unknown[]) => {
    const value = draftFor(
      `<source>\n${JSON.stringify({ id: 's1', text: 'As a shopper I want to pay with a saved card.' })}\n</source>`,
    )
    return { ...value, criteria: change(value.criteria as Record<string, unknown>[]) }
  }
  const bend = (criteria: Record<string, unknown>[]) =>
    criteria.map((c, i) => (i === 0 ? { ...c, source: { span: 's1', quote: 'pays with any card' } } : c))

  it('tells the model what is wrong, with its own answer, and takes the mended one', async () => {
    fake.next({ kind: 'answer', value: withCriteria(bend) })
    const made = await draft()
    expect(fake.requests).toHaveLength(2)
    expect(fake.requests[1]?.user).toContain('quotes what the source does not say')
    expect(fake.requests[1]?.user).toContain('<previous>')
    expect(made.notes).toEqual([])
    expect(good()).toBeDefined()
  })
  it('after two rounds: an honest partial, marked and said', async () => {
    const repeat = {
      kind: 'answer' as const,
      value: withCriteria((all) => [...bend(all), { ...all[1], title: 'Again' }]),
    }
    fake.next(repeat, repeat, repeat)
    const made = await draft()
    expect(models()).toEqual(['main', 'main', 'main'])
    expect(made.by).toBe('model')
    expect(made.draft.criteria[0]?.source).toBeNull()
    expect(made.notes.join('\n')).toMatch(/Marked as assumption, because its quote is not in the text: "/)
    expect(made.notes.join('\n')).toMatch(/Left out, because it repeats another/)
  })
  it('vague words are worth one round and no more', async () => {
    const vague = {
      kind: 'answer' as const,
      value: withCriteria((all) => all.map((c, i) => (i === 0 ? { ...c, when: 'the page loads fast' } : c))),
    }
    fake.next(vague, vague, vague)
    const made = await draft()
    expect(models()).toEqual(['main', 'main'])
    expect(made.draft.criteria[0]?.when).toBe('the page loads fast')
  })
  it('a quote with other quote marks or from another piece is put right without a question', async () => {
    const text = 'The button says “Pay now”.\nIt is disabled while the cart is empty.'
    fake.next({
      kind: 'answer',
      value: withCriteria((all) =>
        all.map((c, i) =>
          i === 0 ? { ...c, source: { span: 's2', quote: 'says "Pay now"' } } : { ...c, source: null },
        ),
      ),
    })
    const made = await draft(engineWith(), text)
    expect(models()).toEqual(['main'])
    expect(made.draft.criteria[0]?.source).toEqual({ span: 's1', quote: 'says “Pay now”' })
  })
})
