import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CriteriaPlace, TrackerIssue } from '#contract'
import { ANN, BEN, checkAdf, type FakeIssue, FIELD, LINE_FIELD, readAdf } from '../../test/fakes/jira/index.ts'
import { type JiraRig, openJira } from '../../test/fakes/jira/ports.ts'
import { type AdfNode, docOf } from './adf.ts'
import { fromMarkdown } from './from-markdown.ts'
import { SECTION_PROPERTY } from './mark.ts'

const { signal } = new AbortController()
const DESCRIPTION: CriteriaPlace = { kind: 'description' }
const SECTION = {
  storyRef: 'ST-1',
  criteria: [{ id: 'AC-1', title: 'Pays', lines: ['Given a card'] }],
  notes: ['Drafted offline'],
}
let rig: JiraRig
beforeEach(async () => {
  rig = await openJira()
})
afterEach(async () => {
  await rig.close()
})
const add = (markdown: string): FakeIssue =>
  rig.fake.world.create(ANN, { project: 'PAY', summary: 'Saved cards', description: fromMarkdown(markdown) })
const read = async (issue: FakeIssue, place: CriteriaPlace = DESCRIPTION): Promise<TrackerIssue> => {
  const found = await rig.tracker.get(rig.workspace, issue.id, place, signal)
  if (!found) throw new Error('not found')
  return found
}
const write = async (issue: FakeIssue, place: CriteriaPlace = DESCRIPTION, more: Partial<typeof SECTION> = {}) =>
  rig.tracker.write(await read(issue, place), { ...SECTION, ...more, place }, signal)
const blocks = (issue: FakeIssue) => docOf(issue.description).content

describe('writing into a description', () => {
  test('every block of others goes back as it came, unknown ones included', async () => {
    const unknown: AdfNode = {
      type: 'paragraph',
      content: [{ type: 'mention', attrs: { id: '5b10', text: '@Ann', userType: 'APP' } }],
    }
    const issue = add('## Heading\n\n| a | b |\n| --- | --- |\n| c | d |')
    const before = [...blocks(issue), unknown]
    rig.fake.world.edit(ANN, issue, { description: { version: 1, type: 'doc', content: before } })
    await write(issue)
    await write(issue, DESCRIPTION, { criteria: [] })
    expect(JSON.stringify(blocks(issue).slice(0, -1))).toBe(JSON.stringify(before))
    expect(rig.fake.problems).toEqual([])
  })
  test('people may put the section where they like it', async () => {
    const issue = add('One.\n\nTwo.')
    await write(issue)
    const [one, two, panel] = blocks(issue)
    rig.fake.world.edit(ANN, issue, { description: { version: 1, type: 'doc', content: [panel, one, two] } })
    await write(issue, DESCRIPTION, { criteria: [] })
    expect(blocks(issue).map(({ type }) => type)).toEqual(['panel', 'paragraph', 'paragraph'])
  })
  test('one request carries text and proof', async () => {
    const issue = add('Before.')
    const before = rig.fake.requests.length
    await write(issue)
    expect(rig.fake.requests.slice(before).filter((request) => !/^GET|search/.test(request))).toEqual([
      `PUT /rest/api/3/issue/${issue.id}`,
    ])
    expect(issue.properties.get(SECTION_PROPERTY)).toMatchObject({ v: 1, issue: issue.id, story: 'ST-1', writes: 1 })
  })
  test('32,767 characters are taken, one more is refused with its cure', async () => {
    const issue = add('x')
    const size = async (length: number) => {
      rig.fake.world.edit(ANN, issue, { description: fromMarkdown('x'.repeat(length)) })
      issue.properties.clear()
      return write(issue)
    }
    await size(1)
    const room = 32_767 - JSON.stringify(issue.description).length
    await size(1 + room)
    expect(JSON.stringify(issue.description)).toHaveLength(32_767)
    expect(checkAdf(issue.description)).toEqual([])
    await expect(size(2 + room)).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringMatching(/32,768 characters as Jira counts.*choose a field or a comment/),
    })
  })
  test('a pasted marker above ours is left where it is', async () => {
    const issue = add('Before.')
    await write(issue)
    const panel = blocks(issue).at(-1)
    const copy: AdfNode = {
      type: 'panel',
      attrs: { panelType: 'note' },
      content: [...(panel?.content ?? []).slice(1, 2), ...(panel?.content ?? []).slice(-1)],
    }
    rig.fake.world.edit(ANN, issue, { description: { version: 1, type: 'doc', content: [copy, ...blocks(issue)] } })
    await write(issue, DESCRIPTION, { criteria: [{ id: 'AC-1', title: 'Other', lines: [] }] })
    expect(JSON.stringify(blocks(issue)[0])).toBe(JSON.stringify(copy))
    expect(readAdf(blocks(issue).at(-1)).words).toContain('Other')
  })
  test('two people and the hub in the same second: nobody’s words are lost', async () => {
    const issue = add('Before.')
    await write(issue)
    const seen = await read(issue)
    rig.fake.world.edit(ANN, issue, { summary: 'Renamed' })
    const [before, panel] = blocks(issue)
    const added = fromMarkdown('Words of Ben.').content
    rig.fake.world.edit(BEN, issue, { description: { version: 1, type: 'doc', content: [before, ...added, panel] } })
    const next = { ...SECTION, criteria: [{ id: 'AC-1', title: 'Pays at once', lines: [] }], place: DESCRIPTION }
    await expect(rig.tracker.write(seen, next, signal)).rejects.toMatchObject({ code: 'CONFLICT' })
    const both = await Promise.allSettled([1, 2].map(async () => rig.tracker.write(await read(issue), next, signal)))
    expect(both.map(({ status }) => status)).toContain('fulfilled')
    const { words } = readAdf(issue.description)
    for (const said of ['Before.', 'Words of Ben.', 'Pays at once']) expect(words.split(said)).toHaveLength(2)
    expect(issue.summary).toBe('Renamed')
  })
  test('of a clone makes a section of its own', async () => {
    const issue = add('Before.')
    await write(issue)
    const clone = rig.fake.world.create(ANN, {
      project: 'PAY',
      description: issue.description,
      properties: [...issue.properties].map(([key, value]) => ({ key, value })),
    })
    expect((await read(clone)).section).toBeNull()
    await write(clone, DESCRIPTION, { storyRef: 'ST-2' })
    expect(blocks(clone).filter(({ type }) => type === 'panel')).toHaveLength(2)
    expect((await read(clone)).section?.storyRef).toBe('ST-2')
    expect((await read(issue)).section?.storyRef).toBe('ST-1')
  })
})

