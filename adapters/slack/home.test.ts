import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Delivery, Message } from '#contract'
import { anyMessage, SAMPLES } from '../../test/contract/messages.ts'
import { checkView, readMessage } from '../../test/fakes/slack/blocks.ts'
import { type SlackFake, startSlackFake } from '../../test/fakes/slack/index.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { homeCommand, homeOf, homePlace, homeView, readHome } from './home.ts'
import { createLifecycle } from './lifecycle.ts'
import { oneToken } from './tokens.ts'

const ann = { user: 'U0ANN0001', direct: 'D0ANN0001' }
const place = homePlace('T0000001', ann)

describe('the view of the Home tab', () => {
  it('stays inside Slack’s limits whatever is said, and mentions nobody', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const view = homeView(message, ann, place.workspace)
        expect(checkView(view)).toEqual([])
        expect(readMessage({ text: '', blocks: view.blocks }).mentions).toEqual([])
      }),
      { numRuns: 150 },
    )
  }, 60_000)
  it('says in lines what is a table elsewhere', () => {
    const view = homeView({ text: 'x', blocks: [SAMPLES.table] }, ann, place.workspace)
    expect(readMessage({ text: '', blocks: view.blocks }).words).toBe('*sierra* · tango\n*uniform* · victor')
  })
  it('has words where there are no blocks', () => {
    expect(checkView(homeView({ text: '' }, ann, place.workspace))).toEqual([])
    expect(JSON.stringify(homeView({ text: 'You may not <do> that' }, ann, place.workspace))).toContain(
      'You may not &lt;do&gt; that',
    )
  })
})

test('its place is read back, and no other place is one', () => {
  expect(homeOf(place)).toEqual(ann)
  for (const channel of ['C0GENERAL', 'home:', 'home:U1', 'home:x:D1', 'home:U1:C1', 'home:U1:D1:x', 'D0ANN0001'])
    expect(homeOf({ channel })).toBeNull()
})
test('what is pressed in it is answered where it was published', () => {
  const { private_metadata } = homeView({ text: 'x' }, ann, place.workspace)
  expect(readHome(private_metadata ?? '')).toEqual({ team: 'T0000001', direct: 'D0ANN0001' })
  expect(readHome('D0ANN0001')).toEqual({ team: null, direct: 'D0ANN0001' })
  for (const other of ['', 'slack:T1', 'slack:T1 C1']) expect(readHome(other)).toBeNull()
})
test('asks for help where no stories are', () => {
  expect(homeCommand({ check: () => [] })).toBe('story list --mine')
  expect(
    homeCommand({ check: (line) => (String(line).startsWith('story') ? [{ field: null, message: 'no' }] : []) }),
  ).toBe('hub help')
})

describe('sent there', () => {
  const signal = AbortSignal.timeout(30_000)
  const send = async (fake: SlackFake, message: Message, more: Partial<Delivery['to']> = {}) => {
    const channel = createChannel(createClient({ apiUrl: fake.apiUrl }, oneToken(fake.botToken)))
    const delivery: Delivery = { key: 'k', op: 'post', to: { ...place, ...more }, message }
    return { posted: await channel.deliver(delivery, signal), limits: channel.limits(delivery), channel, delivery }
  }
  test('progress and further parts show nothing; what cannot be known is sent again', async () => {
    const fake = await startSlackFake()
    const { posted, limits, channel, delivery } = await send(fake, { text: 'Hello' })
    expect(posted).toEqual({ ...place, message: 'home' })
    expect(limits.map(({ key }) => key)).toEqual(['slack:T0000001:views.publish'])
    expect(fake.homes.get('U0ANN0001')?.view).toMatchObject({ private_metadata: 'slack:T0000001 D0ANN0001' })
    await send(fake, { text: 'x', blocks: [SAMPLES.progress] })
    await send(fake, { text: 'Continued (2 of 2)' }, { thread: 'home' })
    expect(fake.counts.get('views.publish')).toBe(1)
    expect(await channel.find(delivery, 0, signal)).toBeNull()
    await fake.close()
  })
  test('a tab that is not turned on says which switch it is', async () => {
    const fake = await startSlackFake()
    fake.faults.add('views.publish', { kind: 'refuse', error: 'not_enabled' })
    await expect(send(fake, { text: 'Hello' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('Home Tab'),
    })
    await fake.close()
  })
})

test('with one token for one workspace a removal is logged, as nobody but the operator can cure it', async () => {
  const warned: object[] = []
  const log = { debug() {}, info() {}, warn: (fields: object) => void warned.push(fields), error() {} }
  const lifecycle = createLifecycle(null, log)
  const body = { team_id: 'T1', event_time: 1_800_000_000 }
  await lifecycle.uninstalled(body)
  await lifecycle.revoked(body, { tokens: { oauth: ['U1'] } })
  await lifecycle.revoked(body, { tokens: { bot: ['U1'] } })
  expect(warned).toEqual([{ id: 'T1' }, { id: 'T1' }])
  await expect(lifecycle.uninstalled({ team_id: 'T1' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
})
