import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Command, type Context, defineCommand, type Message, type Place, type Visibility } from '#contract'
import { contextOf, createDesk, createGrants, personOf } from '../../test/dispatch/run-fixture.ts'
import { newAudience } from './audience.ts'
import { createCatalog } from './catalog.ts'
import { createSigner } from './confirm.ts'
import { runCommand } from './run.ts'

const place = (channel: string, visibility: Visibility): Place => ({
  plugin: 'acme',
  workspace: 'acme:W1',
  channel,
  visibility,
})
const dm = place('D1', 'private')
const general = place('C1', 'team')
const ann = personOf('member', 'ANN')
const ben = personOf('member', 'BEN')
const author = { key: 'acme:ANN', name: '*Ann*' }

describe('who would newly read it', () => {
  test.each<[string, Place | null, Place | null, string | null]>([
    ['a private text in a channel', dm, general, 'everybody in this channel'],
    ['a private text in another private place', dm, place('D2', 'private'), 'everybody in this private conversation'],
    ['a private text in a public place', dm, place('C9', 'public'), 'outside your organisation'],
    ['a text of the team in a public place', general, place('C9', 'public'), 'outside your organisation'],
    ['a private text that leaves the hub', dm, null, 'everybody who can see it there'],
    ['a text of the team that leaves the hub', general, null, 'everybody who can see it there'],
    ['the same place', dm, { ...dm, thread: 'T1' }, null],
    ['another channel of the team', general, place('C2', 'team'), null],
    ['a narrower place', general, dm, null],
    ['a source nobody noted', null, general, null],
  ])('%s', (_what, source, to, who) => {
    const audience = newAudience(source, to)
    if (who === null) expect(audience).toBeNull()
    else expect(audience?.who).toContain(who)
  })
  test('a visibility that this version does not know is the widest', () => {
    const newer = { ...general, visibility: 'galaxy' as Visibility }
    expect(newAudience(dm, newer)?.who).toContain('outside your organisation')
    expect(newAudience(newer, general)).toBeNull()
  })
})

function setUp(extra: Partial<Command> = {}) {
  const ran: string[] = []
  const show: Command = {
    ...defineCommand({
      name: 'show',
      summary: 'Show',
      args: z.object({ id: z.string() }),
      examples: ['show N-1'],
      allow: 'member',
      sideEffects: 'none',
      source: ({ id }) => (id === 'N-1' ? { what: id, place: dm, author } : null),
      run: ({ id }) => {
        ran.push(id)
        return { text: `the secret of ${id}` }
      },
    }),
    ...extra,
  }
  const catalog = createCatalog([show])
  return { desk: createDesk(catalog), catalog, ran }
}
const runOf = (message: Message): string => {
  const action = (message.blocks ?? []).flatMap((b) => (b.kind === 'actions' ? b.items : []))[0]
  return action && 'run' in action ? action.run : ''
}

describe('what was written in private', () => {
  test('is shown where it was written, without a question', async () => {
    const { desk } = setUp()
    expect((await desk.say('show N-1', { as: ben, place: dm })).message.text).toBe('the secret of N-1')
  })
  test('its author is asked first elsewhere, with the readers named, and nothing of it is said', async () => {
    const { desk, ran } = setUp()
    const { message } = await desk.say('show N-1', { as: ann, place: general })
    expect(ran).toEqual([])
    expect(message.only).toEqual(ann.account)
    expect(message.text).toMatch(/N-1 was written in a private conversation.*everybody in this channel/)
    expect(JSON.stringify(message)).not.toContain('secret')
    const shown = await desk.say(runOf(message), { as: ann, place: general })
    expect(shown.message).toEqual({ text: 'the secret of N-1' })
    expect(shown.audited).toEqual([['show', 'N-1', { command: 'show', audience: expect.any(String) }]])
  })
  test('once agreed, those readers may work with it there, and others still may not', async () => {
    const { desk } = setUp()
    const { message } = await desk.say('show N-1', { as: ann, place: general })
    await desk.say(runOf(message), { as: ann, place: general })
    expect((await desk.say('show N-1', { as: ben, place: general })).message.text).toBe('the secret of N-1')
    const elsewhere = await desk.say('show N-1', { as: ben, place: place('C2', 'team') })
    expect(elsewhere.message.text).not.toContain('secret')
  })
  test('nobody but its author can have it shown, and the try is on record', async () => {
    const { desk, ran } = setUp()
    const { message } = await desk.say('show N-1', { as: ben, place: general })
    expect(ran).toEqual([])
    expect(message).toMatchObject({ only: ben.account, text: expect.stringContaining('Only Ann can show it') })
    expect(desk.entries).toMatchObject([{ action: 'show', subject: 'N-1', outcome: 'denied', actor: 'acme:BEN' }])
  })
  test('the agreement for one channel opens no other one, whoever copies the line', async () => {
    const { desk, ran } = setUp()
    const { message } = await desk.say('show N-1', { as: ann, place: general })
    const copied = await desk.say(runOf(message), { as: ann, place: place('C2', 'team') })
    expect(copied.message.text).toContain('not valid')
    await desk.say(runOf(message), { as: ben, place: general })
    expect(ran).toEqual([])
  })
  test('leaving the hub is asked about each time', async () => {
    const { desk, ran } = setUp({ sideEffects: 'outside' })
    for (let n = 1; n <= 2; n++) {
      const { message } = await desk.say('show N-1', { as: ann, place: dm })
      expect(message.text).toContain('everybody who can see it there')
      await desk.say(runOf(message), { as: ann, place: dm })
      expect(ran).toHaveLength(n)
    }
  })
  test('is not sent to a wider place behind the asker’s back', async () => {
    const sent: Place[] = []
    const send: Context['send'] = vi.fn(async (_name, to) => void sent.push(to))
    const sending = (to: Place, only?: typeof ann.account) => {
      const { catalog } = setUp({
        run: async (_args, ctx) => {
          await ctx.send('copy', to, { text: 'the secret', ...(only ? { only } : {}) })
          return { text: 'sent' }
        },
      })
      const { ctx } = contextOf(ann, 'job-1', 'acme:W1', dm)
      const { grants } = createGrants()
      const signConfirm = createSigner('a secret of this test', 'confirm')
      return runCommand({
        catalog,
        call: { input: 'show N-1' },
        person: ann,
        ctx: { ...ctx, send },
        grants,
        signConfirm,
        receivedAtMs: 0,
      })
    }
    await expect(sending(general)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(sent).toEqual([])
    await sending(dm)
    await sending(general, ann.account)
    expect(sent).toEqual([dm, general])
  })
})
