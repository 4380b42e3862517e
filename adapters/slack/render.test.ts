import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '#contract'
import { anyMessage } from '../../test/contract/messages.ts'
import { readMessage } from '../../test/fakes/slack/blocks.ts'
import { render } from './render.ts'
import { split } from './split.ts'

const blocksOf = (message: Message) => {
  const body = render(message)
  return body.kind === 'message' ? body.blocks : []
}
describe('render', () => {
  test('buttons carry their saved command, a confirmation and ids of their own', () => {
    const [first, second] = blocksOf({
      text: 'x',
      blocks: [
        {
          kind: 'actions',
          items: [
            { kind: 'button', label: 'Approve', run: 'story approve ST-1', style: 'primary', confirm: 'Freeze it?' },
            { kind: 'form', label: 'Refine', run: 'story refine ST-1' },
          ],
        },
        { kind: 'actions', items: [{ kind: 'link', label: 'Open', url: 'https://x.test/a' }] },
      ],
    })
    expect(first).toMatchObject({
      elements: [
        {
          action_id: 'button:0:0',
          value: 'story approve ST-1',
          style: 'primary',
          confirm: {
            text: { type: 'plain_text', text: 'Freeze it?' },
            confirm: { text: 'Approve' },
            deny: { text: 'Cancel' },
          },
        },
        { action_id: 'form:0:1', value: 'story refine ST-1' },
      ],
    })
    expect(second).toMatchObject({ elements: [{ action_id: 'link:1:0', url: 'https://x.test/a' }] })
  })
  test('a command too long for a button is printed', () => {
    const run = `story ${'x'.repeat(2_000)}`
    const words = readMessage(
      render({ text: 'x', blocks: [{ kind: 'actions', items: [{ kind: 'button', label: 'Go', run }] }] }),
    ).words
    expect(words).toContain('Go')
    expect(words.replace(/\s/g, '')).toContain(`/${run}`.replace(/\s/g, '').slice(0, 1_800))
  })
  test('a table is one of Slack’s, a second one is printed', () => {
    const table = { kind: 'table', head: ['a', 'b'], rows: [['1', '']] } as const
    const [first, second] = blocksOf({ text: 'x', blocks: [table, table] })
    expect(first).toEqual({
      type: 'table',
      rows: [
        [
          { type: 'raw_text', text: 'a' },
          { type: 'raw_text', text: 'b' },
        ],
        [
          { type: 'raw_text', text: '1' },
          { type: 'raw_text', text: '–' },
        ],
      ],
    })
    expect(second).toMatchObject({ type: 'section', text: { text: '```\na | b\n1 | \n```' } })
  })
  test('a diff shows equal lines once', () => {
    const [block] = blocksOf({ text: 'x', blocks: [{ kind: 'diff', before: 'a\nb\nd', after: 'a\nc\nd' }] })
    expect(block).toMatchObject({ text: { text: '```\n  a\n- b\n+ c\n  d\n```' } })
  })
  test('a message that fits needs no file', () => {
    const message: Message = {
      text: 'x',
      blocks: [
        { kind: 'text', markdown: 'all of it' },
        { kind: 'file', name: 'a.md', mediaType: 'text/markdown', text: 'all of it' },
      ],
    }
    expect(split(message)).toEqual([message])
    expect(blocksOf(message)).toHaveLength(1)
  })
  test('a code block that is cut is closed and opened again', () => {
    const code = Array.from({ length: 400 }, (_, i) => `line ${i} of the code`).join('\n')
    const blocks = blocksOf({
      text: 'x',
      blocks: [{ kind: 'text', markdown: `Intro\n\n\`\`\`ts\n${code}\n\`\`\`\nOutro` }],
    })
    expect(blocks.length).toBeGreaterThan(2)
    for (const block of blocks) {
      const text = block.type === 'section' ? (block.text?.text ?? '') : ''
      expect(text.match(/```/g)?.length, text.slice(0, 80)).toBe(2)
      expect(text).not.toMatch(/line \d+ of the$/m)
    }
  })
  test('a cut falls outside links', () => {
    const link = '[the page of the story](https://example.com/a/long/address?with=parameters)'
    const blocks = blocksOf({
      text: 'x',
      blocks: [{ kind: 'text', markdown: `${'word '.repeat(540)}${`${link} `.repeat(40)}` }],
    })
    const text = blocks.map((b) => (b.type === 'section' ? (b.text?.text ?? '') : '')).join(' ')
    expect(
      text.match(/<https:\/\/example\.com\/a\/long\/address\?with=parameters\|the page of the story>/g),
    ).toHaveLength(40)
    expect(text).not.toContain('](')
  })
})

/** Limits as Slack's own type package states them: `[{ type: 'SectionBlock', property: 'text', max_chars: 3000 }, …]`. */
const file = new URL('../../../shared/data/slack/block-kit-limits.json', import.meta.url)
test.skipIf(!existsSync(file))('stays inside every limit of Slack’s types (skipped without ../shared/data)', () => {
  type Limit = { type: string; property: string; max_chars?: number; max_items?: number }
  const limits: Limit[] = JSON.parse(readFileSync(file, 'utf8'))
  const NAMES: Record<string, string> = {
    header: 'HeaderBlock',
    section: 'SectionBlock',
    context: 'ContextBlock',
    actions: 'ActionsBlock',
    table: 'TableBlock',
    button: 'Button',
    plain_text: 'PlainTextElement',
    mrkdwn: 'MrkdwnElement',
  }
  let compared = 0
  const visit = (value: unknown, name?: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    if (typeof value !== 'object' || value === null) return
    const object = value as Record<string, unknown>
    const type = name ?? NAMES[String(object.type)]
    for (const limit of limits.filter((l) => l.type === type || (l.type === 'Action' && type === 'Button'))) {
      const found = object[limit.property]
      const texts = Array.isArray(found) ? found : [found]
      if (limit.max_items !== undefined && Array.isArray(found))
        expect(found.length).toBeLessThanOrEqual(limit.max_items)
      for (const one of texts) {
        const text = typeof one === 'string' ? one : (one as { text?: unknown } | undefined)?.text
        if (limit.max_chars === undefined || typeof text !== 'string') continue
        expect(text.length, `${limit.type}.${limit.property}`).toBeLessThanOrEqual(limit.max_chars)
        compared += 1
      }
    }
    for (const [key, inner] of Object.entries(object))
      visit(inner, key === 'confirm' && object.type === 'button' ? 'Confirm' : undefined)
  }
  fc.assert(
    fc.property(anyMessage, (message) => {
      for (const part of split(message)) {
        const blocks = blocksOf(part)
        expect(blocks.length).toBeLessThanOrEqual(50)
        visit(blocks)
      }
    }),
    { numRuns: 40 },
  )
  expect(compared).toBeGreaterThan(100)
})
