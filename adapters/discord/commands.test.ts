import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommandInfo, Field, Log } from '#contract'
import { checkCommands } from '../../test/fakes/discord/check.ts'
import { type DiscordFake, GUILD, startDiscordFake } from '../../test/fakes/discord/index.ts'
import { checkSchema } from '../../test/fakes/discord/schema.ts'
import { createClient } from './client.ts'
import { registered } from './commands.ts'
import { createRegistrar, type Registrar } from './register.ts'

function field(name: string, more: Partial<Field> = {}): Field {
  const base = { label: name, description: `The ${name}`, required: true, kind: 'text', multiline: false } as const
  return { name, ...base, rest: false, flag: false, ...more }
}
function info(name: string, ...fields: Field[]): CommandInfo {
  const summary = `Do ${name} ${'and more '.repeat(20)}`
  return { name, summary, usage: name, examples: [name], allow: 'member', sideEffects: 'hub', fields }
}
const commands = [
  info('story', field('text', { multiline: true })),
  info('story show', field('id')),
  info('hub role', field('person')),
  info('hub role default', field('role', { kind: 'choice', choices: ['viewer', 'member'] })),
  info(
    'deploy',
    field('ref', { required: false }),
    field('service'),
    field('dryRun', { kind: 'boolean', required: false }),
  ),
]

describe('commands as Discord has them', () => {
  const { registrations, byPath } = registered(commands)
  test('words become command, subcommand and group; a command beside subcommands gets a word of its own', () => {
    expect([...byPath].map(([path, { name }]) => [path, name])).toEqual([
      ['story show', 'story show'],
      ['story new', 'story'],
      ['hub role default', 'hub role default'],
      ['hub role set', 'hub role'],
      ['deploy', 'deploy'],
    ])
    const hub = registrations.find((r) => r.name === 'hub')
    expect(hub?.options).toMatchObject([{ type: 2, name: 'role', options: [{ name: 'set' }, { name: 'default' }] }])
  })
  test('required options come first; a long text may be left to a form; texts fit', () => {
    const deploy = registrations.find((r) => r.name === 'deploy')
    expect(deploy?.options).toMatchObject([
      { name: 'service', type: 3, required: true },
      { name: 'ref', type: 3 },
      { name: 'dry-run', type: 5 },
    ])
    const story = registrations.find((r) => r.name === 'story')
    expect(story?.options[0]?.options?.[0]).toEqual({
      name: 'text',
      type: 3,
      description: 'The text',
      max_length: 6_000,
    })
    expect(story?.description.length).toBeLessThanOrEqual(100)
  })
  test('Discord takes them', () => {
    expect(checkCommands(registrations)).toEqual([])
    for (const one of registrations) expect(checkSchema('command', one)).toEqual([])
  })
  test('a word that is taken is not taken again', () => {
    const all = ['story', 'story new', 'story draft'].map((name) => info(name, field('text', { multiline: true })))
    expect([...registered(all).byPath.keys()]).toEqual(['story new', 'story draft', 'story run'])
  })
})

describe('registration', () => {
  let fake: DiscordFake
  let stop: AbortController
  const made: { registrar: Registrar; close(): void }[] = []
  const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  beforeEach(async () => {
    fake = await startDiscordFake()
    stop = new AbortController()
  })
  afterEach(async () => {
    for (const { registrar, close } of made.splice(0)) {
      registrar.close()
      close()
    }
    await fake.close()
  })
  const start = (infos: readonly CommandInfo[] = commands, guildIds: string[] = []): Registrar => {
    const { appId, publicKey, botToken, apiUrl } = fake
    const config = { appId, publicKey, botToken, apiUrl, guildIds, gateway: false }
    const client = createClient(config)
    const registrar = createRegistrar(client, config, () => registered(infos).registrations, quiet)
    made.push({ registrar, close: () => client.close() })
    registrar.start(stop.signal)
    return registrar
  }
  const calls = () => fake.arrivals.map((a) => a.call.split(' ')[0])
  const settled = (count: number) => expect.poll(() => calls().length, { timeout: 10_000 }).toBe(count)

  test('ten starts register once, and a change once more', async () => {
    start()
    await settled(2)
    for (let i = 1; i < 10; i++) {
      start()
      await settled(2 + i)
    }
    expect(calls().filter((method) => method === 'PUT')).toHaveLength(1)
    start([...commands, info('digest', field('hour'))])
    await settled(13)
    expect(calls().filter((method) => method === 'PUT')).toHaveLength(2)
    expect(fake.commands.get('')?.map((c) => c.name)).toContain('digest')
    expect(fake.problems).toEqual([])
  })
  test('named servers get them, and nobody else', async () => {
    start(commands, [GUILD])
    await settled(2)
    expect(fake.commands.has(GUILD)).toBe(true)
    expect(fake.commands.has('')).toBe(false)
  })
  test('while Discord is away it tries again, and says that it is', async () => {
    fake.faults.add('GET /applications/:id/commands', { kind: 'status', status: 503, commit: false })
    const registrar = start()
    await expect.poll(() => registrar.health().status).toBe('degraded')
    await expect.poll(() => registrar.health().status, { timeout: 5_000 }).toBe('ok')
    expect(fake.commands.get('')).toHaveLength(3)
  })
  test('a refused token is asked once and named', async () => {
    fake.faults.add('*', { kind: 'refuse', status: 401, code: 0 }, 5)
    const registrar = start()
    await expect
      .poll(() => registrar.health())
      .toMatchObject({ status: 'degraded', detail: expect.stringContaining('DISCORD_BOT_TOKEN') })
    expect(calls()).toEqual(['GET'])
  })
})
