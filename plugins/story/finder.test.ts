import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Directory, finder, type Message, type Place, type Role } from '#contract'
import type { Store } from '../../core/store/open.ts'
import { openTestStore, plainDraft, storyDesk } from '../../test/fakes/story-desk.ts'
import { createFinder } from './finder.ts'
import { createSearch } from './search/store.ts'
import { createStore } from './store.ts'

const workspace = 'test:T1'
const place: Place = { plugin: 'test', workspace, channel: 'C1', visibility: 'team' }
let store: Store
beforeAll(async () => {
  store = await openTestStore()
  const desk = storyDesk({ store, draftOffline: plainDraft })
  await desk.run('story Ada wants to pay with a saved card', { who: 'Ada' })
  await desk.run('story Ben wants invoices as PDF', { who: 'Ben' })
  await desk.run('story approve ST-2')
  // Written between Ada and the hub.
  await store.sql.query(
    `update hub.stories set place = '{"plugin":"test","workspace":"test:T1","channel":"D1","visibility":"private"}' where number = 1`,
  )
  for (let i = 0; i < 12; i++) await desk.run(`story Cid wants thing number ${i} of a kind`, { who: 'Cid' })
})
afterAll(() => store.close())

const withRole = (role: Role | null) => {
  const standing = async () => ({ role, from: 'default' as const, defaultRole: role })
  const [stories, search] = [createStore(store.db), createSearch(store.db)]
  return createFinder({ store: () => stories, search: () => search }, () => ({ standing }) as unknown as Directory)
}
const titles = async (words: string, who = 'Ben', at: Place = place, limit = 15) => {
  const found = await withRole('viewer').find({ workspace, who: { plugin: 'test', id: who }, place: at, words, limit })
  return found.map(({ title }) => title.split(' ')[0])
}
const text = (card: Message | undefined) => JSON.stringify(card)

describe('stories found while somebody types', () => {
  it('is a service of the plugin', () => {
    const { parts } = storyDesk({ store, draftOffline: plainDraft })
    expect(parts.provides?.map(({ service }) => service.name)).toContain(finder.name)
  })
  it('by words or state, newest first, no more than asked for', async () => {
    expect(await titles('invoices')).toEqual(['ST-2'])
    expect(await titles('approved')).toEqual(['ST-2'])
    expect(await titles('', 'Ben', place, 3)).toEqual(['ST-14', 'ST-13', 'ST-12'])
    expect(await titles('nothing like it')).toEqual([])
    // Too short for the index.
    expect(await titles('pd')).toEqual(['ST-2'])
    expect(await titles('%')).toEqual([])
    expect(await titles('pd invoices')).toEqual(['ST-2'])
    expect(await titles(`${'x'.repeat(5_000)}%_\\`)).toEqual([])
  })
  it('what was written in private is found by its author alone, and only in private', async () => {
    const direct: Place = { ...place, channel: 'D9', visibility: 'private' }
    expect(await titles('saved card', 'Ada', direct)).toEqual(['ST-1'])
    expect(await titles('saved card', 'Ben', direct)).toEqual([])
    expect(await titles('saved card', 'Ada')).toEqual([])
  })
  it('a card says the story; where more people read than it was written for, it says its title', async () => {
    const ask = (at: Place) =>
      withRole('viewer').find({ workspace, who: { plugin: 'test', id: 'Ben' }, place: at, words: 'invoices', limit: 5 })
    const [here] = await ask(place)
    expect(here?.note).toMatch(/^approved · v1 · \d{4}-\d\d-\d\d$/)
    expect(text(here?.card)).toContain('Case 1')
    const [outside] = await ask({ ...place, visibility: 'public' })
    expect(text(outside?.card)).not.toContain('Case 1')
    expect(text(outside?.card)).toContain('ST-2')
    // Nothing to press: a card that is put elsewhere belongs to no conversation of the hub.
    expect((here?.card.blocks ?? []).flatMap((block) => (block.kind === 'actions' ? block.items : []))).toEqual([])
  })
  it('many are a line each behind the first ones', async () => {
    const found = await withRole('viewer').find({
      workspace,
      who: { plugin: 'test', id: 'Ben' },
      place,
      words: 'thing number',
      limit: 25,
    })
    expect(found).toHaveLength(12)
    expect(found.filter(({ card }) => text(card).includes('Case 1'))).toHaveLength(10)
  })
  it('nobody without a role finds anything, and other workspaces are other workspaces', async () => {
    const asked = { workspace, who: { plugin: 'test', id: 'Eve' }, place, words: '', limit: 5 }
    await expect(withRole(null).find(asked)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const none = createFinder({ store: () => createStore(store.db), search: () => createSearch(store.db) }, () => null)
    await expect(none.find(asked)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await withRole('viewer').find({ ...asked, workspace: 'test:T2' })).toEqual([])
  })
})
