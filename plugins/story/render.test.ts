import { describe, expect, it } from 'vitest'
import type { Block, Message } from '#contract'
import { plainDraft } from '../../test/fakes/story-desk.ts'
import { firstVersion } from './merge.ts'
import { renderGherkin, renderStory, storyMarkdown } from './render.ts'
import type { Saved } from './store.ts'
import type { StoryDraft } from './version.ts'

const TEXT = 'Export *invoices* as CSV.\nOnly accountants may export.'
function saved(over: Partial<Saved> = {}, draft: Partial<StoryDraft> = {}): Saved {
  const plain = plainDraft(TEXT)
  const first = { ...firstVersion({ ...plain, criteria: plain.criteria.map((c) => ({ ...c, id: null })) }), ...draft }
  return {
    workspace: 'test:T1',
    id: '01999999-0000-7000-8000-000000000001',
    number: 12,
    state: 'draft',
    version: 1,
    latest: 1,
    source: TEXT,
    parent: null,
    draft: first,
    generated: first,
    addenda: [],
    provenance: { by: 'model', model: 'claude-sonnet-5-5', tokens: 2310, notes: [], findings: [], conflicts: [] },
    approvedBy: null,
    createdAt: new Date(0),
    place: null,
    ...over,
  }
}
const blocks = <K extends Block['kind']>(message: Message, kind: K) =>
  (message.blocks ?? []).flatMap((b) => (b.kind === kind ? [b as Extract<Block, { kind: K }>] : []))

describe('a card', () => {
  it('can be scanned: heading, sentence, criteria with origin, note, buttons', () => {
    const message = renderStory(saved({}, { title: 'Export invoices' }))
    expect(message.blocks?.map((b) => b.kind)).toEqual([
      'heading',
      'text',
      'text',
      'text',
      'text',
      'text',
      'text',
      'fields',
      'note',
      'actions',
    ])
    expect(blocks(message, 'heading')[0]?.text).toBe('ST-12 · Export invoices')
    expect(blocks(message, 'text')[1]?.markdown).toMatch(
      /^\*\*AC-1 · .*\nGiven a person is signed in\nWhen .*\nThen case 1 holds\n_“Export .* as CSV\.”_$/,
    )
    expect(blocks(message, 'note')[0]?.markdown).toBe('draft · v1 · claude-sonnet-5-5 · 2,310 tokens')
    expect(message.text).toContain('AC-3 ')
    expect(message.text).toContain('(assumption)')
  })
  it('shows markup and mentions of the source as the characters they are', () => {
    const message = renderStory(
      saved({}, { title: '<!channel> **now**', goal: '[click](https://x.example) `me`', questions: ['_Who_ > me?'] }),
    )
    const markdown = blocks(message, 'text')
      .map((b) => b.markdown)
      .join('\n')
    expect(markdown).toContain('\\[click\\](https://x.example) \\`me\\`')
    expect(markdown).toContain('- \\_Who\\_ \\> me?')
    expect(markdown).toContain('_“Export \\*invoices\\* as CSV.”_')
    expect(blocks(message, 'heading')[0]?.text).toBe('ST-12 · <!channel> **now**') // a heading is plain text
  })
  it('tells what to look at: vague words, INVEST, size', () => {
    const first = saved().draft.criteria[0]
    if (!first) throw new Error('no criterion')
    const draft = {
      criteria: [{ ...first, when: 'the page loads fast' }],
      invest: [{ aspect: 'small' as const, ok: false, finding: 'two screens' }],
    }
    const message = renderStory(saved({}, draft))
    const look = blocks(message, 'text').at(-1)?.markdown
    expect(look).toBe(
      '**Look at this before building**\n- Not small: two screens\n- AC-1 says “fast”: name a figure or what can be seen',
    )
  })
  it('attaches the full text when it is long, and only then', () => {
    expect(blocks(renderStory(saved()), 'file')).toEqual([])
    const first = saved().draft.criteria[0]
    if (!first) throw new Error('no criterion')
    const many = Array.from({ length: 12 }, (_, i) => ({ ...first, id: `AC-${i + 1}`, when: 'x'.repeat(300) }))
    const long = saved({}, { criteria: many, questions: ['a', 'b', 'c', 'd', 'e', 'f'] })
    const message = renderStory(long)
    expect(blocks(message, 'file')).toEqual([
      { kind: 'file', name: 'ST-12.md', mediaType: 'text/markdown', text: storyMarkdown(long) },
    ])
    expect(
      blocks(message, 'text')
        .map((b) => b.markdown)
        .join('\n'),
    ).toContain('- 2 more in the full text')
    expect(storyMarkdown(long)).toContain('x'.repeat(300))
  })
  it('speaks the language of the story', () => {
    const message = renderStory(
      saved({}, { language: 'de', role: 'Kunde', goal: 'mit Karte zahlen', benefit: 'ich Zeit spare' }),
    )
    expect(message.text).toContain('Als Kunde möchte ich mit Karte zahlen, damit ich Zeit spare.')
    expect(message.text).toContain('  Angenommen a person is signed in\n  Wenn ')
    expect(renderGherkin(saved({}, { language: 'de' })).text).toContain('# language: de')
  })
  it.each([
    [
      { by: 'offline' as const, model: null, tokens: 0, notes: ['no model configured'] },
      'draft · v1 · offline draft (no model configured)',
    ],
    [
      { by: 'offline' as const, model: null, tokens: 900, notes: ['claude-sonnet-5-5: Anthropic is overloaded'] },
      'draft · v1 · offline draft · 900 tokens\nclaude-sonnet-5-5: Anthropic is overloaded',
    ],
    [{ by: 'person' as const, model: null, tokens: 0, notes: [] }, 'draft · v1 · edited by hand'],
  ])('says how it was made: %j', (made, note) => {
    const message = renderStory(saved({ provenance: { ...made, findings: [], conflicts: [] } }))
    expect(blocks(message, 'note')[0]?.markdown).toBe(note)
    expect(message.text.endsWith(note)).toBe(true)
  })
})
