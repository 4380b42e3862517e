import { describe, expect, it } from 'vitest'
import { HubError } from '#contract'
import { isLoopback, readConfig } from './config.ts'
import { failureLines } from './failure.ts'
import { missingVariables, SHIPPED } from './plugins.ts'
import { fromHere } from './run.ts'
import { VARIABLES } from './variables.ts'

const KEY = 'ab'.repeat(32)
const POSTGRES = { DATABASE_URL: 'postgres://hub:secret@db/hub', HUB_SECRET_KEY: KEY }
function refusal(env: Record<string, string>) {
  try {
    readConfig(env)
  } catch (error) {
    return failureLines(error)
  }
  throw new Error('it was accepted')
}

describe('readConfig', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toEqual({
      PORT: 3000,
      HOST: '127.0.0.1',
      HUB_ROLE: 'all',
      HUB_DATA_DIR: './data',
      HUB_PLUGINS: '',
      HUB_LINK_EMAIL_DOMAINS: [],
      HUB_TOKENS_PER_DAY: 2_000_000,
      LOG_LEVEL: 'info',
    })
  })
  it('takes a variable that is set to nothing for one that is not set', () => {
    const names = Object.keys(readConfig({}))
    expect(readConfig(Object.fromEntries([...names, 'DATABASE_URL', 'REDIS_URL'].map((n) => [n, ''])))).toEqual(
      readConfig({}),
    )
  })
  it('takes everything together', () => {
    const env = {
      ...POSTGRES,
      REDIS_URL: 'rediss://r:6380/1',
      HUB_ROLE: 'web',
      PORT: '0',
      HUB_PUBLIC_URL: 'https://hub.example.com/',
    }
    expect(readConfig(env)).toMatchObject({
      ...env,
      PORT: 0,
      // Paths are put behind it.
      HUB_PUBLIC_URL: 'https://hub.example.com',
    })
  })
  it.each([
    [{ PORT: 'abc' }, 'PORT: must be a number from 0 to 65535'],
    [{ PORT: '65536' }, 'PORT: must be a number from 0 to 65535'],
    [{ PORT: '-1' }, 'PORT: must be a number from 0 to 65535'],
    [{ PORT: '80.5' }, 'PORT: must be a number from 0 to 65535'],
    [{ HUB_ROLE: 'both' }, 'HUB_ROLE: must be all, web or worker'],
    [{ LOG_LEVEL: 'verbose' }, 'LOG_LEVEL: must be debug, info, warn, error or silent'],
    [{ HUB_TOKENS_PER_DAY: '1e' }, 'HUB_TOKENS_PER_DAY: must be a whole number, 0 or more'],
    [{ HUB_PUBLIC_URL: 'hub.example.com' }, 'HUB_PUBLIC_URL: must be an address such as https://hub.example.com'],
    [{ HUB_PUBLIC_URL: 'javascript://x' }, 'HUB_PUBLIC_URL: must be an address such as https://hub.example.com'],
    [{ DATABASE_URL: 'mysql://secret@h/d' }, 'DATABASE_URL: must begin with postgres://'],
    [{ REDIS_URL: 'http://secret@h' }, 'REDIS_URL: must begin with redis:// or rediss://'],
    [{ ...POSTGRES, DATABASE_URL: 'postgres://u:secret#1@h/d' }, /^DATABASE_URL: is no readable address: .*%23/],
    [{ ...POSTGRES, REDIS_URL: 'redis://u:secret/1@h:x' }, /^REDIS_URL: is no readable address: .*%2F/],
    [{ REDIS_URL: 'redis://h' }, /^REDIS_URL: .*set DATABASE_URL too$/],
    [
      { HUB_LINK_EMAIL_DOMAINS: 'example.com,GMail.com' },
      /^HUB_LINK_EMAIL_DOMAINS: gmail\.com gives addresses to anybody.*take it out/,
    ],
    [{ HUB_LINK_EMAIL_DOMAINS: 'anna:secret@example.com' }, /^HUB_LINK_EMAIL_DOMAINS: .*write domains alone, such as/],
    [{ HUB_ROLE: 'worker' }, /^HUB_ROLE: .*worker needs DATABASE_URL$/],
    [{ DATABASE_URL: 'postgres://h/d' }, /^HUB_SECRET_KEY: .*openssl rand -hex 32/],
  ])('refuses %j in one line that says the cure and no value', (env, line) => {
    const { lines, exitCode } = refusal(env)
    expect(lines).toHaveLength(1)
    const [said = ''] = lines
    expect(said.replace('autodevhub: ', '')).toMatch(line)
    expect(said).not.toContain('secret@')
    expect(said).not.toContain('secret#')
    expect(exitCode).toBe(2)
  })
  it('takes domains in whatever case, once each', () => {
    expect(
      readConfig({ HUB_LINK_EMAIL_DOMAINS: ' Example.com,,example.ORG , example.com' }).HUB_LINK_EMAIL_DOMAINS,
    ).toEqual(['example.com', 'example.org'])
  })
  it('names every variable that is wrong, each in its line', () => {
    expect(refusal({ PORT: 'x', LOG_LEVEL: 'y', HUB_ROLE: 'z' }).lines.map((l) => l.split(' ')[1])).toEqual([
      'PORT:',
      'HUB_ROLE:',
      'LOG_LEVEL:',
    ])
  })
  it('reads no variable that the list of variables leaves out', () => {
    const listed = VARIABLES.map((v) => v.name)
    expect(listed).toEqual(
      expect.arrayContaining([
        ...Object.keys(readConfig({})),
        'DATABASE_URL',
        'REDIS_URL',
        'HUB_SECRET_KEY',
        'HUB_PUBLIC_URL',
      ]),
    )
    expect(listed).toEqual(expect.arrayContaining(SHIPPED.flatMap((s) => s.needs)))
  })
})

