import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitHubFake, REPO, readComment, startGitHubFake } from '../fakes/github/index.ts'
import { type SlackFake, startSlackFake } from '../fakes/slack/index.ts'
import { isModeAvailable, MODES, startTestHub, type TestHub } from '../support/hub.ts'

const HOOK = 'http://hub.test/hooks/github'

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`/story in a comment on GitHub, on ${mode}`, () => {
    let github: GitHubFake
    let slack: SlackFake
    let hub: TestHub
    const target: Parameters<GitHubFake['say']>[0] = (request) => hub.fetch(new Request(HOOK, request))
    beforeAll(async () => {
      ;[github, slack] = await Promise.all([startGitHubFake(), startSlackFake()])
      hub = await startTestHub(mode, { ...github.env, ...slack.env, HUB_LINK_EMAIL_DOMAINS: 'example.com' })
    })
    afterAll(async () => {
      await hub?.close()
      await Promise.all([github?.close(), slack?.close()])
    })

    it('is read with a pair of eyes and answered with one comment', async () => {
      const said = {
        body: '/story',
        title: 'Pay with a saved card',
        about: 'As a shopper I want to pay with a saved card.',
      }
      expect((await github.say(target, { ...said, deliveryId: 'e2e-delivery-0001' })).status).toBe(200)
      const [story] = await github.waitFor((all) => all.some((one) => one.body.includes('ST-1')))
      await github.say(target, { ...said, deliveryId: 'e2e-delivery-0001' })
      await hub.quiet()
      expect(github.shown(`${REPO}#7`).map((one) => one.body.slice(0, 60))).toHaveLength(1)
      expect(github.reactions).toEqual([expect.stringMatching(/issues\/comments\/\d+\/reactions eyes$/)])
      expect(github.problems).toEqual([])
      const { words, mentions } = readComment(story?.body ?? '')
      expect(words).toMatch(/pay with a saved card/i)
      expect(words).toContain('/story approve ST-1')
      expect(mentions).toEqual([])
    })
    it('settles a comment whose answer was lost by its mark: it stands there once', async () => {
      github.faults.add({ kind: 'cut', commit: true })
      await github.say(target, { body: '/story list', number: 8 })
      await github.waitFor((all) => all.some((one) => one.on === `${REPO}#8`))
      await expect.poll(() => hub.count('outbox', `state = 'sent'`), { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
      expect(github.shown(`${REPO}#8`)).toHaveLength(1)
    }, 30_000)
    it('says how a command is written instead of asking what a comment could not answer', async () => {
      await github.say(target, { body: '/story show', number: 10 })
      const all = await github.waitFor((every) => every.some((one) => one.on === `${REPO}#10`))
      const { words } = readComment(all.find((one) => one.on === `${REPO}#10`)?.body ?? '')
      expect(words).toContain('/story show <id>')
      expect(words).not.toMatch(/Question 1 of/)
    })
    it('keeps the code that links an account out of sight', async () => {
      await github.say(target, { body: '/hub link', number: 11 })
      const all = await github.waitFor((every) => every.some((one) => one.on === `${REPO}#11`))
      const { words } = readComment(all.find((one) => one.on === `${REPO}#11`)?.body ?? '')
      expect(words).toMatch(/for you alone/)
      expect(words).not.toMatch(/hub link [a-z2-9]{10,}/)
    })
    it('joins the account to the one in Slack with the same verified address, and says so there, once and in private', async () => {
      const ann = slack.to((request) => hub.fetch(new Request('http://hub.test/hooks/slack', request)))
      const comments = github.shown().length
      const whoami = async () => {
        await ann.slash({ command: '/hub', text: 'whoami' })
        await hub.quiet()
        return slack.shown('C0GENERAL').map(({ text }) => text)
      }
      await whoami()
      const [first = '', told = '', second = '', ...more] = await whoami()
      expect(more).toEqual([])
      expect(first).not.toContain('Linked')
      expect(told).toMatch(
        /^Your github account .*\(github:583231\) was joined to you by the verified address a…@example\.com\./,
      )
      expect(second).toMatch(
        /Linked: github:583231 in github:9919; linked by verified e-mail \(HUB_LINK_EMAIL_DOMAINS\)/,
      )
      expect(slack.shown('C0GENERAL').map(({ only }) => only)).toEqual(Array(3).fill('U0ANN0001'))
      const [message] = slack.shown('C0GENERAL').filter(({ text }) => text === told)
      if (!message) throw new Error('nothing was told')
      await ann.click(message, 0)
      await hub.quiet()
      expect(slack.shown('C0GENERAL').at(-1)?.text).toContain('github:583231 is not linked to you any more')
      expect((await whoami()).at(-1)).not.toContain('Linked')
      // Nothing of it stands where everybody reads.
      expect(github.shown()).toHaveLength(comments)
      expect(await hub.count('audit', `action in ('link', 'unlink')`)).toBe(4)
    })
    it('quotes outside text without mentioning or referring to anybody', async () => {
      await github.say(target, {
        body: '/story As a user I want to ping @octo/admins and @everyone about #1 and GH-2 <script>alert(1)</script>',
        number: 9,
      })
      const all = await github.waitFor((every) => every.some((one) => one.on === `${REPO}#9`))
      const body = all.find((one) => one.on === `${REPO}#9`)?.body ?? ''
      expect(readComment(body).mentions).toEqual([])
      expect(body).not.toMatch(/(?<!\\)<script/)
    })
  })
