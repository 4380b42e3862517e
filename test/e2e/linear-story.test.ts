import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineCommand, definePlugin } from '../../core/contract/index.ts'
import { type LinearFake, readComment, startLinearFake, type Target } from '../fakes/linear/index.ts'
import { isModeAvailable, MODES, startTestHub, type TestHub } from '../support/hub.ts'

const HOOK = 'http://hub.test/hooks/linear'
/** Work that takes until it is stopped, and what became of it. */
const dug: string[] = []
const digger = definePlugin({
  manifest: { name: 'dig', version: '1.0.0', summary: 'Takes its time', hub: '^1.0.0', config: z.object({}) },
  setup: () => ({
    commands: [
      defineCommand({
        name: 'dig',
        summary: 'Dig until told to stop',
        args: z.object({}),
        examples: ['dig'],
        allow: 'member',
        sideEffects: 'none',
        async run(_args, ctx) {
          dug.push('begun')
          await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))
          dug.push('aborted')
          return { text: 'Dug' }
        },
      }),
    ],
  }),
})

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`/story in a comment in Linear, on ${mode}`, () => {
    let linear: LinearFake
    let hub: TestHub
    const target: Target = (request) => hub.fetch(new Request(HOOK, request))
    beforeAll(async () => {
      linear = await startLinearFake()
      hub = await startTestHub(mode, linear.env, [digger])
    })
    afterAll(async () => {
      await hub?.close()
      await linear?.close()
    })
    const answers = (issueId: string) => linear.shown(issueId).filter(({ userId }) => userId === linear.state.hub.id)

    it('alone means the issue; it is read with a pair of eyes and answered once, in its thread', async () => {
      const issue = linear.people.create({
        title: 'Pay with a saved card',
        body: 'As a shopper I want to pay with a saved card.',
      })
      const { comment, status } = await linear.people.say(target, issue, { body: '/story' })
      expect(status).toBe(200)
      await linear.waitForComments((all) => all.some(({ body }) => body.includes('ST-1')))
      await linear.people.deliver(target, linear.people.commentEvent(comment, 'create', linear.state.ann))
      await hub.quiet()
      const [answer, ...others] = answers(issue.id)
      expect(others).toEqual([])
      expect(answer?.parentId).toBe(comment.id)
      const { words, mentions } = readComment(answer?.body ?? '')
      expect(words).toMatch(/pay with a saved card/i)
      expect(words).toContain('/story approve ST-1')
      expect(mentions).toEqual([])
      await expect.poll(() => linear.state.reactions.length).toBe(1)
      expect(linear.problems).toEqual([])
    })
    it('settles a comment whose answer was lost: it stands there once', async () => {
      const issue = linear.people.create({ title: 'Two' })
      linear.faults.add({ kind: 'cut', commit: true }, 1, /^SendComment$/)
      await linear.people.say(target, issue, { body: '/story list' })
      await linear.waitForComments((all) => all.some((one) => one.issueId === issue.id && one.parentId !== null))
      await hub.quiet(20_000)
      expect(answers(issue.id)).toHaveLength(1)
    }, 30_000)
    it('asks for what is missing, and hears the plain answer in its thread alone', async () => {
      const issue = linear.people.create({ title: 'Three' })
      const { comment } = await linear.people.say(target, issue, { body: '/story show' })
      await linear.waitForComments((all) =>
        all.some((one) => one.issueId === issue.id && /Question 1 of/.test(one.body)),
      )
      await hub.quiet()
      await linear.people.say(target, issue, { body: 'This is talk in another thread' })
      await linear.people.say(target, issue, { body: 'ST-1', parentId: comment.id })
      await linear.waitForComments((all) => all.some((one) => one.issueId === issue.id && /saved card/i.test(one.body)))
      await hub.quiet()
      expect(answers(issue.id)).toHaveLength(2)
    })
    it('answers what was said to it as an agent with a thought within ten seconds, and then a response', async () => {
      const issue = linear.people.create({ title: 'Refunds', body: 'As a shopper I want my money back.' })
      const began = Date.now()
      const { session, status } = await linear.people.openSession(target, issue, {})
      expect(status).toBe(200)
      const all = await linear.waitForActivities((seen) =>
        seen.some((one) => one.sessionId === session.id && one.content.type === 'response'),
      )
      const mine = all.filter((one) => one.sessionId === session.id)
      expect(mine[0]).toMatchObject({
        content: { type: 'thought', body: expect.stringContaining('ENG-') },
        ephemeral: true,
      })
      expect((mine[0]?.atMs ?? 0) - began).toBeLessThan(5_000)
      expect(readComment(mine.at(-1)?.content.body ?? '').words).toMatch(/money back/i)
      await hub.quiet()
      await linear.people.prompt(target, session, { body: 'add a criterion for partial refunds' })
      await linear.waitForActivities((seen) =>
        seen.some((one) => one.sessionId === session.id && /partial refunds/i.test(one.content.body)),
      )
      expect(linear.problems).toEqual([])
    })
    it('stops when told to, says so, and says nothing after it', async () => {
      const issue = linear.people.create({ title: 'Stopped' })
      const { session } = await linear.people.openSession(target, issue, { prompt: '@hub hub help' })
      await hub.quiet()
      await linear.people.prompt(target, session, { body: 'Stop', signal: 'stop' })
      const all = await linear.waitForActivities((seen) =>
        seen.some((one) => one.sessionId === session.id && /^Stopped/.test(one.content.body)),
      )
      expect(all.at(-1)?.content.type).toBe('response')
      await linear.people.prompt(target, session, { body: 'hub help' })
      const again = await linear.waitForActivities(
        (seen) => seen.at(-1)?.content.type === 'response' && seen.length > all.length,
      )
      expect(again.at(-1)?.sessionId).toBe(session.id)
    })
    it('ends the work that runs when told to stop, and what waits behind it, and does what is asked afterwards', async () => {
      dug.length = 0
      const issue = linear.people.create({ title: 'Deep' })
      const { session } = await linear.people.openSession(target, issue, { prompt: '@hub dig' })
      await expect.poll(() => dug, { timeout: 10_000 }).toEqual(['begun'])
      await linear.people.prompt(target, session, { body: 'hub help' })
      await linear.people.prompt(target, session, { body: 'Stop', signal: 'stop' })
      await expect.poll(() => dug, { timeout: 10_000 }).toEqual(['begun', 'aborted'])
      await hub.quiet()
      const said = () => linear.state.activities.filter((one) => one.sessionId === session.id)
      const responses = () => said().filter((one) => one.content.type === 'response')
      expect(responses().map((one) => one.content.body)).toEqual([expect.stringMatching(/^Stopped, as Ann asked/)])
      expect(await hub.count('jobs', `state = 'cancelled' and error = 'stopped by Ann'`)).toBeGreaterThanOrEqual(2)
      await linear.people.prompt(target, session, { body: 'hub help' })
      await hub.quiet()
      expect(responses()).toHaveLength(2)
    })
    it('quotes outside text without mentioning anybody', async () => {
      const issue = linear.people.create({ title: 'Five' })
      await linear.people.say(target, issue, {
        body: '/story As a user I want to ping @ann and https://linear.app/acme/profiles/bob <script>alert(1)</script>',
      })
      await linear.waitForComments((all) => all.some((one) => one.issueId === issue.id && /ST-\d/.test(one.body)))
      expect(readComment(answers(issue.id)[0]?.body ?? '').mentions).toEqual([])
    })
  })
