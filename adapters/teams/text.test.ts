import { expect, test } from 'vitest'
import { decodeEntities, htmlText, plainText } from './text.ts'

test.each([
  ['/story As a shopper', 'story As a shopper'],
  ['  story x  ', 'story x'],
  ['story &lt;b&gt; &amp;amp; &#39;x&#39; &#x1F600; &nbsp;y', "story <b> &amp; 'x' 😀  y"],
  ['ask <at>Bob Example</at> and <at id="1">Ann</at>', 'ask @Bob-Example and @Ann'],
  ['one<br>two<br />three', 'one\ntwo\nthree'],
  ['a < b and <b>bold</b>', 'a < b and <b>bold</b>'],
  ['', ''],
])('%j is %j', (given, said) => {
  expect(plainText(given)).toBe(said)
})
test('an entity is decoded once, and one that is none stays', () => {
  expect(decodeEntities('&amp;lt;at&amp;gt; &nosuch; &#0; &#xD800; &#1114112; & &;')).toBe(
    '&lt;at&gt; &nosuch;    & &;',
  )
})
test('a message action’s HTML is text with its lines', () => {
  const html =
    '<div><p>One <b>two</b></p><ul><li>three</li></ul><style>p{}</style><img src=x onerror=alert(1)></div>&lt;i&gt;'
  expect(htmlText(html)).toBe('One two\nthree\n\n<i>')
})
test('linear time', () => {
  for (const evil of ['<at>', '<', '&', '&#', '<br', '<script>', '&nbsp;']) {
    const text = evil.repeat(200_000 / evil.length)
    const started = performance.now()
    plainText(text)
    htmlText(text)
    expect(performance.now() - started, evil).toBeLessThan(2_000)
  }
})
