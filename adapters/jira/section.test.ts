import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TrackedCriterion } from '#contract'
import { checkAdf } from '../../test/fakes/jira/index.ts'
import { type AdfDoc, type AdfNode, EM, paragraph, STRONG, text } from './adf.ts'
import { criterionNodes, hashOf, readCriteria } from './criteria.ts'
import { fromMarkdown } from './from-markdown.ts'
import { markerOf, type Proof, readProof } from './mark.ts'
import { composeSection, contentHash, panelAt, panelNode, readSection } from './section.ts'

const read = (markdown: string): readonly TrackedCriterion[] =>
  readCriteria(fromMarkdown(markdown).content).flatMap((one) => (one.kind === 'criterion' ? [one.criterion] : []))
const kept = (nodes: readonly AdfNode[]) =>
  readCriteria(nodes).flatMap((one) => (one.kind === 'kept' ? [one.node.type] : []))

describe('criteria that people write', () => {
  test.each<[string, string, readonly TrackedCriterion[]]>([
    [
      'one line each',
      '- It works\n- It is fast',
      [
        { id: null, title: 'It works', lines: [] },
        { id: null, title: 'It is fast', lines: [] },
      ],
    ],
    [
      'a title and steps',
      '**Pays**\n\n- Given a card\n- When they pay',
      [{ id: null, title: 'Pays', lines: ['Given a card', 'When they pay'] }],
    ],
    [
      'with our ids',
      'AC-2: Refund\n\n- Then money comes back\n\nac-3 - Other',
      [
        { id: 'AC-2', title: 'Refund', lines: ['Then money comes back'] },
        { id: 'AC-3', title: 'Other', lines: [] },
      ],
    ],
    [
      'steps as lines of text',
      'Pays\nGiven a card\nWhen they pay\n\nThen it is paid',
      [{ id: null, title: 'Pays', lines: ['Given a card', 'When they pay', 'Then it is paid'] }],
    ],
    [
      'headings as titles',
      '### Refund\n\n1. Given a purchase\n2. Then money',
      [{ id: null, title: 'Refund', lines: ['Given a purchase', 'Then money'] }],
    ],
    [
      'Gherkin in a block',
      '```gherkin\nFeature: Cards\n\nScenario: AC-1 Pays\n  Given a card\n\nScenario: Fails\n  Given none\n```',
      [
        { id: 'AC-1', title: 'Pays', lines: ['Given a card'] },
        { id: null, title: 'Fails', lines: ['Given none'] },
      ],
    ],
    [
      'nested steps',
      '- Pays\n  - Given a card\n- Fails',
      [
        { id: null, title: 'Pays', lines: ['Given a card'] },
        { id: null, title: 'Fails', lines: [] },
      ],
    ],
    ['tasks', '- [ ] It works', [{ id: null, title: '[ ] It works', lines: [] }]],
  ])('%s are read', (_what, markdown, criteria) => {
    expect(read(markdown)).toEqual(criteria)
  })
  test('what is no criterion is kept as it is', () => {
    const { content } = fromMarkdown('| a | b |\n| --- | --- |\n| c | d |\n\n---\n\n```\nlet x = 1\n```\n\n> quoted')
    expect(kept(content)).toEqual(['table', 'rule', 'codeBlock', 'blockquote'])
  })
  test('as the hub writes them they are read back, whatever they say', () => {
    const words = fc
      .array(
        fc.constantFrom(
          'Given ',
          'AC-7 ',
          '· ',
          ': ',
          '**',
          '`',
          '- ',
          '# ',
          '|',
          'x',
          '\n',
          '  ',
          'é',
          '👩‍👩‍👧‍👦',
          'Scenario: ',
        ),
        {
          minLength: 1,
          maxLength: 6,
        },
      )
      .map((parts) => `w${parts.join('')}`)
    const criterion = fc.record({
      id: fc.integer({ min: 1, max: 99 }).map((n) => `AC-${n}`),
      title: words,
      lines: fc.array(words, { maxLength: 4 }),
    })
    fc.assert(
      fc.property(fc.array(criterion, { maxLength: 5 }), (criteria) => {
        const nodes = criteria.flatMap(criterionNodes)
        const back = readCriteria(nodes).flatMap((one) => (one.kind === 'criterion' ? [one.criterion] : []))
        expect(hashOf(back)).toBe(hashOf(criteria))
        expect(checkAdf({ version: 1, type: 'doc', content: nodes })).toEqual([])
      }),
    )
  })
})

const MARKER = markerOf('10001')
const CRITERIA: readonly TrackedCriterion[] = [
  { id: 'AC-1', title: 'Pays', lines: ['Given a card', 'When they pay'] },
  { id: 'AC-2', title: 'Fails', lines: [] },
]
const proofOf = (notes: readonly string[], criteria = CRITERIA): Proof => ({
  v: 1,
  issue: '10001',
  marker: MARKER,
  story: 'ST-1',
  hash: hashOf(criteria),
  notes: [...notes],
  place: 'description',
  rest: '',
  writes: 1,
})
const written = (criteria = CRITERIA, notes: readonly string[] = ['Drafted offline']) => {
  const made = composeSection(null, null, { criteria, notes, storyRef: 'ST-1' }, { marker: MARKER, heading: true })
  return { panel: panelNode(made.nodes, MARKER, undefined), proof: proofOf(made.notes, criteria) }
}
const docOf = (...content: readonly AdfNode[]): AdfDoc => ({ version: 1, type: 'doc', content })
const rewrite = (
  nodes: readonly AdfNode[],
  proof: Proof,
  criteria: readonly TrackedCriterion[],
  notes: readonly string[] = [],
) => composeSection(nodes, proof, { criteria, notes, storyRef: 'ST-1' }, { marker: MARKER, heading: true }).nodes

