import { describe, expect, it } from 'vitest'
import { check, type EndRow } from './checker.ts'
import type { Entry } from './entries.ts'

let clock = 0
const attempt = (op: string, lane = 'l', order = ++clock): Entry => ({ kind: 'attempt', op, lane, order, atMs: clock })
const ack = (op: string): Entry => ({ kind: 'ack', op, atMs: ++clock, tookMs: 1, tries: 1 })
const refused = (op: string): Entry => ({ kind: 'refused', op, atMs: ++clock, statuses: [503] })
const arrival = (text: string, how: 'created' | 'edited' = 'created'): Entry => {
  return { kind: 'arrival', how, key: 'k', channel: 'C1', thread: '1', text, atMs: ++clock }
}
const row = (table: EndRow['table'], state: string, op: string | null = null): EndRow => ({
  table,
  id: 'r1',
  state,
  op,
})
const clean = [attempt('op-1'), ack('op-1'), arrival('op-1 hello')]

describe('the checker of the fault runs', () => {
  it('passes a clean history and counts it', () => {
    const { ok, sets, problems } = check(clean, [
      row('outbox', 'sent'),
      row('jobs', 'done'),
      row('inbox', 'dispatched'),
    ])
    expect(problems).toEqual([])
    expect(ok).toBe(true)
    expect(sets).toMatchObject({ attempted: 1, acknowledged: 1, arrived: 1, lost: [], duplicated: [], early: 0 })
  })
  it('finds what was acknowledged and never arrived', () => {
    const { ok, sets } = check([...clean, attempt('op-2'), ack('op-2')], [])
    expect(ok).toBe(false)
    expect(sets.lost).toEqual(['op-2'])
  })
  it('does not ask for what was never acknowledged', () => {
    const { ok, sets } = check([...clean, attempt('op-2'), refused('op-2')], [])
    expect(ok).toBe(true)
    expect(sets).toMatchObject({ refused: 1, lost: [] })
  })
  it('counts what arrived although it was not acknowledged as recovered', () => {
    const { ok, sets } = check([...clean, attempt('op-2'), refused('op-2'), arrival('op-2')], [])
    expect(ok).toBe(true)
    expect(sets.recovered).toEqual(['op-2'])
  })
  it('finds an op that arrived twice, in whatever places', () => {
    const { ok, sets } = check([...clean, arrival('op-1 hello')], [])
    expect(ok).toBe(false)
    expect(sets.duplicated).toEqual(['op-1 2 times'])
  })
  it('takes an edit for the same message', () => {
    expect(check([...clean, arrival('op-1 hello', 'edited')], []).ok).toBe(true)
  })
  it('finds posts nobody asked for', () => {
    expect(check([...clean, arrival('op-7')], []).sets.unexpected).toEqual(['op-7'])
    expect(check([...clean, arrival('surprise')], []).sets.unexpected).toEqual(['surprise'])
  })
  it('finds two of a lane in the wrong order, and lets lanes overtake each other', () => {
    const two = [attempt('op-1', 'a', 1), ack('op-1'), attempt('op-2', 'a', 2), ack('op-2')]
    expect(check([...two, arrival('op-2'), arrival('op-1')], []).sets.inversions).toEqual(['a: op-2 before op-1'])
    const apart = [attempt('op-1', 'a', 1), ack('op-1'), attempt('op-2', 'b', 1), ack('op-2')]
    expect(check([...apart, arrival('op-2'), arrival('op-1')], []).ok).toBe(true)
  })
  it('asks no order of what was not acknowledged', () => {
    const history = [attempt('op-1', 'a', 1), refused('op-1'), attempt('op-2', 'a', 2), ack('op-2')]
    expect(check([...history, arrival('op-2'), arrival('op-1')], []).sets.inversions).toEqual([])
  })
  it('finds rows that nothing will end', () => {
    const states = [row('inbox', 'new'), row('jobs', 'running'), row('outbox', 'unknown'), row('outbox', 'reconciling')]
    for (const one of states)
      expect(check(clean, [one]), one.state).toMatchObject({
        ok: false,
        sets: { unfinished: [`${one.table} r1 ${one.state}`] },
      })
    for (const one of [row('jobs', 'dead'), row('outbox', 'superseded')])
      expect(check(clean, [one]).ok, one.state).toBe(true)
  })
  const lost = (op: string): Entry => ({ kind: 'unanswered', op, atMs: ++clock })
  const decided = (op: string): Entry => ({ kind: 'held', op, outcome: 'sent', atMs: ++clock })
  const killed = (fault: string): Entry => ({ kind: 'fault', fault, detail: '', atMs: ++clock })
  it('takes a held send for a problem unless it is expected, has a lost answer behind it, and was decided', () => {
    const history = [...clean, attempt('op-2'), ack('op-2'), lost('op-2'), arrival('op-2'), decided('op-2')]
    expect(check(history, [])).toMatchObject({ ok: false, problems: ['1 held: op-2'] })
    expect(check(history, [], { holds: 'some' })).toMatchObject({ ok: true, sets: { held: ['op-2'], unexplained: [] } })
    expect(check(history, [row('outbox', 'held', 'op-2')], { holds: 'some' }).problems).toEqual([
      '1 held and undecided: op-2',
    ])
  })
  it('wants a held send explained: by its own lost answer, or by a fault that took answers along while it was under way', () => {
    const held = [attempt('op-2'), ack('op-2'), arrival('op-2'), decided('op-2')]
    const problem = { ok: false, problems: ['1 held without a lost answer: op-2'] }
    expect(check([...clean, ...held], [], { holds: 'each' })).toMatchObject(problem)
    const early = [killed('worker died'), attempt('op-2'), ack('op-2'), arrival('op-2'), decided('op-2')]
    expect(check([...clean, ...early], [], { holds: 'each' })).toMatchObject(problem)
    const meanwhile = (fault: string) => [attempt('op-2'), killed(fault), ack('op-2'), arrival('op-2'), decided('op-2')]
    expect(check([...clean, ...meanwhile('worker died')], [], { holds: 'each' }).ok).toBe(true)
    const harmless = meanwhile('web died')
    expect(check([...clean, ...harmless], [], { holds: 'each' })).toMatchObject(problem)
  })
  it('finds what was sent as if its answer had been read, at a platform that cannot be asked', () => {
    const history = [...clean, attempt('op-2'), ack('op-2'), lost('op-2'), arrival('op-2')]
    expect(check(history, [], { holds: 'each' }).problems).toEqual(['1 sent although nobody knew: op-2'])
    expect(check(history, [], { holds: 'some' }).ok).toBe(true)
  })
  it('takes a notice of failure for an answer only where it is expected', () => {
    const history = [...clean, attempt('op-2'), ack('op-2'), arrival('This did not work: op-2 is poison (job abc)')]
    expect(check(history, [])).toMatchObject({ ok: false, sets: { lost: ['op-2'], unexpected: ['op-2'] } })
    expect(check(history, [], { mayFail: (op) => op === 'op-2' })).toMatchObject({
      ok: true,
      sets: { failed: ['op-2'] },
    })
  })
  it('finds calls before the end of a wait', () => {
    const entry: Entry = { kind: 'early', method: 'chat.postMessage', earlyByMs: 5, atMs: 1 }
    expect(check([...clean, entry], []).ok).toBe(false)
  })
  it('does not pass a run in which nothing happened', () => {
    expect(check([], []).problems).toEqual(['nothing was attempted', 'nothing arrived'])
  })
})
