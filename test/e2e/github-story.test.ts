import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitHubFake, REPO, readComment, startGitHubFake } from '../fakes/github/index.ts'
import { isModeAvailable, MODES, startTestHub, type TestHub } from '../support/hub.ts'

const HOOK = 'http://hub.test/hooks/github'

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`/story in a comment on GitHub, on ${mode}`, () => {
    let github: GitHubFake
    let hub: TestHub
    const target: Parameters<GitHubFake['say']>[0] = (request) => hub.fetch(new Request(HOOK, request))
    beforeAll(async () => {
      github = await startGitHubFake()
      hub = await startTestHub(mode, github.env)
    })
    afterAll(async () => {
      await hub?.close()
      await github?.close()
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