describe('what is on', () => {
  it.each([
    [{}, ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET']],
    [{ HUB_PUBLIC_URL: 'https://x' }, ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET']],
    [{ SLACK_APP_TOKEN: 'x' }, ['SLACK_BOT_TOKEN']],
    [{ SLACK_CLIENT_ID: 'x' }, ['SLACK_CLIENT_SECRET', 'HUB_PUBLIC_URL', 'SLACK_SIGNING_SECRET']],
    [{ SLACK_CLIENT_ID: 'x', SLACK_CLIENT_SECRET: 'x', SLACK_SIGNING_SECRET: 'x' }, ['HUB_PUBLIC_URL']],
    [{ SLACK_CLIENT_ID: 'x', SLACK_BOT_TOKEN: 'x', SLACK_SIGNING_SECRET: 'x' }, []],
  ])('of %o Slack lacks %o', (env, missing) => {
    const slack = SHIPPED.find(({ name }) => name === 'slack')
    if (!slack) throw new Error('Slack is not shipped')
    expect(missingVariables(slack, env)).toEqual(missing)
  })
  it.each(SHIPPED.map((s) => [s.name, s] as const))('%s: half a configuration is as good as none', (_, shipped) => {
    const { either = [] } = shipped
    const sets = (either.length > 0 ? either : [[]]).map((names) => [...names, ...shipped.needs])
    expect(missingVariables(shipped, {})).toEqual(sets[0])
    for (const names of sets) {
      expect(missingVariables(shipped, Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([])
    }
    const full = Object.fromEntries((sets[0] ?? []).map((name) => [name, 'x']))
    for (const name of sets[0] ?? []) {
      expect(missingVariables(shipped, { ...full, [name]: '' })).toEqual([name])
      expect(missingVariables(shipped, { ...full, [name]: undefined })).toEqual([name])
    }
  })
})

describe('failureLines', () => {
  it('tells a HubError in its own words, one line for each problem', () => {
    const two = failureLines(new HubError('CONFIG_INVALID', 'first\nsecond'))
    expect(two).toEqual({ lines: ['autodevhub: first', 'autodevhub: second'], exitCode: 2 })
    expect(failureLines(new HubError('UNAVAILABLE', 'away')).exitCode).toBe(1)
    expect(failureLines(new HubError('CONFLICT', 'taken')).exitCode).toBe(1)
  })
  it.each([
    [new TypeError('broken\n    at somewhere'), 'autodevhub: unexpected fault: broken'],
    [
      new Error('connect postgres://hub:hunter2secret@db failed'),
      'autodevhub: unexpected fault: connect postgres://hub:•••@db failed',
    ],
    [new Error('token xoxb-123456789-abcdef'), 'autodevhub: unexpected fault: token •••'],
    ['a string', 'autodevhub: unexpected fault: a string'],
  ])('tells %s in one line without stack or secret', (error, line) => {
    expect(failureLines(error)).toEqual({ lines: [line], exitCode: 1 })
  })
})

describe('addresses', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.com', false],
  ])('%s is on this machine alone: %s', (host, answer) => expect(isLoopback(host)).toBe(answer))
  it.each([
    ['http://0.0.0.0:3000', 'http://127.0.0.1:3000'],
    ['http://[::]:3000', 'http://[::1]:3000'],
    ['http://10.0.0.1:3000', 'http://10.0.0.1:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ])('from here %s is %s', (listening, url) => expect(fromHere(listening)).toBe(url))
})
