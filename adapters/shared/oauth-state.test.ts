import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createStates, STATE_MS } from './oauth-state.ts'

const kept = new Set<string>()
const kv = { add: async (key: string) => !kept.has(key) && kept.add(key).has(key) }
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= '

it('a state holds for ten minutes, to the millisecond', async () => {
  let atMs = 1_800_000_000_000
  const states = createStates('secret', kv, () => atMs)
  const [first, second] = [states.issue(), states.issue()]
  atMs += STATE_MS - 1
  expect(await states.spend(first.state, first.half)).toBeNull()
  atMs += 1
  expect(await states.spend(second.state, second.half)).toBe('expired')
})
it('of another client secret it is forged', async () => {
  const { state, half } = createStates('secret', kv).issue()
  expect(await createStates('another', kv).spend(state, half)).toBe('forged')
})
it('changed in any one place, of state or cookie, it is forged, and the right one still holds', async () => {
  const states = createStates('secret', kv)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(200),
      fc.constantFrom(...ALPHABET),
      fc.constantFrom('put', 'insert', 'drop'),
      async (n, c, how) => {
        const { state, half } = states.issue()
        const both = `${state}\n${half}`
        const at = n % both.length
        const [before, after] = [both.slice(0, at), both.slice(at + (how === 'insert' ? 0 : 1))]
        const changed = how === 'drop' ? before + after : before + c + after
        fc.pre(changed !== both && changed.split('\n').length === 2)
        const [otherState, otherHalf] = changed.split('\n')
        expect(await states.spend(otherState, otherHalf)).not.toBeNull()
        expect(await states.spend(state, half)).toBeNull()
        expect(await states.spend(state, half)).toBe('used')
      },
    ),
    { numRuns: 500 },
  )
})
it('no text that somebody makes up is one', async () => {
  const states = createStates('secret', kv)
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ maxLength: 60 }),
      async (state, half) => {
        expect(await states.spend(state, half)).not.toBeNull()
      },
    ),
    { numRuns: 500 },
  )
})
