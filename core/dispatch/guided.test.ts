import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type Command,
  type CommandInput,
  defineCommand,
  HubError,
  type KeyValue,
  type Message,
  type Place,
} from '#contract'
import { contextOf, createGrants, NOW_MS, personOf } from '../../test/dispatch/run-fixture.ts'
import { createCatalog } from './catalog.ts'
import { createSigner } from './confirm.ts'
import { createGuidedForms } from './guided.ts'
import { runCommand } from './run.ts'

const thread: Place = { plugin: 'plain', workspace: 'plain:W1', channel: 'C1', thread: 'T1', visibility: 'team' }
const ann = personOf('member', 'ANN')
const ben = personOf('member', 'BEN')

function setUp() {
  const kept = new Map<string, unknown>()
  const kv: KeyValue = {
    get: async (key) => kept.get(key) ?? null,
    set: async (key, value) => void kept.set(key, structuredClone(value)),
    add: async (key, value) => !kept.has(key) && kept.set(key, structuredClone(value)).has(key),
    delete: async (key) => void kept.delete(key),
  }
  const ran: unknown[] = []
  const deploy: Command = defineCommand({
    name: 'deploy',
    summary: 'Deploy a service',
    args: z.object({
      service: z.string().describe('What to deploy'),
      environment: z.enum(['staging', 'production']),
      note: z.string().min(3).meta({ rest: true }),
    }),
    examples: ['deploy api staging for the demo'],
    allow: 'member',
    sideEffects: 'none',
    run(args) {
      if (args.service === 'frozen') throw new HubError('CONFLICT', 'it is frozen')
      ran.push(args)
      return { text: 'deployed' }
    },
  })
  const catalog = createCatalog([deploy])
  const forms = createGuidedForms({ kv, catalog, canAsk: (plugin) => plugin === 'plain' })
  const { grants } = createGrants()
  let jobs = 0
  async function say(typed: CommandInput, as = ann, place = thread, jobId = `job-${++jobs}`): Promise<Message> {
    const { ctx } = contextOf(as, jobId, place.workspace, place)
    const answered = await forms.answer(typed, ctx)
    if (answered && 'message' in answered) return answered.message
    const signConfirm = createSigner('a secret of this test', 'confirm')
    const call = { input: answered?.input ?? typed }
    return runCommand({ catalog, call, person: as, ctx, ask: forms.begin, grants, signConfirm, receivedAtMs: NOW_MS })
  }
  return { say, ran, kept }
}

describe('a form without forms', () => {
  test('asks for what is missing, one message at a time, and runs with all of it', async () => {
    const { say, ran } = setUp()
    expect((await say('/deploy api')).text).toBe(
      'Question 1 of 2: Environment\nOne of: staging, production\nWrite the answer here, or cancel to stop.',
    )
    expect((await say('@hub STAGING')).text).toContain('Question 2 of 2: Note')
    expect((await say('for "the" demo --force\nsecond line')).text).toBe('deployed')
    expect(ran).toEqual([{ service: 'api', environment: 'staging', note: 'for "the" demo --force\nsecond line' }])
    expect((await say('thanks')).text).toContain('I do not know')
  })
  test('a wrong answer is asked again, with what is wrong', async () => {
    const { say, ran } = setUp()
    await say('deploy api')
    expect((await say('prodution')).text).toMatch(
      /^Environment cannot be “prodution”\. Did you mean production\?\nQuestion 1 of 2/,
    )
    await say('production')
    expect((await say('x')).text).toMatch(/Note.*\nQuestion 2 of 2/)
    await say('good now')
    expect(ran).toHaveLength(1)
  })
  test('a mistyped argument is asked for as well, with what is wrong', async () => {
    expect((await setUp().say('deploy api moon for later')).text).toMatch(
      /^Environment cannot be “moon”.*\nQuestion 1 of 1/,
    )
  })
  test('cancel stops it, and nothing runs', async () => {
    const { say, ran, kept } = setUp()
    await say('deploy api')
    expect((await say(' Cancel ')).text).toBe('Cancelled; nothing was changed.')
    expect(kept.size).toBe(0)
    expect((await say('staging')).text).toContain('I do not know')
    expect(ran).toEqual([])
  })
  test('somebody else, and another thread, do not answer it', async () => {
    const { say } = setUp()
    await say('deploy api')
    expect((await say('staging', ben)).text).toContain('I do not know')
    expect((await say('staging', ann, { ...thread, thread: 'T2' })).text).toContain('I do not know')
    expect((await say('staging')).text).toContain('Question 2 of 2')
  })
  test('a command with its slash is that command, and the form waits', async () => {
    const { say, ran } = setUp()
    await say('deploy api')
    expect((await say('/deploy web staging right away')).text).toBe('deployed')
    expect((await say('staging')).text).toContain('Question 2 of 2')
    expect(ran).toHaveLength(1)
  })
  test('a job that runs again asks and runs the same again, and takes no answer twice', async () => {
    const { say, ran } = setUp()
    const first = await say('deploy api', ann, thread, 'A')
    expect(await say('deploy api', ann, thread, 'A')).toEqual(first)
    const second = await say('staging', ann, thread, 'B')
    expect(await say('staging', ann, thread, 'B')).toEqual(second)
    await say('for the demo', ann, thread, 'C')
    await say('for the demo', ann, thread, 'C')
    expect(ran).toEqual([ran[0], ran[0]])
  })
  test('what was frozen meanwhile is refused in its own words', async () => {
    const { say, ran } = setUp()
    await say('deploy frozen')
    await say('staging')
    await expect(say('for the demo')).rejects.toThrow('it is frozen')
    expect(ran).toEqual([])
  })
  test('where the platform has forms, the usage and its button are the answer', async () => {
    const { say, kept } = setUp()
    const message = await say('deploy api', ann, { ...thread, plugin: 'rich' })
    expect(message.text).toContain('Usage:')
    expect(kept.size).toBe(0)
  })
  test('who may not run it is not asked', async () => {
    const { say, kept } = setUp()
    expect((await say('deploy api', personOf('viewer'))).text).toContain('needs the role member')
    expect(kept.size).toBe(0)
  })
})
