import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readMrkdwn } from '../../test/fakes/slack/blocks.ts'
import { shorten } from '../shared/cut.ts'
import { escapeText, toMrkdwn } from './mrkdwn.ts'
import { decodeText, stripMention } from './text.ts'

describe('decodeText', () => {
  const cases: [string, string][] = [
    ['a &lt; b &amp;&amp; c &gt; d', 'a < b && c > d'],
    ['&amp;lt;', '&lt;'],
    ['ask <@U1|ann> and <@U2>', 'ask @ann and @U2'],
    ['in <#C1|general> or <#C2>', 'in #general or #C2'],
    ['<!channel> <!here|here> <!subteam^S1|@team> <!subteam^S2>', '@channel here @team @subteam'],
    ['<https://x.test/a?b=1&amp;c=2>', 'https://x.test/a?b=1&c=2'],
    ['<https://x.test|x.test>', 'https://x.test'],
    ['<https://x.test|the page>', 'the page (https://x.test)'],
    ['<mailto:a@b.test|a@b.test>', 'a@b.test'],
    ['line one\nline two', 'line one\nline two'],
  ]
  for (const [given, plain] of cases) test(given, () => expect(decodeText(given)).toBe(plain))

  test('gives back any text that Slack escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sent = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
        expect(decodeText(sent)).toBe(text)
      }),
    )
  })
})
describe('stripMention', () => {
  test('takes the words said to the bot', () => {
    expect(stripMention('<@U0BOT> story text', ['U0BOT'])).toBe('story text')
    expect(stripMention('<@U0BOT|hub>: /story text', ['U0BOT'])).toBe('story text')
    expect(stripMention('hey <@U0BOT>, story a\nb', ['U0BOT'])).toBe('story a\nb')
    expect(stripMention('story for me <@U0BOT>', ['U0BOT'])).toBe('story for me')
    expect(stripMention('<@U0BOT>', ['U0BOT'])).toBe('')
    expect(stripMention('story list', [])).toBe('story list')
  })
  test('keeps other people', () => {
    expect(stripMention('<@U0BOT> story <@U2|bob> pays', ['U0BOT'])).toBe('story @bob pays')
    expect(stripMention('<@U2|bob> help', ['U0BOT'])).toBe('@bob help')
  })
})
describe('toMrkdwn', () => {
  const cases: [string, string][] = [
    ['**bold** and *italic* and _also_', '*bold* and _italic_ and _also_'],
    ['~~gone~~ `a < b`', '~gone~ `a &lt; b`'],
    ['- one\n- two\n1. three', '• one\n• two\n1. three'],
    ['> said', '> said'],
    ['## Title', '*Title*'],
    ['[page](https://x.test/a?b=1&c=2)', '<https://x.test/a?b=1&amp;c=2|page>'],
    ['[a|b](https://x.test/a|b)', '<https://x.test/a%7Cb|a|b>'],
    ['[click](javascript:alert)', 'click (javascript:alert)'],
    ['[https://good.test](https://evil.test)', 'https://good.test (<https://evil.test/|evil.test>)'],
    ['[me](https://user@evil.test)', 'me (https://user@evil.test)'],
    ['<https://evil.test|good>', '&lt;https://evil.test|good&gt;'],
    ['snake_case_name 2*3*4', 'snake_case_name 2_3_4'],
    ['\\*not italic\\*', '*not italic*'],
    ['```js\nif (a < b) {}\n```', '```\nif (a &lt; b) {}\n```'],
    ['```\nnever closed', '```\nnever closed\n```'],
    ['a ``` b', 'a `\u200b`\u200b` b'],
    ['safe\u202Eevil', 'safeevil'],
  ]
  for (const [given, sent] of cases) test(given, () => expect(toMrkdwn(given)).toBe(sent))

  test('no text can mention or link by itself', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            '<',
            '>',
            '!',
            '@',
            'U1',
            'channel',
            '|',
            '`',
            '*',
            '_',
            '&',
            'lt;',
            ' ',
            '\n',
            'https://e.test',
          ),
        }),
        (text) => {
          expect(readMrkdwn(toMrkdwn(text))).toMatchObject({ mentions: [], links: [] })
          expect(readMrkdwn(escapeText(text))).toMatchObject({ mentions: [], links: [] })
        },
      ),
      { numRuns: 500 },
    )
  })
  test('takes time in proportion to the text', () => {
    for (const piece of ['*', '_', '`', '[', '**a', '~~', '[a](', '\\', '<', '[x](https://', '*_']) {
      const started = performance.now()
      toMrkdwn(piece.repeat(50_000 / piece.length))
      expect(performance.now() - started, piece).toBeLessThan(1_000)
    }
  })
})
test('shorten never cuts a character in two', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 8, max: 40 }), (text, max) => {
      const short = shorten(text, max)
      expect(short.length).toBeLessThanOrEqual(max)
      expect(short.isWellFormed()).toBe(text.isWellFormed())
    }),
  )
})
