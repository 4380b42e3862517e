import { describe, expect, it } from 'vitest'
import { begunRun } from '../../../test/fakes/workflow-run.ts'
import { definitionSchema } from '../definition/schema.ts'
import { observe } from '../plan/settle.ts'
import { createAdvance } from './advance.ts'
import { type Change, type Changed, changedBy, changeOf, unchanged } from './apply.ts'
import { createRecent } from './recent.ts'
import type { Snapshot } from './run.ts'

const WORKSPACE = 'chat:T1'
const definition = definitionSchema.parse({
  name: 'fan',
  steps: {
    each: { forEach: '[1, 2, 3, 4]', concurrency: 4, task: 'robot.do' },
    last: { needs: ['each'], task: 'robot.do' },
  },
})
const begun = begunRun(definition, 'r1', 'WF-1')
const { run } = begun
const ITEMS = ['each[0]', 'each[1]', 'each[2]', 'each[3]']

/** One run in memory, stored by revision as the database does it. */
function desk(over: { readonly refuse?: (tries: number) => 'held' | Error | null } = {}) {
  let stored = begun
  let tries = 0
  const writes: Change[][] = []
  const held: number[] = []
  const write = (change: Change): Changed => {
    const changed = changedBy(change, stored.run.revision + 1)
    stored = changed.snapshot
    return changed
  }
  const recent = createRecent()
  recent.keep(stored)
  const advance = createAdvance({
    recent,
    load: async () => stored,
    async store(changes, looked) {
      const refused = over.refuse?.(++tries)
      if (refused instanceof Error) throw refused
      writes.push([...changes])
      const isNow = ({ revision }: Snapshot['run']) => refused !== 'held' && revision === stored.run.revision
      const same = looked.filter((one) => isNow(one.run)).map((one) => [one.run.id, one.run.revision] as const)
      const [change] = changes.filter(({ before }) => isNow(before.run))
      return new Map(change ? [...same, [run.id, write(change).snapshot.run.revision]] : same)
    },
    async change(_workspace, _run, _by, alter) {
      held.push(tries)
      const seen = alter(stored)
      return seen === null ? unchanged(stored) : write(changeOf(stored, seen, null))
    },
  })
  const end = (key: string, leads = true) =>
    advance(WORKSPACE, run.id, ({ state }) => observe(state, key, 1, { status: 'succeeded', output: key }), leads)
  return {
    end,
    begin: (key: string) =>
      advance(WORKSPACE, run.id, ({ state }) => observe(state, key, 1, { status: 'running' }), false),
    writes,
    held,
    now: () => stored,
    /** Another process ends a step. */
    elsewhere(key: string) {
      const seen = observe(stored.state, key, 1, { status: 'succeeded', output: 'elsewhere' })
      if (seen) write(changeOf(stored, seen, null))
    },
  }
}

describe('what happens to a run', () => {
  it('at once is stored at once, and one of those who report it sees to what follows', async () => {
    const { end, writes, now } = desk()
    const all = await Promise.all(ITEMS.map((key) => end(key)))
    expect(writes).toHaveLength(1)
    expect(all.filter(({ changed }) => changed)).toHaveLength(1)
    expect(all.flatMap(({ fresh }) => fresh.map(({ key }) => key))).toEqual(['last'])
    expect(now().state.steps.get('each')).toMatchObject({ status: 'succeeded', output: ITEMS })
    // In the order of the reports: what is taken back goes by it.
    expect(ITEMS.map((key) => now().state.steps.get(key)?.order)).toEqual([1, 2, 3, 4])
  })
  it('is never left to somebody who only reports that work begins', async () => {
    const { end, begin } = desk()
    await Promise.all(ITEMS.slice(0, 3).map((key) => end(key)))
    const [ended, began] = await Promise.all([end('each[3]'), begin('each[3]')])
    expect(ended.fresh.map(({ key }) => key)).toEqual(['last'])
    expect(began).toMatchObject({ changed: false, fresh: [] })
  })
  it('counts on the state of this moment, whatever this process knew', async () => {
    const { end, elsewhere, held, now } = desk()
    elsewhere('each[0]')
    const [late, mine] = await Promise.all([end('each[0]'), end('each[1]')])
    expect(late.snapshot.state.steps.get('each[0]')?.output).toBe('elsewhere')
    expect(mine.changed).toBe(true)
    expect(now().state.steps.get('each[1]')?.output).toBe('each[1]')
    expect(held).toEqual([])
  })
  it('is not dismissed on a state of yesterday', async () => {
    const { end, elsewhere } = desk()
    for (const key of ITEMS) elsewhere(key)
    // For what this process knew there is no such step yet.
    expect(await end('last')).toMatchObject({ changed: true })
  })
  it('waits for its turn where somebody holds the run', async () => {
    const { end, held, now } = desk({ refuse: () => 'held' })
    await Promise.all([end('each[0]'), end('each[1]')])
    expect(held).toEqual([2])
    expect(now().state.steps.get('each[1]')?.status).toBe('succeeded')
  })
  it('is reported as failed where nobody knows whether it was stored, so that its job is repeated', async () => {
    const lost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    const { end, held } = desk({ refuse: () => lost })
    const all = await Promise.allSettled([end('each[0]'), end('each[1]')])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(held).toEqual([])
  })
  it('does not fail for what the database cannot keep of another one', async () => {
    const refused = Object.assign(new Error('unsupported Unicode escape sequence'), { code: '22P05' })
    const { end, held, now } = desk({ refuse: () => new Error('Failed query', { cause: refused }) })
    await Promise.all([end('each[0]'), end('each[1]')])
    expect(held).toHaveLength(1)
    expect(now().state.steps.get('each[0]')?.status).toBe('succeeded')
  })
})
