import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { HubError } from '../contract/errors.ts'
import { createLog, scopeLog } from './log.ts'
import { createMask } from './mask.ts'

const SECRET = 'canary-9f8e7d6c5b4a'
function recorder(options: { isTTY?: boolean; level?: 'debug' | 'info' | 'error' | 'silent' } = {}) {
  const lines: string[] = []
  const mask = createMask([SECRET])
  const stream = { write: (line: string) => lines.push(line), isTTY: options.isTTY ?? false }
  const log = createLog({ level: options.level ?? 'debug', name: 'hub', mask, stream })
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>
  return { lines, last, log, mask }
}

describe('log lines', () => {
  it('are one JSON object each, with time, level, name and fields', () => {
    const { log, lines, last } = recorder()
    log.info({ jobId: 'j1' }, 'job done')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.endsWith('\n')).toBe(true)
    expect(last()).toMatchObject({ level: 'info', name: 'hub', jobId: 'j1', msg: 'job done' })
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })
  it('obey the level', () => {
    const { log, lines } = recorder({ level: 'error' })
    log.warn({}, 'not this')
    log.error({}, 'this')
    expect(lines).toHaveLength(1)
    const quiet = recorder({ level: 'silent' })
    quiet.log.error({}, 'nothing')
    expect(quiet.lines).toEqual([])
  })
  it('carry scope fields that a caller cannot overwrite', () => {
    const { log, last } = recorder()
    scopeLog(scopeLog(log, { plugin: 'slack' }), { requestId: 'r1' }).warn({ plugin: 'forged', a: 1 }, 'x')
    expect(last()).toMatchObject({ plugin: 'slack', requestId: 'r1', a: 1 })
  })
})

