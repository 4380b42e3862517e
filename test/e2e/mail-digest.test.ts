import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from '#contract'
import { type ImapFake, startImapFake } from '../fakes/mail/imap.ts'
import { type MailFake, readHtml, startMailFake } from '../fakes/mail/index.ts'
import { complaint, gmail, postfix } from '../fakes/mail/reports.ts'
import { type FakeMessage, type Sender, type SlackFake, startSlackFake } from '../fakes/slack/index.ts'
import { TEAM } from '../fakes/slack/state.ts'
import { isModeAvailable, MODES, startTestHub, type TestHub } from '../support/hub.ts'

const WORKSPACE = `slack:${TEAM}`
const BOB = 'bob@mail.test'
const slot = defineEvent('schedule.digest.due', z.object({ startMs: z.number() }))

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`a digest by mail, on ${mode}`, () => {
    let slack: SlackFake
    let mail: MailFake
    let imap: ImapFake
    let hub: TestHub
    let people: Sender
    let slots = 0
    beforeAll(async () => {
      ;[slack, mail, imap] = await Promise.all([startSlackFake({ openWorld: true }), startMailFake(), startImapFake()])
      const HUB_PUBLIC_URL = 'https://hub.example.com'
      hub = await startTestHub(mode, { ...slack.env, ...mail.env, IMAP_URL: imap.url, HUB_PUBLIC_URL })
      people = slack.to((request) => hub.fetch(new Request('http://hub.test/hooks/slack', request)))
    })
    afterAll(async () => {
      await hub?.close()
      await Promise.all([slack?.close(), mail?.close(), imap?.close()])
    })
    const type = (text: string, channel = 'C1', user = 'U0ANN0001') =>
      people.slash({ command: '/digest', text, channel, user })
    /** As the clock of the hub does, at a time of the test's choosing. */
    const tick = () =>
      hub.hub.entry.publish(
        'digest',
        slot,
        { startMs: Date.now() },
        { workspace: 'hub:home', deliveryId: `slot-${++slots}` },
      )
    const row = async (recipient: string) => {
      const [found] = await hub.hub.store.sql.query<{ state: string; stopped: string | null; due: string | null }>(
        `select state, stopped, due_at::text as due from hub.digest_subscriptions where recipient = $1`,
        [recipient],
      )
      return found
    }
    /** The hour was a minute ago, and what the hub was told by now it was told before that. */
    const hourCame = async (recipient: string) => {
      await hub.hub.store.sql.query(
        `update hub.deployments set end_recorded_at = date_trunc('milliseconds', now() - interval '5 minutes')
         where end_recorded_at > now() - interval '2 minutes'`,
      )
      await hub.hub.store.sql.query(
        `update hub.digest_subscriptions set due_at = now() - interval '1 minute', covered_until = now() - interval '1 day' where recipient = $1`,
        [recipient],
      )
    }
    const report = async (body: object) => {
      const answer = await hub.fetch(
        new Request('http://hub.test/api/v1/deployments', {
          method: 'POST',
          headers: { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' },
          body: JSON.stringify({ workspace: WORKSPACE, service: 'checkout', environment: 'production', ...body }),
        }),
      )
      expect(answer.status).toBe(202)
    }
    /** The code that this mails to an address. */
    const codeFor = async (address: string, line: string) => {
      const before = mail.mails.length
      await type(line, 'C1', 'U0BOB0001')
      const codes = () => mail.mails.slice(before).filter(({ to }) => to[0] === address)
      await mail.waitFor(() => codes().length > 0)
      return /Your code: (\w+)/.exec(codes()[0]?.parsed.subject ?? '')?.[1] ?? ''
    }
    const digests = () => mail.mails.filter(({ parsed }) => parsed.subject?.includes('Deployments'))

    it('of an address that Slack vouches for begins at once', async () => {
      await type('subscribe daily at 08:00 zone Europe/Vienna')
      await expect.poll(() => row('mail:ann@example.com'), { timeout: 10_000 }).toMatchObject({ state: 'active' })
      expect(mail.mails).toEqual([])
    })
    it('of another address begins with the code that was mailed to it', async () => {
      await type(`subscribe --to ${BOB}`, 'C1', 'U0BOB0001')
      const [letter] = await mail.waitFor((all) => all.length === 1)
      expect(letter?.to).toEqual([BOB])
      expect(letter?.header('list-unsubscribe')).toBeUndefined()
      const [, code = ''] = /Your code: (\w+)/.exec(letter?.parsed.subject ?? '') ?? []
      await type(`confirm ${code}`, 'C1', 'U0BOB0001')
      await expect.poll(() => row(`mail:${BOB}`)).toMatchObject({ state: 'active' })
    })
    it('tells at the hour what was deployed, once although the clock fires three times', async () => {
      await report({
        deploymentId: '1',
        state: 'succeeded',
        ref: 'v1.4.2',
        by: 'Ann',
        at: new Date(Date.now() - 7_200_000).toISOString(),
      })
      await report({
        deploymentId: '2',
        state: 'failed',
        service: 'search',
        description: 'smoke test answered 500 <script>alert(1)</script>',
        at: new Date(Date.now() - 3_600_000).toISOString(),
      })
      await hub.quiet()
      await hourCame('mail:ann@example.com')
      await Promise.all([tick(), tick()])
      await tick()
      await mail.waitFor(() => digests().length === 1)
      await hub.quiet()
      const [digest] = digests()
      expect(digests()).toHaveLength(1)
      expect(digest?.to).toEqual(['ann@example.com'])
      expect(digest?.parsed.subject).toMatch(/^1 failed, 1 went live · Deployments/)
      const { words } = readHtml(digest?.parsed.html ?? '')
      expect(words.indexOf('search → production')).toBeLessThan(words.indexOf('checkout → production'))
      expect(words).toContain('smoke test answered 500 <script>alert(1)</script>')
      expect(digest?.parsed.text).toContain('checkout · 1 of 1')
      expect(mail.problems).toEqual([])
    })
    it('is not ended by whoever opens its link, and is by the one click', async () => {
      const [digest] = digests()
      const [, url = ''] = /^<(.+)>$/.exec(digest?.header('list-unsubscribe') ?? '') ?? []
      const at = url.replace('https://hub.example.com', 'http://hub.test')
      for (const method of ['GET', 'HEAD']) expect((await hub.fetch(new Request(at, { method }))).status).toBe(200)
      expect((await hub.fetch(new Request(at, { method: 'POST', body: '' }))).status).toBe(400)
      await hub.quiet()
      expect(await row('mail:ann@example.com')).toMatchObject({ state: 'active' })
      const click = () =>
        hub.fetch(new Request(at, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) }))
      expect((await click()).status).toBe(200)
      expect((await click()).status).toBe(200)
      await expect.poll(() => row('mail:ann@example.com')).toMatchObject({ state: 'stopped', due: null })
      await tick()
      await hub.quiet()
      expect(digests()).toHaveLength(1)
    })
    it('to a mailbox that is gone ends, and says why', async () => {
      mail.unknown.add(BOB)
      await hourCame(`mail:${BOB}`)
      await tick()
      await expect
        .poll(() => row(`mail:${BOB}`))
        .toMatchObject({ state: 'stopped', stopped: expect.stringMatching(/No such mailbox/) })
      expect(await hub.count('outbox', `state = 'dead' and error like '%takes no mail%'`)).toBe(1)
    })
    it('goes to a channel as well', async () => {
      await type('subscribe weekly on friday --to here', 'C5')
      await expect.poll(() => row(`slack|${WORKSPACE}|C5`)).toMatchObject({ state: 'active' })
      await hourCame(`slack|${WORKSPACE}|C5`)
      await tick()
      const shown = await slack.waitFor((all) => all.some((m) => m.text.includes('Deployments')), { channel: 'C5' })
      expect(JSON.stringify(shown)).toContain('checkout → production')
      expect(slack.problems).toEqual([])
    })
    it('that comes back, or is reported as unwanted, is the last one to that reader; nobody can pretend so', async () => {
      const [cleo, dora, erin] = ['cleo@mail.test', 'dora@mail.test', 'erin@mail.test']
      const everybody = [cleo, dora, erin]
      for (const address of everybody) {
        const code = await codeFor(address, `subscribe --to ${address}`)
        await type(`confirm ${code}`, 'C1', 'U0BOB0001')
        await expect.poll(() => row(`mail:${address}`)).toMatchObject({ state: 'active' })
        await hourCame(`mail:${address}`)
      }
      await tick()
      const sent = (address: string) => digests().filter(({ to }) => to[0] === address)
      await mail.waitFor(() => everybody.every((address) => sent(address).length === 1))
      const original = (address: string) => sent(address)[0]?.raw ?? ''
      // Somebody who has seen Cleo's mail, and knows the Message-ID of Erin's, wants Erin's to end.
      const stolen = original(cleo).replaceAll(cleo, erin)
      imap.arrive(postfix({ to: erin, original: stolen }))
      imap.arrive(complaint({ to: erin, original: original(erin).replace(/^X-AutoDevHub: .*\r\n/im, '') }))
      imap.arrive(gmail({ to: cleo, original: original(cleo) }))
      imap.arrive(gmail({ to: cleo, original: original(cleo) }))
      imap.arrive(complaint({ to: dora, original: original(dora) }))
      await expect
        .poll(() => row(`mail:${cleo}`))
        .toMatchObject({ state: 'stopped', stopped: expect.stringMatching(/^mail comes back: 550/) })
      await expect
        .poll(() => row(`mail:${dora}`))
        .toMatchObject({ state: 'stopped', stopped: expect.stringContaining('reported as unwanted') })
      await expect
        .poll(() => imap.folder().map(({ flags }) => flags))
        .toEqual([[], [], ['\\Seen'], ['\\Seen'], ['\\Seen']])
      expect(await row(`mail:${erin}`)).toMatchObject({ state: 'active' })
      await expect.poll(() => hub.count('audit', `action = 'mail stopped'`)).toBe(2)
      const aboutThem = (all: readonly FakeMessage[]) =>
        all.filter(({ text }) => /(?:cleo|dora)@.* have stopped/.test(text))
      const words = aboutThem(await slack.waitFor((all) => aboutThem(all).length >= 2, { channel: 'C1' }))
      expect(words.map(({ only }) => only)).toEqual(['U0BOB0001', 'U0BOB0001'])
      expect(JSON.stringify(words)).toContain(`digest subscribe --to ${cleo} --again`)
      await hourCame(`mail:${erin}`)
      await tick()
      await mail.waitFor(() => sent(erin).length === 2)
      await hub.quiet()
      expect(everybody.map((address) => sent(address).length)).toEqual([1, 1, 2])
    })
    it('is had again by the code alone, asked for in so many words', async () => {
      await type('subscribe --to cleo@mail.test', 'C7', 'U0BOB0001')
      await slack.waitFor((all) => all.some(({ text }) => /Nothing is sent to cleo@mail\.test since/.test(text)))
      expect(await row('mail:cleo@mail.test')).toMatchObject({ state: 'stopped' })
      const code = await codeFor('cleo@mail.test', 'subscribe --to cleo@mail.test --again')
      await type(`confirm ${code}`, 'C1', 'U0BOB0001')
      await expect.poll(() => row('mail:cleo@mail.test')).toMatchObject({ state: 'active' })
      await hourCame('mail:cleo@mail.test')
      await tick()
      await mail.waitFor(() => digests().filter(({ to }) => to[0] === 'cleo@mail.test').length === 2)
      expect([mail.problems, slack.problems]).toEqual([[], []])
    })
    it('is shown before it is sent', async () => {
      await type('preview', 'C6')
      await slack.waitFor((all) => all.some((m) => /1 failed/.test(m.text)), { channel: 'C6' })
    })
  })
