import { describe, expect, test } from 'vitest'
import { unmentioned } from './markdown.ts'

describe('Markdown of an engine', () => {
  test.each([
    ['Ask @octo/admins and @ann', 'Ask @\u200bocto/admins and @\u200bann'],
    ['mail ann@example.com', 'mail ann@\u200bexample.com'],
    ['`@octokit/rest` stays, ``a ` @b`` too', '`@octokit/rest` stays, ``a ` @b`` too'],
    ['```ts\nimport "@octokit/rest"\n```\n@ann', '```ts\nimport "@octokit/rest"\n```\n@\u200bann'],
    ['~~~\n@x\n~~~', '~~~\n@x\n~~~'],
    ['an open ` tick @ann', 'an open ` tick @\u200bann'],
    ['```\nnever closed @ann', '```\nnever closed @ann'],
    ['````\n```\n@x\n````\n@ann', '````\n```\n@x\n````\n@\u200bann'],
    [
      'see https://example.com/@ann/x and [it](https://a.test/@b)',
      'see https://example.com/@ann/x and [it](https://a.test/@b)',
    ],
    ['```a`b\n@ann', '```a`b\n@\u200bann'],
    ['1. x\n   ```\n   @a\n2. @ann', '1. x\n   ```\n   @\u200ba\n2. @\u200bann'],
    ['> ```\n@ann', '> ```\n@\u200bann'],
    ['<div>\n```\n\n@ann\n```', '<div>\n```\n\n@\u200bann\n```'],
    ['Fixes #12, closes octo/app#3', 'Fixes\u200b #12, closes\u200b octo/app#3'],
    ['resolved: https://github.com/octo/app/issues/1', 'resolved\u200b: https://github.com/octo/app/issues/1'],
    ['# Heading\n\n- a [link](b.md#c) fixes nothing', '# Heading\n\n- a [link](b.md#c) fixes nothing'],
  ])('%j', (given, shown) => expect(unmentioned(given)).toBe(shown))
  test('is read in time, whatever stands in it', () => {
    for (const one of ['`', '```\n', '~~~', '`a', '@', 'fix ', '`'.repeat(3), '[`'])
      expect(unmentioned(one.repeat(20_000)).length).toBeGreaterThan(0)
  }, 5_000)
})
