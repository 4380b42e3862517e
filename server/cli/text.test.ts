import { expect, it } from 'vitest'
import type { Message } from '#contract'
import { messageText } from './text.ts'

const shown = (markdown: string) => messageText({ text: '', blocks: [{ kind: 'text', markdown }] }, false)

it.each([
  ['what was escaped for others', 'my\\_var\\_name, 2 \\* 3 and \\[x\\]', 'my_var_name, 2 * 3 and [x]'],
  ['a quote in italics', '_“a \\* b in the cart.”_', '“a * b in the cart.”'],
  ['stars that are no marks', 'price * quantity * 2 and 0 9 * * 1-5', 'price * quantity * 2 and 0 9 * * 1-5'],
  ['code as typed', 'at `*/5 * * * *`', 'at */5 * * * *'],
  ['bold and a link', '**ST-1** is [here](https://hub.test/1)', 'ST-1 is here (https://hub.test/1)'],
])('shows %s', (_what, markdown, text) => {
  expect(shown(markdown)).toBe(text)
})

it('prints commands that a shell takes as they stand', () => {
  const button = (run: string) => ({ kind: 'button', label: 'Yes', run }) as const
  const message: Message = {
    text: '',
    blocks: [
      { kind: 'actions', items: [button('story approve ST-1'), button(`docs issue octo/app What's the $(id) port?`)] },
    ],
  }
  expect(messageText(message, false)).toBe(
    `Yes: npm run hub -- story approve ST-1\nYes: npm run hub -- 'docs issue octo/app What'\\''s the $(id) port?'`,
  )
})