describe('secrets', () => {
  it('are hidden wherever their value stands: message, field, nested field, error, cause, field name', () => {
    const { log, lines, last } = recorder()
    const cause = new Error(`socket to https://x/${SECRET} closed`)
    log.error(
      {
        url: `https://api.test/?t=${encodeURIComponent(SECRET)}`,
        deep: { list: [{ note: `has ${SECRET}` }] },
        [SECRET]: 1,
        err: new Error(`no ${SECRET}`, { cause }),
      },
      `failed with ${SECRET}`,
    )
    expect(lines.join('')).not.toContain(SECRET)
    expect(last().msg).toBe('failed with •••')
    expect(last().url).toBe('https://api.test/?t=•••')
  })
  it.each([
    'token',
    'botToken',
    'clientSecret',
    'password',
    'Authorization',
    'apiKey',
    'api_key',
    'signingSecret',
    'ticket',
    'cookie',
    'privateKey',
    'response_url',
  ])('are hidden by the field name %s, whatever the value', (key) => {
    const { log, last } = recorder()
    log.info({ [key]: 'unknown value', nested: { [key]: { a: 'b' } } }, 'x')
    expect(last()[key]).toBe('•••')
    expect(last().nested).toEqual({ [key]: '•••' })
  })
  it('leaves counts of tokens readable', () => {
    const { log, last } = recorder()
    log.info({ inputTokens: 812, tokenless: true }, 'x')
    expect(last()).toMatchObject({ inputTokens: 812, tokenless: true })
  })
  it.each([
    ['xoxb-1234567890-abcdef', 'Slack bot token'],
    ['sk-ant-api03-abcdefgh', 'Anthropic key'],
    ['ghp_0123456789abcdef', 'GitHub token'],
    ['lin_api_0123456789', 'Linear key'],
  ])('are recognised by their form: %s (%s)', (value) => {
    const { log, last } = recorder()
    log.info({ note: `sent ${value} away` }, 'x')
    expect(last().note).toBe('sent ••• away')
  })
  it('hides passwords in connection URLs and bearer headers', () => {
    const { log, last } = recorder()
    log.info({ note: 'postgres://hub:s3cr3t@db:5432/hub and Authorization: Bearer abcdefghij' }, 'x')
    expect(last().note).toBe('postgres://hub:•••@db:5432/hub and Authorization: Bearer •••')
  })
  it('hides each line of a key in PEM form, and the key inside JSON text', () => {
    const { log, last, mask } = recorder()
    const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEAAo\n-----END KEY-----'
    mask.add(pem)
    log.info({ note: `${pem} | MIIEvQIBADANBgkqhkiG9w0 | ${JSON.stringify({ pem })}` }, 'x')
    expect(last().note).not.toMatch(/MIIE|BAQE/)
  })
  it('stays fast on hostile text', () => {
    const { log } = recorder()
    const started = performance.now()
    for (const part of ['a', '://a:', 'xoxb-', 'Bearer ', '@', ':', '\n']) log.info({ t: part.repeat(50_000) }, 'x')
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('forged lines', () => {
  const forged = 'ok\r\n{"level":"fatal","msg":"hacked"}\u001b[2K\u2028x\u202Egnp'
  it.each([true, false])('cannot be made by outside text (terminal: %s)', (isTTY) => {
    const { log, lines } = recorder({ isTTY })
    log.info({ user: forged, [forged]: forged }, forged)
    expect(lines).toHaveLength(1)
    const [line = ''] = lines
    expect(line.indexOf('\n')).toBe(line.length - 1)
    // The colours of the terminal form are the log's own; outside escapes are gone.
    expect(line).not.toContain('\u001b[2K')
    expect(line).not.toMatch(/[\u2028\u202e\r]/)
  })
  it('cannot come from a field named like one of the line itself', () => {
    const { log, lines, last } = recorder()
    log.info({ level: 'fatal', msg: 'hacked', time: 0, name: 'root' }, 'real')
    expect(lines[0]?.match(/"(level|msg|time|name)":/g)).toHaveLength(4)
    expect(last()).toMatchObject({ level: 'info', msg: 'real', name: 'hub', level_: 'fatal', msg_: 'hacked' })
  })
  it('read as one line on a terminal', () => {
    const { log, lines } = recorder({ isTTY: true })
    log.warn({ jobId: 'j1', note: 'two words' }, 'slow job')
    expect(stripVTControlCharacters(lines[0] ?? '')).toMatch(
      /^\d\d:\d\d:\d\d warn {2}slow job jobId=j1 note="two words"\n$/,
    )
  })
})

describe('errors', () => {
  it('shrink to code, message, place and cause', () => {
    const { log, last, lines } = recorder()
    const database = Object.assign(new Error(`insert into hub.inbox values ($1)\nparams: ${'x'.repeat(20_000)}`), {
      code: '23505',
      query: 'q'.repeat(20_000),
      client: { huge: 'h'.repeat(20_000) },
    })
    log.error({ err: new HubError('UNAVAILABLE', 'The database is away', { cause: database }) }, 'not stored')
    expect(lines[0]?.length).toBeLessThan(900)
    expect(last().err).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The database is away',
      cause: {
        code: '23505',
        message: 'insert into hub.inbox values ($1)',
        at: expect.stringContaining('log.test.ts'),
      },
    })
  })
  it('may be the fields themselves', () => {
    const { log, last } = recorder()
    log.error(new TypeError('boom'), 'failed')
    expect(last().err).toMatchObject({ name: 'TypeError', message: 'boom' })
  })
  it('survives cycles, huge lists, bytes, maps and functions', () => {
    const { log, last, lines } = recorder()
    const cycle: Record<string, unknown> = { n: 1n, when: new Date(0), bytes: new Uint8Array(9), f: () => 1 }
    cycle.self = cycle
    log.info({ cycle, list: Array.from({ length: 1000 }, (_, i) => i), map: new Map([['a', 1]]) }, 'x')
    expect(lines[0]?.length).toBeLessThan(1500)
    expect(last().cycle).toMatchObject({
      n: '1',
      when: '1970-01-01T00:00:00.000Z',
      bytes: '[9 bytes]',
      f: '[function]',
    })
    expect(last().list).toHaveLength(21)
  })
})
