import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startAnthropicFake } from '../../test/fakes/anthropic.ts'
import { freshDatabase, freshRedis, services } from '../../test/services/index.ts'
import { freePort } from '../../test/services/server-process.ts'
import { dataFolders, mustRun, runCli, startHubProcess } from '../../test/support/process.ts'
import { main } from './main.ts'

const KEY = 'ab'.repeat(32)
let folders: ReturnType<typeof dataFolders>
beforeAll(async () => {
  folders = dataFolders()
})
afterAll(() => folders?.remove())
const lines = (text: string) => text.split('\n').filter((l) => l !== '')

/** What needs no process of its own. */
async function inProcess(args: readonly string[], env: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text)
      return true
    })
  }
  const code = await main(args)
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  return { code, ...said }
}

describe('the command line', () => {
  it.each([[[]], [['help']], [['--help']], [['-h']]])('%j: says what there is', async (args) => {
    const { code, stdout, stderr } = await inProcess(args)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/story .+jobs list.+deliveries list.+doctor.+migrate.+backup.+restore.+Exit codes/s)
  })
  it.each<[readonly string[], Record<string, string>, number, RegExp]>([
    [['backup'], {}, 2, /name the file: backup <file>/],
    [['restore'], {}, 2, /name the file: restore <file>/],
    [['restore', '/nowhere/hub.tar.gz'], {}, 2, /nowhere\/hub\.tar\.gz is no backup of a hub \(ENOENT\)/],
    [['restore', 'x'], { DATABASE_URL: 'postgres://h/d', HUB_SECRET_KEY: KEY }, 2, /pg_restore/],
    [['doctor'], { PORT: 'x' }, 2, /^autodevhub: PORT: must be/],
    [['story', 'x'], { HUB_DATA_DIR: '/dev/null' }, 2, /HUB_DATA_DIR: \/dev\/null cannot be used as a folder/],
  ])('%j with %j is refused in one line', async (args, env, code, message) => {
    const answer = await inProcess(args, { HUB_DATA_DIR: join(folders.root, 'refused'), ...env })
    expect(answer).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) })
    expect(lines(answer.stderr)).toHaveLength(1)
  })
  it.skipIf(services().databaseUrl === null)(
    'migrates PostgreSQL, and again to no effect; its backups are made with its own tools',
    async () => {
      const env = { DATABASE_URL: await freshDatabase(), HUB_SECRET_KEY: KEY, HUB_DATA_DIR: join(folders.root, 'm') }
      for (let i = 0; i < 2; i++)
        expect(await inProcess(['migrate'], env)).toEqual({
          code: 0,
          stdout: 'the PostgreSQL database is up to date\n',
          stderr: '',
        })
      expect(await inProcess(['backup', 'x'], env)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('pg_dump'),
      })
    },
  )
})

describe('the command line in processes of its own', { concurrent: true, timeout: 120_000 }, () => {
  it('drafts without any hub, from standard input, line breaks and all; goes through a backup', async () => {
    const env = { HUB_DATA_DIR: folders.fresh() }
    const to = { HUB_DATA_DIR: join(folders.root, 'restored') }
    const file = join(folders.root, 'hub.tar.gz')
    const text = '\ufeffAs a shopper\r\nI want to pay with a saved card\r\nso that checkout is quick\r\n'
    const drafted = await runCli(['story', '-'], env, text)
    expect(drafted).toMatchObject({ code: 0, stdout: expect.stringContaining('ST-1') })
    expect(drafted.stderr).toMatch(/^.+ · job [0-9a-f]{6}\n/)
    const saved = await runCli(['backup', file], env)
    expect(saved).toMatchObject({ code: 0, stdout: expect.stringContaining('secret.key'), stderr: '' })
    expect(await runCli(['restore', file], to)).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(join(to.HUB_DATA_DIR, 'secret.key'), readFileSync(join(env.HUB_DATA_DIR, 'secret.key')))
    const again = await runCli(['restore', file], to)
    expect(again).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('restore into an empty HUB_DATA_DIR'),
    })
    const shown = await runCli(['story', 'show', 'ST-1', '--json'], to)
    expect(shown.code).toBe(0)
    expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'done', result: { text: expect.stringContaining('ST-1') } })
  })
  it('wants a text behind the dash', async () => {
    expect(await runCli(['story', '-'], { HUB_DATA_DIR: join(folders.root, 'unused') }, ' \n')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('standard input was empty'),
    })
    expect(existsSync(join(folders.root, 'unused'))).toBe(false)
  })

  it.skipIf(services().databaseUrl === null)(
    'speaks to the hub at HUB_PUBLIC_URL with its key, and says when the key is another',
    async () => {
      const env = { DATABASE_URL: await freshDatabase(), HUB_SECRET_KEY: KEY, HUB_DATA_DIR: join(folders.root, 'far') }
      const hub = mustRun(await startHubProcess(env))
      const here = { HUB_PUBLIC_URL: hub.url, HUB_DATA_DIR: join(folders.root, 'here') }
      const [fine, wrong, none] = await Promise.all([
        runCli(['hub', 'whoami'], { ...here, HUB_SECRET_KEY: KEY }),
        runCli(['hub', 'whoami'], { ...here, HUB_SECRET_KEY: 'cd'.repeat(32) }),
        runCli(['hub', 'whoami'], here),
      ])
      await hub.kill('SIGTERM')
      expect(fine).toMatchObject({ code: 0, stdout: expect.stringContaining('admin') })
      expect(wrong).toMatchObject({
        code: 1,
        stderr: `autodevhub: the hub at ${hub.url} refused the key: use the HUB_SECRET_KEY it was started with\n`,
      })
      expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('asks for the key it was started with') })
      expect(existsSync(here.HUB_DATA_DIR)).toBe(false)
    },
  )
})

