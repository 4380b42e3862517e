import { expect, test } from 'vitest'
import type { Answer } from './client.ts'
import { createThreads } from './threads.ts'

const place = {
  plugin: 'slack',
  workspace: 'slack:T1',
  channel: 'C1',
  thread: '1700000000.000100',
  visibility: 'team',
} as const
const signal = new AbortController().signal

/** Pages as Slack hands them out. */
function paged(...pages: readonly (readonly object[])[]) {
  const asked: unknown[] = []
  return {
    asked,
    async call(method: string, args: object): Promise<Answer> {
      asked.push([method, args])
      const at = asked.length
      const cursor = at < pages.length ? `page${at}` : ''
      return {
        ok: true,
        scopes: [],
        messages: pages[at - 1] ?? [],
        response_metadata: { next_cursor: cursor },
      } as never
    },
  }
}

test('a thread is read to its end, people told apart without their names, bots and notices left out', async () => {
  const client = paged(
    [
      { ts: '1700000000.000100', user: 'U1', text: 'Redis &amp; <https://x.test|docs> fail' },
      { ts: '1700000001.000100', bot_id: 'B1', text: 'an answer' },
    ],
    [
      { ts: '1700000002.000100', user: 'U2', text: 'Decision: PostgreSQL', subtype: 'thread_broadcast' },
      { ts: '1700000003.000100', user: 'U3', text: 'joined', subtype: 'channel_join' },
    ],
  )
  expect(await createThreads(client).read(place, signal)).toEqual([
    {
      id: '1700000000.000100',
      author: 'Person 1',
      text: 'Redis & docs (https://x.test) fail',
      atMs: 1_700_000_000_000,
      url: null,
    },
    {
      id: '1700000002.000100',
      author: 'Person 2',
      text: 'Decision: PostgreSQL',
      atMs: 1_700_000_002_000,
      url: null,
    },
  ])
  expect(client.asked).toEqual([
    ['conversations.replies', { channel: 'C1', ts: place.thread, limit: 200 }],
    ['conversations.replies', { channel: 'C1', ts: place.thread, limit: 200, cursor: 'page1' }],
  ])
})
test('a channel is no thread', async () => {
  const { thread: _, ...channel } = place
  expect(await createThreads(paged()).read(channel, signal)).toEqual([])
})
