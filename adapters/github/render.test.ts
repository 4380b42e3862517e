import { expect, test } from 'vitest'
import { readComment } from '../../test/fakes/github/check.ts'
import { render, split } from './render.ts'

const shown = (markdown: string) => render({ text: '', blocks: [{ kind: 'text', markdown }] }).body

test.each([
  ['\\@everyone', '@\u200beveryone'],
  ['fixes #12 and GH-3', 'fixes #\u200b12 and GH-\u200b3'],
  ['`@octo`', '`@\u200bocto`'],
  ['see https://example.com/a#1', 'see https://example.com/a#1'],
  ['1. one', '1\\. one'],
  ['a <b>bold</b> word', 'a \\<b>bold\\</b> word'],
  ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
])('%j is shown as %j', (markdown, expected) => {
  expect(shown(markdown)).toBe(expected)
  expect(readComment(shown(markdown)).mentions).toEqual([])
})
test('a fence is longer than any run of backticks inside, and code is left as it was', () => {
  const { body } = render({ text: '', blocks: [{ kind: 'code', text: 'a ```` b @octo #1', language: 'ts' }] })
  expect(body).toBe('`````ts\na ```` b @octo #1\n`````')
})
test('a button is the command to copy', () => {
  const action = { kind: 'button', label: 'Approve', run: 'story approve ST-1' } as const
  expect(render({ text: '', blocks: [{ kind: 'actions', items: [action] }] }).body).toBe(
    '- Approve: `/story approve ST-1`',
  )
})
test('a table keeps its columns whatever stands in a cell', () => {
  const { body } = render({
    text: '',
    blocks: [{ kind: 'table', head: ['A', 'B'], rows: [['x | y', 'one\ntwo'], ['z']] }],
  })
  expect(body).toBe('| A | B |\n| --- | --- |\n| x \\| y | one<br>two |\n| z |  |')
})
test('a secret is not shown where everybody reads', () => {
  const parts = split({ text: 'code wx7k3pq2', secret: true, blocks: [{ kind: 'text', markdown: '`wx7k3pq2`' }] })
  expect(parts.map((part) => render(part).body)).toEqual([expect.stringMatching(/for you alone/)])
  expect(JSON.stringify(parts)).not.toContain('wx7k3pq2')
})
