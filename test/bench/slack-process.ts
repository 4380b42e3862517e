import { startSlackFake } from '../fakes/slack/index.ts'
import { monotonicMs } from './clock.ts'

/** What has arrived at the fake Slack since the last `forget`. Replies are told apart by their text. */
export interface Arrivals {
  /** Messages, repeats included. */
  readonly total: number
  readonly different: number
  readonly lastAtMs: number
  /** Calls and answers other than a stored message. */
  readonly calls: Readonly<Record<string, number>>
}
export interface SlackReady {
  readonly env: Readonly<Record<'SLACK_SIGNING_SECRET' | 'SLACK_BOT_TOKEN' | 'SLACK_API_URL', string>>
}
export type ToSlack = { readonly ask: 'arrivals' } | { readonly ask: 'forget'; readonly tell: boolean }
export type FromSlack =
  | { readonly answer: 'arrivals'; readonly arrivals: Arrivals }
  | { readonly answer: 'forgotten' }
  | { readonly answer: 'arrived'; readonly text: string; readonly atMs: number }

let texts = new Set<string>()
let total = 0
let lastAtMs = 0
let tell = false
const fake = await startSlackFake({
  openWorld: true,
  record: 'count',
  onStored(message) {
    lastAtMs = monotonicMs()
    total += 1
    texts.add(message.text)
    if (tell) process.send?.({ answer: 'arrived', text: message.text, atMs: lastAtMs } satisfies FromSlack)
  },
})
process.on('message', (message: ToSlack) => {
  if (message.ask === 'forget') {
    texts = new Set()
    total = 0
    tell = message.tell
    fake.messages.length = 0
    fake.deliveries.clear()
    fake.counts.clear()
    process.send?.({ answer: 'forgotten' } satisfies FromSlack)
    return
  }
  const arrivals = { total, different: texts.size, lastAtMs, calls: Object.fromEntries(fake.counts) }
  process.send?.({ answer: 'arrivals', arrivals } satisfies FromSlack)
})
process.on('disconnect', () => process.exit(0))
process.send?.({ env: fake.env } satisfies SlackReady)
