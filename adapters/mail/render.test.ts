import { describe, expect, test } from 'vitest'
import type { Block } from '#contract'
import { SAMPLES } from '../../test/contract/messages.ts'
import { checkHtml, readHtml } from '../../test/fakes/mail/check.ts'
import { render, split } from './render.ts'

const all = Object.values(SAMPLES)

describe('a mail', () => {
  test('says the same as plain text, in the same order', () => {
    const { text } = render({ text: 'x', blocks: all })
    const words = [
      'Zulu heading',
      'Alpha',
      'Hotel',
      'Feature: kilo',
      'Mike: november',
      'Quebec | Romeo',
      '- xray',
      'Drafting',
    ]
    const at = words.map((word) => text.indexOf(word))
    expect(at).toEqual([...at].sort((a, b) => a - b))
    expect(at).not.toContain(-1)
    expect(text).toContain('Drafting ####...... 40 %')
    expect(text).toContain('Approve: /story approve ST-1')
    expect(text).toContain('Open: https://example.com/ST-1')
  })
  test('shows the command of a button, because nothing can be pressed', () => {
    const { html } = render({ text: 'x', blocks: [SAMPLES.actions] })
    expect(readHtml(html).words).toMatch(/Approve:\s+\/story approve ST-1/)
    expect(readHtml(html).links).toEqual(['https://example.com/ST-1'])
  })
  test('draws progress with coloured cells', () => {
    const { html } = render({ text: 'x', blocks: [SAMPLES.progress] })
    expect(html).toMatch(/width="40%" height="8" bgcolor="#1f883d"/)
    expect(html).toMatch(/width="60%" height="8" bgcolor="#d1d9e0"/)
    for (const [done, total] of [
      [0, 5],
      [5, 5],
      [9, 5],
      [1, 0],
    ] as const)
      expect(checkHtml(render({ text: 'x', blocks: [{ ...SAMPLES.progress, done, total }] }).html)).toEqual([])
  })
  test('loads and runs nothing, even when it is told to', () => {
    const evil =
      '<img src=x onerror=alert(1)><script>alert(1)</script><style>@import url(//evil.test)</style><a href="javascript:1">x</a>'
    const blocks: Block[] = [
      { kind: 'heading', text: evil },
      { kind: 'text', markdown: `${evil} ![pixel](https://evil.test/p.gif) [x](JaVaScRiPt:alert(1))` },
      { kind: 'note', markdown: evil },
      { kind: 'code', text: evil },
      { kind: 'fields', items: [{ label: evil, value: evil }] },
      { kind: 'table', head: [evil], rows: [[evil]] },
      { kind: 'progress', label: evil, done: 1, total: 2 },
      { kind: 'file', name: evil, mediaType: `text/html\r\nX-Evil: 1`, text: evil },
    ]
    const { html, files, subject } = render({ text: evil, blocks })
    expect(checkHtml(html)).toEqual([])
    for (const link of readHtml(html).links) expect(link).toMatch(/^https:\/\//)
    expect(files).toMatchObject([{ mediaType: 'text/plain' }])
    expect(files[0]?.name).not.toMatch(/[<>"/\\\r\n]/)
    expect(subject).not.toMatch(/[\r\n]/)
  })
  test('carries a file beside the page', () => {
    expect(render({ text: 'x', blocks: [SAMPLES.file] }).files).toEqual([
      { name: 'story.md', mediaType: 'text/markdown', text: 'Attached words' },
    ])
  })
  test('is called by the first line of its text, cut between characters', () => {
    expect(render({ text: '\n  One\ttwo  \nthree' }).subject).toBe('One two')
    expect(render({ text: '' }).subject).toBe('AutoDevHub')
    const { subject } = render({ text: '👩‍👩‍👧‍👦'.repeat(200) })
    expect(subject.length).toBeLessThanOrEqual(120)
    expect(subject.isWellFormed()).toBe(true)
  })
  test('that is too long becomes several, which are numbered', () => {
    const block: Block = { kind: 'text', markdown: 'word '.repeat(6_000) }
    const parts = split({ text: 'Long one', blocks: [block, block, block, block, block] })
    expect(parts.length).toBeGreaterThan(1)
    expect(parts[1]?.text).toBe(`Long one (2 of ${parts.length})`)
    for (const part of parts) expect(checkHtml(render(part).html)).toEqual([])
  })
})
