import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { apiTokenFrom } from '../../server/compose.ts'
import { startAnthropicFake } from '../fakes/anthropic.ts'
import { startSlackFake } from '../fakes/slack/index.ts'
import { freshDatabase, freshRedis, services } from '../services/index.ts'
import { mustRun, startHubProcess } from '../support/process.ts'

const CANARIES = {
  signingSecret: 'canary0signing0secret0123456789ab',
  botToken: 'xoxb-canary-0123456789-bottoken',
  modelKey: 'sk-ant-canary-0123456789-modelkey',
  secretKey: '0ca9a41e'.repeat(8),
}
const TEXT = 'As a shopper I want to pay with a saved card so that checkout is quick'

/** Everything that was written anywhere while a hub did its whole day's work at the most talkative log level. */
interface Evidence {
  readonly log: string
  readonly lines: readonly Record<string, unknown>[]
  readonly database: string
  readonly redis: string
  readonly secrets: Readonly<Record<string, string>>
}

describe.skipIf(services().databaseUrl === null || services().redisUrl === null)('what a hub leaves behind', () => {
  let evidence: Evidence
  let root: string
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'hub-secrets-'))
    evidence = await work(root)
  }, 120_000)
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it.each([
    'signingSecret',
    'botToken',
    'modelKey',
    'secretKey',
    'apiToken',
    'consoleToken',
    'databasePassword',
    'responseUrl',
  ])('%s is in no log line, no row and no key, in no form', (name) => {
    const secret = evidence.secrets[name] ?? ''
    expect(secret.length).toBeGreaterThan(7)
    const bytes = Buffer.from(secret)
    const forms = [secret, encodeURIComponent(secret), bytes.toString('base64').slice(0, -4), bytes.toString('hex')]
    for (const place of ['log', 'database', 'redis'] as const)
      for (const form of forms) expect(evidence[place].includes(form), `${place} holds ${name}`).toBe(false)
  })
  it('is not empty: what it should hold is there', () => {
    expect(evidence.database).toContain(TEXT)
    expect(evidence.redis).toContain('hub-rings')
    expect(evidence.log).toContain('Slack signature refused')
    // In Redis are rings alone: ids and texts stay in PostgreSQL.
    expect(evidence.redis).not.toContain('saved card')
  })

  it('follows one command by one id from its request to its send', () => {
    const of = (msg: string, match: Record<string, unknown>) =>
      evidence.lines.filter((l) => l.msg === msg && Object.entries(match).every(([k, v]) => l[k] === v))
    const [accepted, ...more] = of('accepted', { requestId: 'trace-0001' })
    expect(more).toEqual([])
    const origin = accepted?.origin
    expect(accepted).toMatchObject({ source: 'console', kind: 'command', status: 'queued', level: 'debug' })
    expect(of('job done', { origin })).toMatchObject([
      { level: 'debug', kind: 'command', workspace: 'console:local', attempt: 1 },
    ])
    const sent = of('sent', { job: origin })
    expect(sent.map((l) => l.key)).toEqual([`${origin}:result`])

    const [story] = of('accepted', { source: 'slack' })
    expect(of('job done', { origin: story?.origin })).toHaveLength(1)
    expect(of('sent', { job: story?.origin }).length).toBeGreaterThanOrEqual(1)
  })
})

