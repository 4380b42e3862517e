import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block, Message } from '#contract'
import { anyMessage, letters, linesOf } from '../../test/contract/messages.ts'
import { buttonsOf, checkActivity, hasSchemas, readActivity } from '../../test/fakes/teams/cards.ts'
import { toLines } from './inlines.ts'
import { render } from './render.ts'
import { split } from './split.ts'

const bodyOf = (...blocks: Block[]) => render({ text: 'x', blocks }).attachments?.[0]?.content.body ?? []
const runsOf = (markdown: string) => toLines(markdown).map((line) => line.runs.map(({ type: _, ...run }) => run))

describe('render', () => {
  test('text alone is a plain message, with blocks a card and a summary for the notification', () => {
    expect(render({ text: 'Just words' })).toEqual({ type: 'message', text: 'Just words', textFormat: 'plain' })
    const card = render({ text: 'Summary', blocks: [{ kind: 'heading', text: 'A story' }] })
    expect(card).toEqual({
      type: 'message',
      summary: 'Summary',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            type: 'AdaptiveCard',
            version: '1.5',
            fallbackText: 'Summary',
            msteams: { width: 'Full' },
            body: [
              { type: 'TextBlock', text: 'A story', style: 'heading', size: 'Large', weight: 'Bolder', wrap: true },
            ],
          },
        },
      ],
    })
  })
  test('a heading that Markdown would read otherwise is taken literally', () => {
    for (const text of [
      '**bold**',
      'a_b_c',
      '[x](https://x.test)',
      '<b>',
      '1. one',
      '- one',
      'https://x.test',
      '`x`',
      '{{DATE(1)}}',
    ])
      expect(bodyOf({ kind: 'heading', text })[0], text).toMatchObject({ type: 'RichTextBlock' })
  })
  test('buttons carry their saved command; a form opens a dialog; a link is opened; a question unfolds', () => {
    const [row] = bodyOf({
      kind: 'actions',
      items: [
        { kind: 'button', label: 'Show', run: 'story show ST-1', style: 'primary' },
        { kind: 'button', label: 'Delete', run: 'story delete ST-1', style: 'danger', confirm: 'For good?' },
        { kind: 'form', label: 'Refine', run: 'story refine ST-1' },
        { kind: 'link', label: 'Open', url: 'https://x.test/a' },
      ],
    })
    const fallback = (title: string, run: string) => ({ type: 'Action.Submit', title, data: { run } })
    const execute = (title: string, run: string, style: string) => ({
      type: 'Action.Execute',
      title,
      verb: 'run',
      data: { run },
      style,
      fallback: fallback(title, run),
    })
    expect(row).toEqual({
      type: 'ActionSet',
      actions: [
        execute('Show', 'story show ST-1', 'positive'),
        {
          type: 'Action.ShowCard',
          title: 'Delete',
          style: 'destructive',
          card: {
            type: 'AdaptiveCard',
            body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'For good?' }] }],
            actions: [execute('Delete', 'story delete ST-1', 'destructive')],
          },
        },
        {
          type: 'Action.Submit',
          title: 'Refine',
          data: { form: 'story refine ST-1', msteams: { type: 'task/fetch' } },
        },
        { type: 'Action.OpenUrl', title: 'Open', url: 'https://x.test/a' },
      ],
    })
  })
  test('a command too long for a button, or an address that is none, is printed', () => {
    const run = `story ${'x'.repeat(5_000)}`
    const activity = render({
      text: 'x',
      blocks: [
        {
          kind: 'actions',
          items: [
            { kind: 'button', label: 'Go', run },
            { kind: 'link', label: 'Evil', url: 'javascript:alert(1)' },
          ],
        },
      ],
    })
    expect(buttonsOf(activity)).toEqual([])
    expect(letters(readActivity(activity).words)).toContain(letters(`Go ${run} Evil javascript:alert(1)`))
  })
  test('more than six buttons go on in a second row', () => {
    const items = Array.from({ length: 8 }, (_, i) => ({ kind: 'button', label: `b${i}`, run: `hub ${i}` }) as const)
    expect(bodyOf({ kind: 'actions', items }).map((row) => (row as { actions: object[] }).actions.length)).toEqual([
      6, 2,
    ])
  })
  test('fields are facts where Markdown cannot misread them', () => {
    const [facts] = bodyOf(
      { kind: 'fields', items: [{ label: 'Points', value: '3' }] },
      { kind: 'fields', items: [{ label: 'State', value: 'draft' }] },
    )
    expect(facts).toEqual({
      type: 'FactSet',
      facts: [
        { title: 'Points', value: '3' },
        { title: 'State', value: 'draft' },
      ],
    })
    expect(bodyOf({ kind: 'fields', items: [{ label: 'Branch', value: '*main*' }] })).toMatchObject([
      { type: 'RichTextBlock', inlines: [{ text: 'Branch', weight: 'Bolder' }, { text: '  ' }, { text: '*main*' }] },
    ])
  })
  test('code keeps its lines and their indentation', () => {
    const [box] = bodyOf({ kind: 'code', text: 'if (x)\n\tgo()\n  <at>all</at>' })
    expect(
      (box as { items: { inlines: { text: string; fontType: string }[] }[] }).items.flatMap(({ inlines }) => inlines),
    ).toEqual([
      { type: 'TextRun', text: 'if (x)', fontType: 'Monospace' },
      { type: 'TextRun', text: '\u00a0\u00a0\u00a0\u00a0go()', fontType: 'Monospace' },
      { type: 'TextRun', text: '\u00a0\u00a0<\u200bat>all<\u200b/at>', fontType: 'Monospace' },
    ])
  })
  test('a diff shows equal lines once, what went and what came in colour', () => {
    const [box] = bodyOf({ kind: 'diff', before: 'a\nb\nd', after: 'a\nc\nd' })
    const runs = (box as { items: { inlines: { text: string; color?: string }[] }[] }).items.flatMap(
      ({ inlines }) => inlines,
    )
    expect(runs.map(({ text, color }) => [text.replaceAll('\u00a0', ' '), color])).toEqual([
      ['  a', undefined],
      ['- b', 'Attention'],
      ['+ c', 'Good'],
      ['  d', undefined],
    ])
  })
  test('a table is a table', () => {
    const [table] = bodyOf({ kind: 'table', head: ['a', 'b'], rows: [['1', '']] })
    expect(table).toMatchObject({ type: 'Table', firstRowAsHeader: true, columns: [{ width: 1 }, { width: 1 }] })
    expect(
      readActivity(render({ text: 'x', blocks: [{ kind: 'table', head: ['a', 'b'], rows: [['1', '']] }] })).words,
    ).toBe('a\nb\n1\n–')
  })
  test('a long table goes on under the same head', () => {
    const rows = Array.from({ length: 400 }, (_, i) => [`row ${i}`, 'x'.repeat(60)])
    const parts = split({ text: 'x', blocks: [{ kind: 'table', head: ['Name', 'Value'], rows }] })
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts) expect(readActivity(render(part)).words).toMatch(/^Name\nValue/)
  })
})