describe('doctor', { concurrent: true, timeout: 120_000 }, () => {
  const doctor = async (env: Record<string, string>) => {
    const { code, stdout, stderr } = await runCli(['doctor'], env)
    expect(stderr).toBe('')
    // One finding a line: state, what, detail.
    const found = lines(stdout).map((l) => /^(ok|off|note|WRONG) +(\S+(?: \S+)?) {2,}(.+)$/.exec(l)?.slice(1) ?? [l])
    return { code, found, stdout }
  }
  it('of a bare machine finds nothing wrong, and says what embedded does not promise', async () => {
    const { code, found } = await doctor({ HUB_DATA_DIR: join(folders.root, 'new') })
    expect(code).toBe(0)
    expect(found).toEqual([
      ['ok', 'node', process.version],
      ['ok', 'data folder', expect.stringContaining('will be made at the first start')],
      ['off', 'hub process', 'none on this data folder'],
      ['off', 'DATABASE_URL', 'embedded database'],
      ['off', 'REDIS_URL', 'rings go through the database'],
      ...found.filter(([, what]) => /^[a-z]+$/.test(what ?? '') && what !== 'node' && what !== 'embedded'),
      ['note', 'embedded', expect.stringContaining('not a power cut')],
      ['note', 'embedded', expect.stringContaining('one process on one folder')],
    ])
    expect(found).toEqual(expect.arrayContaining([['off', 'slack', 'set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET']]))
    expect(existsSync(join(folders.root, 'new'))).toBe(false)
  })
  it('may be read in part', async () => {
    const cli = join(import.meta.dirname, '..', 'cli.ts')
    const env = { ...process.env, HUB_DATA_DIR: join(folders.root, 'new') }
    const child = spawn(process.execPath, [cli, 'doctor'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const [code] = await once(child, 'close')
    expect([code, said]).toEqual([0, ''])
  })
  it('finds half a configuration, a folder open to others, a wrong key; as JSON too', async () => {
    const claude = await startAnthropicFake()
    const dir = join(folders.root, 'open')
    mkdirSync(dir, { mode: 0o755 })
    const env = {
      HUB_DATA_DIR: dir,
      SLACK_BOT_TOKEN: 'xoxb-canary-token',
      ANTHROPIC_API_KEY: 'sk-ant-canary-wrong',
      ANTHROPIC_BASE_URL: claude.baseUrl,
    }
    const { code, found, stdout } = await doctor(env)
    const json = await runCli(['doctor', '--json'], env)
    await claude.close()
    expect(code).toBe(1)
    expect(found).toEqual(
      expect.arrayContaining([
        ['note', 'data folder', expect.stringContaining('chmod 700')],
        ['WRONG', 'slack', 'set SLACK_SIGNING_SECRET'],
        ['WRONG', 'anthropic', expect.stringContaining('ANTHROPIC_API_KEY')],
      ]),
    )
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toEqual(
      expect.arrayContaining([{ what: 'slack', state: 'wrong', detail: 'set SLACK_SIGNING_SECRET' }]),
    )
    expect(stdout + json.stdout).not.toContain('canary')
  })
  it('finds what would stop the start: the key, what plugins are told, a plugin that is not there', async () => {
    const { code, found } = await doctor({
      HUB_DATA_DIR: join(folders.root, 'new'),
      HUB_SECRET_KEY: 'abc',
      HUB_PLUGINS: './nothing.ts',
      DEPLOY_WEBHOOK_SECRET: 'canary',
      WORKFLOW_DIR: join(folders.root, 'away'),
    })
    expect(code).toBe(1)
    expect(found.filter(([state]) => state === 'WRONG')).toEqual([
      ['WRONG', 'HUB_SECRET_KEY', expect.stringContaining('openssl rand -hex 32')],
      ['WRONG', 'deploy', expect.stringMatching(/whsec_.+correct DEPLOY_WEBHOOK_SECRET/)],
      ['WRONG', 'workflow', expect.stringMatching(/no such folder.+correct WORKFLOW_DIR/)],
      ['WRONG', 'HUB_PLUGINS', expect.stringContaining('nothing.ts is not there')],
    ])
    expect(JSON.stringify(found)).not.toContain('canary')
  })
  it.skipIf(services().redisUrl === null || services().databaseUrl === null)('asks PostgreSQL and Redis', async () => {
    const env = { HUB_SECRET_KEY: KEY, HUB_DATA_DIR: join(folders.root, 'both') }
    const [fine, away] = await Promise.all([
      doctor({ ...env, DATABASE_URL: await freshDatabase(), REDIS_URL: await freshRedis() }),
      doctor({
        ...env,
        DATABASE_URL: 'postgres://127.0.0.1:1/x',
        REDIS_URL: `redis://:hunter2secret@127.0.0.1:${await freePort()}`,
      }),
    ])
    expect(fine.code).toBe(0)
    expect(fine.found).toEqual(
      expect.arrayContaining([
        ['ok', 'DATABASE_URL', expect.stringMatching(/^PostgreSQL \d+/)],
        ['ok', 'REDIS_URL', expect.stringMatching(/^Redis \d+\.\d+/)],
      ]),
    )
    expect(fine.stdout).not.toContain('embedded  ')
    expect(away.code).toBe(1)
    expect(away.found).toEqual(
      expect.arrayContaining([
        ['WRONG', 'DATABASE_URL', expect.stringContaining('ECONNREFUSED')],
        [
          'WRONG',
          'REDIS_URL',
          expect.stringMatching(/127\.0\.0\.1:\d+ cannot be used \(ECONNREFUSED\): start it, or correct REDIS_URL/),
        ],
      ]),
    )
    expect(away.stdout).not.toContain('hunter2')
  })
})