describe('our section', () => {
  test('is a panel that Jira takes, with heading, criteria, notes and where it comes from', () => {
    const { panel, proof } = written()
    expect(checkAdf(docOf(panel))).toEqual([])
    expect((panel.content ?? []).map(({ type }) => type)).toEqual([
      'heading',
      'paragraph',
      'bulletList',
      'paragraph',
      'paragraph',
      'paragraph',
    ])
    expect(readSection(panel.content ?? [], proof)).toEqual({
      criteria: CRITERIA,
      storyRef: 'ST-1',
      hash: proof.hash,
      writtenHash: proof.hash,
    })
  })
  test('is none without the property, whatever it shows', () => {
    const { panel } = written()
    expect(panelAt(docOf(panel), null)).toBe(-1)
    const { proof } = written()
    expect(panelAt(docOf(paragraph(text(`ST-1 · kept in step by AutoDevHub · ${MARKER}`))), proof)).toBe(-1)
    expect(panelAt(docOf({ ...panel, type: 'expand' }), proof)).toBe(-1)
  })
  test('of another issue proves nothing: a clone that took the property along has another id', () => {
    const { proof } = written()
    expect(readProof(proof, '10001')).toEqual(proof)
    expect(readProof(proof, '10002')).toBeNull()
    expect(readProof({ ...proof, v: 2 }, '10001')).toBeNull()
    expect(readProof('pasted', '10001')).toBeNull()
  })
  test('is found again after an editor gave it another id, and after somebody took its last line away', () => {
    const { panel, proof } = written()
    const renamed = { ...panel, attrs: { panelType: 'success', localId: 'other' } }
    expect(panelAt(docOf(paragraph(), renamed), proof)).toBe(1)
    expect(panelAt(docOf({ ...panel, content: panel.content?.slice(0, -1) ?? [] }), proof)).toBe(0)
  })
  test('is told from a copy of it within the issue that people changed', () => {
    const { panel, proof } = written()
    const copy = {
      ...panel,
      content: [...criterionNodes({ id: 'AC-9', title: 'Copied', lines: [] }), ...(panel.content ?? [])],
    }
    expect(panelAt(docOf(copy, panel), proof)).toBe(1)
    expect(panelAt(docOf(panel, copy), proof)).toBe(0)
  })
  test('keeps the very nodes of criteria that stay the same', () => {
    const { panel, proof } = written()
    const mention: AdfNode = { type: 'mention', attrs: { id: '5b10', text: '@Ann' } }
    const byHand: AdfNode = paragraph(text('AC-5', STRONG), text(' Ask '), mention)
    const nodes = [...(panel.content ?? []).slice(0, 4), byHand, ...(panel.content ?? []).slice(4)]
    const section = readSection(nodes, proof)
    expect(section?.criteria.at(-1)).toEqual({ id: 'AC-5', title: 'Ask @Ann', lines: [] })
    const next = rewrite(nodes, proof, [
      { id: 'AC-1', title: 'Pays quickly', lines: [] },
      ...(section?.criteria.slice(1) ?? []),
    ])
    expect(next).toContain(byHand)
    expect(next).toContain(nodes[3])
  })
  test('keeps what people put between the criteria, and takes its own notes away', () => {
    const { panel, proof } = written()
    const [table] = fromMarkdown('| a |\n| --- |\n| b |').content
    const unknown: AdfNode = { type: 'hologram', attrs: { depth: 3 } }
    const remark = paragraph(text('Drafted offline, but see Ann', EM))
    if (!table) throw new Error('no table')
    const nodes = [unknown, ...(panel.content ?? []).slice(0, 3), table, remark, ...(panel.content ?? []).slice(3)]
    const next = rewrite(nodes, proof, CRITERIA.slice(1), ['Refined'])
    for (const node of [unknown, table, remark]) expect(next).toContain(node)
    const shown = JSON.stringify(next)
    expect(shown).not.toContain('Drafted offline"')
    expect(shown.match(/Refined/g)).toHaveLength(1)
    expect(shown.match(/kept in step/g)).toHaveLength(1)
    expect(shown.match(/Acceptance criteria/g)).toHaveLength(1)
    expect(readSection(next, proof)?.criteria).toEqual(CRITERIA.slice(1))
  })
  test('a heading that somebody took away does not come back', () => {
    const { panel, proof } = written()
    expect(JSON.stringify(rewrite((panel.content ?? []).slice(1), proof, CRITERIA))).not.toContain(
      'Acceptance criteria',
    )
  })
  test('gone is another thing than never written', () => {
    const { proof } = written()
    expect(readSection(null, proof)).toEqual({
      criteria: [],
      storyRef: 'ST-1',
      writtenHash: proof.hash,
      hash: hashOf([]),
    })
    expect(readSection([], null)).toBeNull()
  })
  test('a hash is of what is said, not of how it looks', () => {
    const plain = hashOf([{ id: 'AC-1', title: 'Pays  quickly', lines: [' Given a card', ''] }])
    expect(hashOf([{ id: 'AC-1', title: 'Pays quickly', lines: ['Given a card'] }])).toBe(plain)
    expect(hashOf([{ id: 'AC-1', title: 'Pays quickly Given a card', lines: [] }])).not.toBe(plain)
    const nodes: readonly AdfNode[] = [{ type: 'panel', attrs: { a: 1, b: 2 } }]
    expect(contentHash(nodes)).toBe(contentHash([{ attrs: { b: 2, a: 1 }, type: 'panel' }]))
  })
})
