import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineCommand, type Place } from '#contract'
import { createCatalog } from './catalog.ts'
import { continued } from './continued.ts'

const catalog = createCatalog([
  defineCommand({
    name: 'story show',
    summary: 'Show',
    args: z.object({ id: z.string() }),
    examples: ['story show ST-1'],
    allow: 'viewer',
    sideEffects: 'none',
    run: () => ({ text: 'shown' }),
  }),
])
const place: Place = { plugin: 'slack', workspace: 'slack:T1', channel: 'C1', thread: '17.1', visibility: 'team' }
const asked = (typed: string, over: { place?: Place | null; line?: string | null } = {}) =>
  continued({
    typed,
    place: over.place === undefined ? place : over.place,
    catalog,
    find: async () => (over.line === undefined ? 'story refine ST-7' : over.line),
  })

it.each([
  ['add a criterion for refunds', 'story refine ST-7 add a criterion for refunds'],
  ['  add a criterion\nfor refunds ', 'story refine ST-7 add a criterion\nfor refunds'],
  ['-- gift cards count too', 'story refine ST-7 -- -- gift cards count too'],
  ['--reopen it for me', 'story refine ST-7 -- --reopen it for me'],
  ['thanks', 'thanks'],
  ['looks good', 'looks good'],
  ['story show ST-1', 'story show ST-1'],
  ['/stroy show the list', '/stroy show the list'],
  ['stroy show the list', 'stroy show the list'],
])('%j in the thread of a story is %j', async (typed, meant) => {
  expect(await asked(typed)).toBe(meant)
})
it('means nothing outside a thread, and in one that the hub has posted nothing in', async () => {
  const { thread: _, ...channel } = place
  expect(await asked('add a criterion for refunds', { place: channel })).toBe('add a criterion for refunds')
  expect(await asked('add a criterion for refunds', { place: null })).toBe('add a criterion for refunds')
  expect(await asked('add a criterion for refunds', { line: null })).toBe('add a criterion for refunds')
})
