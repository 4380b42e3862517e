import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { defineCommand, definePlugin } from '#contract'
import { type Sender, type SlackFake, startSlackFake } from '../fakes/slack/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const HANGS = { times: 1 }
const hanging = definePlugin({
  manifest: { name: 'hanging', version: '1.0.0', summary: 'Hangs once', hub: '^1.0.0', config: z.object({}) },
  setup: () => ({
    commands: [
      defineCommand({
        name: 'hang',
        summary: 'Hang the first time, answer the second',
        args: z.object({}),
        examples: ['hang'],
        allow: 'member',
        sideEffects: 'none',
        async run(_args, { signal }) {
          if (HANGS.times-- > 0)
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
          return { text: 'Here is the answer' }
        },
      }),
    ],
  }),
})

let slack: SlackFake
let hub: TestHub
let ann: Sender
beforeAll(async () => {
  slack = await startSlackFake({ openWorld: true })
  hub = await startTestHub('embedded', slack.env, [hanging])
  ann = slack.to((request) => hub.fetch(new Request('http://hub.test/hooks/slack', request)))
})
afterAll(async () => {
  await hub?.close()
  await slack?.close()
})

it('tells the asker that the worker died, and posts the answer of the retry beside that notice', async () => {
  await ann.slash({ command: '/hang', text: '', channel: 'C1' })
  await expect.poll(() => hub.count('jobs', `state = 'running'`)).toBe(1)
  // Its last attempt, of a process that stopped: nobody renews the lease any more.
  const [job] = await hub.hub.store.sql.query<{ id: string }>(
    `update hub.jobs set attempts = max_attempts, fence = fence + 1, lease_until = statement_timestamp() - interval '1 second'
     where state = 'running' returning id`,
  )
  if (!job) throw new Error('no job runs')
  const [notice] = await slack.waitFor((all) => all.length > 0, { channel: 'C1' })
  expect(notice?.text).toContain('its worker stopped')

  const retried = await hub.fetch(
    new Request(`http://hub.test/api/v1/jobs/${job.id}/retry`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.apiToken}` },
    }),
  )
  expect(retried.status).toBe(200)
  const posts = await slack.waitFor((all) => all.length > 1, { channel: 'C1' })
  expect(posts.map(({ text }) => text)).toEqual([notice?.text, expect.stringContaining('Here is the answer')])
})