describe('Markdown', () => {
  test('bold, italic, code, strike, lists, quotations', () => {
    expect(runsOf('**a** _b_ `c*d` ~~e~~')).toEqual([
      [
        { text: 'a', weight: 'Bolder' },
        { text: ' ' },
        { text: 'b', italic: true },
        { text: ' ' },
        { text: 'c*d', fontType: 'Monospace' },
        { text: ' ' },
        { text: 'e', strikethrough: true },
      ],
    ])
    expect(runsOf('- one\n  - two\n1. three')).toEqual([
      [{ text: '• one' }],
      [{ text: '\u00a0\u00a0• two' }],
      [{ text: '1. three' }],
    ])
    expect(toLines('> said').map((line) => line.kind)).toEqual(['quote'])
  })
  test('links open http and https only, and show where a misleading label leads', () => {
    const [[safe] = [], [other] = [], mislead = []] = runsOf(
      '[a](https://x.test/)\n[b](javascript:alert)\n[https://good.test](https://evil.test/)',
    )
    expect(safe).toEqual({ text: 'a', selectAction: { type: 'Action.OpenUrl', url: 'https://x.test/' } })
    expect(other).toEqual({ text: 'b (javascript:alert)' })
    expect(mislead.map((run) => run.text)).toEqual(['https://good.test', ' (evil.test)'])
  })
  test('no two runs make a mention together', () => {
    for (const evil of [
      '\\<at>all\\</at>',
      '**<**at>all',
      '<**at**>all',
      '`<`at>',
      '{`{`DATE(1)}}',
      '**<***a*t>all',
      '<\\/at>',
    ]) {
      const text = runsOf(evil)
        .flat()
        .map((run) => run.text)
        .join('')
      expect(text, evil).not.toMatch(/<\/?at\b|\{\{/)
      expect(letters(text)).toBe(letters(evil))
    }
  })
  test('linear time on what looks like much markup', () => {
    for (const evil of ['[', '*', '_', '`', '~', '**', '[a](', '\\', '> ', '<at>', '{{']) {
      const started = performance.now()
      toLines(evil.repeat(50_000 / evil.length))
      expect(performance.now() - started, evil).toBeLessThan(2_000)
    }
  })
})

test.skipIf(!hasSchemas)(
  'every card is valid against the schema of Adaptive Cards 1.5 (skipped without ../shared/data)',
  () => {
    expect(
      checkActivity({
        type: 'message',
        summary: 'x',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlok', text: 'x' }] },
          },
        ],
      }),
    ).not.toEqual([])
    fc.assert(
      fc.property(anyMessage, (message: Message) => {
        const parts = split(message).map(render)
        for (const part of parts) expect(checkActivity(part)).toEqual([])
        const shown = letters(parts.map((part) => readActivity(part).words).join('\n'))
        for (const line of linesOf(message)) expect(shown.includes(letters(line))).toBe(true)
      }),
      { numRuns: 60 },
    )
  },
)
