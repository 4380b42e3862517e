import { describe, expect, test } from 'vitest'
import type { Block, Message } from '#contract'
import { readMessage } from '../../test/fakes/discord/check.ts'
import { escapeText, toDiscord } from './markdown.ts'
import { render } from './render.ts'
import { split } from './split.ts'
import { decodeText } from './text.ts'

const cardOf = (...blocks: Block[]) => render({ text: 'fallback', blocks }).embeds[0]
const descriptionOf = (...blocks: Block[]) => cardOf(...blocks)?.description

describe('render', () => {
  test('the first heading is the title, later ones stand in the text', () => {
    const card = cardOf(
      { kind: 'heading', text: 'ST-1 *Pay*' },
      { kind: 'text', markdown: 'As a **buyer**' },
      { kind: 'heading', text: 'Criteria' },
      { kind: 'note', markdown: 'made by `x`' },
    )
    expect(card).toMatchObject({
      title: 'ST-1 \\*Pay\\*',
      description: 'As a **buyer**\n\n### Criteria\n-# made by `x`',
    })
  })
  test('fields stand close, a table has columns, a diff its colours', () => {
    const items = [
      { label: 'Role', value: 'buyer' },
      { label: 'Notes', value: 'a\nb' },
    ]
    expect(descriptionOf({ kind: 'fields', items })).toBe('**Role:** buyer\n**Notes:**\na\nb')
    const rows = [
      ['ST-1', 'Pay'],
      ['ST-10', 'Refund'],
    ]
    expect(descriptionOf({ kind: 'table', head: ['Id', 'Title'], rows })).toBe(
      '```\nId     Title\n─────  ──────\nST-1   Pay\nST-10  Refund\n```',
    )
    expect(descriptionOf({ kind: 'diff', before: 'a\nb', after: 'a\nc' })).toBe('```diff\n  a\n- b\n+ c\n```')
    expect(descriptionOf({ kind: 'progress', label: 'Drafting', done: 2, total: 5 })).toBe(
      'Drafting\n▰▰▰▰▱▱▱▱▱▱  2 of 5',
    )
  })
  test('a language that is none cannot break out of its fence', () => {
    expect(descriptionOf({ kind: 'code', text: 'x ``` y', language: 'ts\n@everyone' })).toBe(
      '```\nx `\u200b`\u200b` y\n```',
    )
  })
  test('thirty buttons with the same command fill six rows in two messages, each with ids of its own', () => {
    const items = Array.from({ length: 30 }, () => ({ kind: 'button', label: 'Go', run: 'hub status' }) as const)
    const parts = split({ text: 'x', blocks: [{ kind: 'actions', items }] }).map(render)
    expect(parts.map((p) => p.components.map((row) => row.components.length))).toEqual([[5, 5, 5, 5, 5], [5]])
    const ids = parts[0]?.components.flatMap((row) => row.components.map((b) => ('custom_id' in b ? b.custom_id : '')))
    expect(new Set(ids).size).toBe(25)
    expect(ids?.[0]).toBe('r0:hub status')
  })
  test('a link Discord would refuse is printed', () => {
    const url = `https://example.com/${'x'.repeat(600)}`
    const body = render({ text: 'x', blocks: [{ kind: 'actions', items: [{ kind: 'link', label: 'Open', url }] }] })
    expect(body.components).toEqual([])
    expect(readMessage(body).words).toContain(url)
  })
  test('buttons of a message in several parts stand below the last of them', () => {
    const message: Message = {
      text: 'x',
      blocks: [
        { kind: 'actions', items: [{ kind: 'button', label: 'Go', run: 'hub status' }] },
        { kind: 'text', markdown: 'A sentence of words. '.repeat(400) },
      ],
    }
    const parts = split(message)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.map((part) => render(part).components.length)).toEqual([...parts.slice(1).map(() => 0), 1])
  })
  test('a message that fits needs no file; files alone are all attached', () => {
    const file = (name: string) => ({ kind: 'file', name, mediaType: 'text/markdown', text: name }) as const
    const fits = split({ text: 'x', blocks: [{ kind: 'text', markdown: 'all' }, file('a.md')] })
    expect(fits.map((part) => render(part).files.length)).toEqual([0])
    const many = split({ text: 'x', blocks: Array.from({ length: 12 }, (_, i) => file(`${i}.md`)) })
    expect(many.map((part) => render(part).files.length)).toEqual([10, 2])
  })
})

test.each([
  ['**bold** *it* _it_ ~~no~~ __strong__', '**bold** *it* *it* ~~no~~ **strong**'],
  ['# Heading **b**', '### Heading b'],
  ['- one\n- two', '- one\n- two'],
  ['[page](https://x.test/a_b)', '[page](https://x.test/a_b)'],
  ['[https://good.test](https://evil.test)', 'https://good.test (<https://evil.test/>)'],
  ['[x](javascript:alert)', 'x (javascript:alert)'],
  ['||spoiler|| <@1> @everyone', '\\|\\|spoiler\\|\\| \\<@1> @\u200beveryone'],
  ['\\@everyone', '@\u200beveryone'],
])('markdown %s', (markdown, expected) => {
  expect(toDiscord(markdown)).toBe(expected)
})
test('plain words stay as they were typed, addresses whole', () => {
  expect(escapeText('# no *heading* in https://x.test/a_b_c?d=*')).toBe(
    '\\# no \\*heading\\* in https://x.test/a_b_c?d=\\*',
  )
  expect(escapeText('- no list\n> no quote')).toBe('\\- no list\n\\> no quote')
})
test('what Discord sends is read as it was typed', () => {
  const resolved = {
    users: { '100000000000000001': { username: 'ann' } },
    roles: { '100000000000000002': { name: 'devs' } },
    channels: { '100000000000000003': { name: 'general' } },
  }
  const text =
    '<@100000000000000001> <@!100000000000000001> <@&100000000000000002> <#100000000000000003> <a:wave:100000000000000004> </story new:100000000000000005> <@100000000000000009> <b>'
  expect(decodeText(text, resolved)).toBe('@ann @ann @devs #general :wave: /story new @100000000000000009 <b>')
})
