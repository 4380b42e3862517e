import fc from 'fast-check'
import type { Action, Block, Message } from '#contract'

/** One message of each block kind, every leaf with words of its own. */
export const SAMPLES: { readonly [K in Block['kind']]: Extract<Block, { kind: K }> } = {
  heading: { kind: 'heading', text: 'Zulu heading' },
  text: { kind: 'text', markdown: 'Alpha **bravo** _charlie_ `delta`\n\n- echo\n- foxtrot\n\n> golf' },
  note: { kind: 'note', markdown: 'Hotel india, *juliett*' },
  code: { kind: 'code', text: 'Feature: kilo\n  Scenario: lima', language: 'gherkin' },
  fields: {
    kind: 'fields',
    items: [
      { label: 'Mike', value: 'november' },
      { label: 'Oscar', value: 'papa' },
    ],
  },
  table: {
    kind: 'table',
    head: ['Quebec', 'Romeo'],
    rows: [
      ['sierra', 'tango'],
      ['uniform', 'victor'],
    ],
  },
  diff: { kind: 'diff', before: 'whiskey\nxray', after: 'whiskey\nyankee' },
  progress: { kind: 'progress', label: 'Drafting', done: 2, total: 5 },
  actions: {
    kind: 'actions',
    items: [
      { kind: 'button', label: 'Approve', run: 'story approve ST-1', style: 'primary', confirm: 'Really approve?' },
      { kind: 'form', label: 'Refine', run: 'story refine ST-1' },
      { kind: 'link', label: 'Open', url: 'https://example.com/ST-1' },
    ],
  },
  file: { kind: 'file', name: 'story.md', mediaType: 'text/markdown', text: 'Attached words' },
}

/** The lines a reader must find again, wherever the platform puts them. */
export function linesOf(message: Message): string[] {
  const blocks = message.blocks ?? []
  const leaves = blocks.length === 0 ? [message.text] : blocks.flatMap(leavesOf)
  return leaves.flatMap((leaf) => leaf.split(/\r\n|\r|\n/))
}
function leavesOf(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
    case 'code':
      return [block.text]
    case 'text':
    case 'note':
      // A fence line names a language, which nobody needs to show; what has no shape may stand before it, and is shown nowhere.
      return [block.markdown.replace(/[^\P{C}\n\r\t]/gu, '').replace(/^ {0,3}```[^\n]*$/gm, '')]
    case 'fields':
      return block.items.flatMap((i) => [i.label, i.value])
    case 'table':
      return [...block.head, ...block.rows.flat()]
    case 'diff':
      return [block.before, block.after]
    case 'progress':
      return [block.label]
    case 'actions':
      return block.items.map((a) => a.label)
    case 'file':
      return []
    default:
      return block satisfies never
  }
}
/** Letters and digits alone: what is left when markup, spaces and cuts are ignored. */
export function letters(text: string): string {
  return text.normalize('NFC').replace(/[^\p{L}\p{N}]+/gu, '')
}

/** Scripts, emoji of several code points, markup of every platform, fences, mentions, controls. */
const PIECES = [
  'word',
  'zwei',
  'Größe',
  'שלום',
  'مرحبا',
  '日本語',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  '𝔘',
  'é',
  '\u202Ertl',
  ' ',
  ' ',
  ' ',
  '\n',
  '\n\n',
  '\r\n',
  '```',
  '``',
  '`',
  '*',
  '_',
  '~',
  '**',
  '> ',
  '- ',
  '1. ',
  '# ',
  '|',
  '<',
  '>',
  '&',
  '&lt;',
  '<!channel>',
  '<!here|x>',
  '<@U1>',
  '<#C1>',
  '@everyone',
  '@here',
  '<at>all</at>',
  '<https://evil.test|https://good.test>',
  'https://ok.test/a_b',
  'javascript:alert(1)',
  '[a](b',
  '](',
  '\\',
  '\u0000',
  '\u200B',
  '\t',
]

const line = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 40 }).map((p) => p.join(''))
/** Mostly short, sometimes far beyond every platform's limit. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: line },
  { weight: 2, arbitrary: fc.tuple(line, fc.integer({ min: 2, max: 60 })).map(([l, n]) => l.repeat(n)) },
  {
    weight: 1,
    arbitrary: line.map((l) =>
      l
        .repeat(Math.ceil(50_000 / l.length))
        .slice(0, 50_000)
        .toWellFormed(),
    ),
  },
)
const label = fc.constantFrom('Approve', 'Refine', 'Gherkin 👀', 'حسنا', 'a & b', '<!channel>')
const run = line.map((l) => `story refine ST-1 ${l.replace(/\s+/g, ' ').trim()}`)
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('button' as const), label, run, confirm: line }),
  fc.record({ kind: fc.constant('form' as const), label, run }),
  fc.record({ kind: fc.constant('link' as const), label, url: fc.constant('https://example.com/a?b=1&c=2') }),
)
const cells = (columns: number) => fc.array(line, { minLength: columns, maxLength: columns })
const anyTable = fc.integer({ min: 1, max: 5 }).chain((columns) =>
  fc.record({
    kind: fc.constant('table' as const),
    head: cells(columns),
    rows: fc.array(cells(columns), { maxLength: 30 }),
  }),
)
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('heading' as const), text: anyText }),
  fc.record({ kind: fc.constant('text' as const), markdown: anyText }),
  fc.record({ kind: fc.constant('note' as const), markdown: anyText }),
  fc.record({ kind: fc.constant('code' as const), text: anyText, language: fc.constantFrom('gherkin', 'ts') }),
  fc.record({
    kind: fc.constant('fields' as const),
    items: fc.array(fc.record({ label: line, value: anyText }), { minLength: 1, maxLength: 14 }),
  }),
  anyTable,
  fc.record({ kind: fc.constant('diff' as const), before: anyText, after: anyText }),
  fc.record({ kind: fc.constant('progress' as const), label: line, done: fc.nat(9), total: fc.nat(9) }),
  fc.record({ kind: fc.constant('actions' as const), items: fc.array(anyAction, { minLength: 1, maxLength: 30 }) }),
)
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  { weight: 1, arbitrary: anyText.map((text) => ({ text })) },
  {
    weight: 3,
    arbitrary: fc.record({ text: line, blocks: fc.array(anyBlock, { minLength: 1, maxLength: 12 }) }),
  },
)