describe('from one place to another', () => {
  const places: readonly CriteriaPlace[] = [
    DESCRIPTION,
    { kind: 'comment' },
    { kind: 'field', field: FIELD.id },
    DESCRIPTION,
    { kind: 'field', field: FIELD.id },
    { kind: 'comment' },
    DESCRIPTION,
  ]
  test('the section moves, and stands once', async () => {
    const issue = add('Before.')
    for (const place of places) {
      await write(issue, place)
      const all = JSON.stringify([issue.description, issue.fields[FIELD.id], issue.comments.map(({ body }) => body)])
      expect(all.match(/kept in step by/g), place.kind).toHaveLength(1)
      expect((await read(issue, place)).section?.criteria).toEqual(SECTION.criteria)
    }
    expect(rig.fake.problems).toEqual([])
  })
  test('what people put into it stays behind', async () => {
    const issue = add('Before.')
    await write(issue)
    const [before, panel] = blocks(issue)
    const rule: AdfNode = { type: 'rule' }
    const content = [before, { ...panel, content: [...(panel?.content ?? []), rule] }]
    rig.fake.world.edit(ANN, issue, { description: { version: 1, type: 'doc', content } })
    await write(issue, { kind: 'comment' })
    expect(blocks(issue).map(({ type }) => type)).toEqual(['paragraph', 'rule'])
  })
})

describe('a field', () => {
  test('is named by id or by name', async () => {
    const issue = add('Before.')
    await write(issue, { kind: 'field', field: 'acceptance CRITERIA' })
    expect((await read(issue, { kind: 'field', field: FIELD.id })).section?.criteria).toEqual(SECTION.criteria)
  })
  test('with criteria of people is read, and nobody is said to have written them', async () => {
    const issue = add('Before.')
    rig.fake.world.edit(ANN, issue, { fields: { [FIELD.id]: fromMarkdown('- It works\n\n---') } })
    const place: CriteriaPlace = { kind: 'field', field: FIELD.id }
    expect((await read(issue, place)).section).toMatchObject({
      criteria: [{ id: null, title: 'It works', lines: [] }],
      storyRef: null,
      writtenHash: null,
    })
    await write(issue, place)
    expect(docOf(issue.fields[FIELD.id]).content.map(({ type }) => type)).toContain('rule')
  })
  test.each([
    ['Nowhere', /Jira has 0 fields called Nowhere/],
    [LINE_FIELD.name, /Customer holds no paragraphs/],
  ])('%s is refused with its cure', async (field, said) => {
    await expect(rig.tracker.get(rig.workspace, add('x').id, { kind: 'field', field }, signal)).rejects.toThrow(said)
  })
})
test('a place Jira has not, and a site the hub is not connected to, are refused', async () => {
  const { id } = add('x')
  await expect(rig.tracker.get(rig.workspace, id, { kind: 'attachment' }, signal)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
  })
  await expect(rig.tracker.get('jira:other.example', id, DESCRIPTION, signal)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('JIRA_BASE_URL'),
  })
})
test.each(['../../myself', 'PAY-1/comment', '', 'PAY'])('“%s” names no issue', async (id) => {
  expect(await rig.tracker.get(rig.workspace, id, DESCRIPTION, signal)).toBeNull()
  expect(rig.fake.requests).toEqual([])
})