async function work(root: string): Promise<Evidence> {
  const [slack, claude, databaseUrl, redisUrl] = await Promise.all([
    startSlackFake({ openWorld: true, signingSecret: CANARIES.signingSecret, botToken: CANARIES.botToken }),
    startAnthropicFake({ apiKey: CANARIES.modelKey }),
    freshDatabase(),
    freshRedis(),
  ])
  const watching = new Redis(redisUrl)
  const traffic: string[] = []
  const monitor = await watching.monitor()
  monitor.on('monitor', (_: unknown, args: readonly string[]) => traffic.push(args.join(' ')))
  const hub = mustRun(
    await startHubProcess({
      ...slack.env,
      ANTHROPIC_API_KEY: claude.apiKey,
      ANTHROPIC_BASE_URL: claude.baseUrl,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      HUB_SECRET_KEY: CANARIES.secretKey,
      HUB_DATA_DIR: `${root}/quiet`,
      LOG_LEVEL: 'debug',
      HUB_FAULTS: 'sweep=200,look=100,lastlook=400',
    }),
  )
  try {
    const ann = slack.to(`${hub.url}/hooks/slack`)
    const apiToken = apiTokenFrom(CANARIES.secretKey)
    const ask = (token: string) =>
      fetch(`${hub.url}/api/v1/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-request-id': 'trace-0001' },
        body: JSON.stringify({ input: 'hub whoami', idempotencyKey: 'trace-0001' }),
      })
    await ann.slash({ command: '/story', text: TEXT, channel: 'C1' })
    await slack.waitFor((all) => all.some((m) => m.text.includes('ST-1')), { channel: 'C1' })
    // Failures talk more than successes: a refused send, a lost answer, a refused model, wrong signatures and keys, a body with a secret.
    slack.faults.add('chat.postMessage', { kind: 'status', status: 500, commit: false })
    slack.faults.add('chat.postMessage', { kind: 'cut', commit: true })
    claude.next({
      kind: 'error',
      status: 401,
      type: 'authentication_error',
      message: `invalid x-api-key ${claude.apiKey}`,
    })
    await ann.slash({ command: '/story', text: `A second one. ${TEXT} soon`, channel: 'C2' })
    await slack.waitFor((all) => all.some((m) => /ST-2/.test(m.text)), { channel: 'C2', timeoutMs: 20_000 })
    const forged = { 'x-slack-signature': `v0=${'0'.repeat(64)}` }
    await ann.raw(`token=${slack.botToken}`, 'application/x-www-form-urlencoded', forged)
    await fetch(`${hub.url}/?token=${CANARIES.botToken}`)
    await ask(`${apiToken}x`)
    const receipt = (await (await ask(apiToken)).json()) as { id: string }
    await fetch(`${hub.url}/api/v1/jobs/${receipt.id}?waitMs=5000`, {
      headers: { authorization: `Bearer ${apiToken}` },
    })
    await vi.waitFor(() => expect(hub.output().stderr).toContain(`"key":"${receipt.id}:result"`), 5_000)
    const consoleToken = /token=(\S+)/.exec(hub.output().stdout)?.[1] ?? ''
    const ended = await hub.kill('SIGTERM')
    const [responseId = ''] = slack.responseUrls.keys()
    return {
      log: ended.stderr,
      lines: ended.stderr.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Record<string, unknown>] : [])),
      database: await dumpDatabase(databaseUrl),
      redis: `${traffic.join('\n')}\n${await dumpRedis(watching)}`,
      secrets: {
        ...CANARIES,
        apiToken,
        consoleToken,
        databasePassword: new URL(databaseUrl).password,
        responseUrl: responseId,
      },
    }
  } finally {
    await hub.kill('SIGKILL')
    monitor.disconnect()
    watching.disconnect()
    await Promise.all([slack.close(), claude.close()])
  }
}

/** Every row of every table as text, and what text columns hide as bytes. */
async function dumpDatabase(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`
  const rows: string[] = []
  for (const { name } of tables) {
    for (const { row } of await sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`)) {
      rows.push(row)
      // bytea shows as hex
      for (const [, hex = ''] of row.matchAll(/\\\\?x((?:[0-9a-f]{2})+)/g))
        rows.push(Buffer.from(hex, 'hex').toString('latin1'))
    }
  }
  await sql.end()
  return rows.join('\n')
}
async function dumpRedis(redis: Redis): Promise<string> {
  const keys = await redis.keys('*')
  const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)))
  return keys.map((key, i) => `${key} ${values[i]?.toString('latin1') ?? ''}`).join('\n')
}
