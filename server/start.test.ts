import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnthropicFake } from '../test/fakes/anthropic.ts'
import { freshDatabase, services } from '../test/services/index.ts'
import { freePort } from '../test/services/server-process.ts'
import { dataFolders, type Ended, mustRun, ROOT, runCli, runNode, startHubProcess } from '../test/support/process.ts'

const KEY = 'ab'.repeat(32)
const SLACK = { SLACK_SIGNING_SECRET: 'canary-signing-secret', SLACK_BOT_TOKEN: 'xoxb-canary-token' }
let folders: ReturnType<typeof dataFolders>
beforeAll(async () => {
  folders = dataFolders()
})
afterAll(() => folders?.remove())

/** A store of one's own, where it does not matter which: PostgreSQL starts sooner. */
async function quickStore(): Promise<{ HUB_DATA_DIR: string } & Record<string, string>> {
  if (services().databaseUrl === null) return { HUB_DATA_DIR: folders.fresh() }
  const database = await freshDatabase()
  const HUB_DATA_DIR = join(folders.root, new URL(database).pathname)
  return { HUB_DATA_DIR, DATABASE_URL: database, HUB_SECRET_KEY: KEY }
}
/** One line on standard error, nothing else anywhere. */
function oneLine(ended: Ended | { url: string }): { line: string; code: number | null } {
  if ('url' in ended) throw new Error('it started')
  expect(ended.stdout).toBe('')
  const lines = ended.stderr.split('\n').filter((l) => l !== '')
  expect(lines).toHaveLength(1)
  return { line: lines[0] ?? '', code: ended.code }
}

describe('a hub that cannot start', { concurrent: true }, () => {
  it('names each variable that is wrong', async () => {
    const ended = await startHubProcess({ PORT: '99999', LOG_LEVEL: 'loud' })
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^autodevhub: PORT: .+\nautodevhub: LOG_LEVEL: .+\n$/),
    })
  })
  it('wants PostgreSQL beside Redis', async () => {
    const { line, code } = oneLine(await startHubProcess({ REDIS_URL: 'redis://127.0.0.1:1' }))
    expect([line, code]).toEqual([expect.stringMatching(/REDIS_URL: .*set DATABASE_URL too/), 2])
  })
  it('says that PostgreSQL cannot be reached, and not with which password', async () => {
    const port = await freePort()
    const DATABASE_URL = `postgres://hub:hunter2secret@127.0.0.1:${port}/hub`
    const { line, code } = oneLine(
      await startHubProcess({ DATABASE_URL, HUB_SECRET_KEY: KEY, HUB_DATA_DIR: join(folders.root, 'pg1') }),
    )
    expect(line).toBe(
      `autodevhub: cannot use PostgreSQL at 127.0.0.1:${port} (ECONNREFUSED): check DATABASE_URL and that the server is running`,
    )
    expect(code).toBe(1)
  })
  it.skipIf(services().databaseUrl === null).each([
    ['password', { password: 'hunter2secret' }, /\(28P01\): it refused the user or the password/],
    ['database', { pathname: '/nowhere' }, /\(3D000\): there is no such database: create it/],
  ])('says that PostgreSQL refused the %s', async (_, spoilt, expected) => {
    const url = new URL(services().databaseUrl ?? '')
    Object.assign(url, spoilt)
    const { line, code } = oneLine(
      await startHubProcess({ DATABASE_URL: url.href, HUB_SECRET_KEY: KEY, HUB_DATA_DIR: join(folders.root, 'pg2') }),
    )
    expect(line).toMatch(expected)
    expect(line).not.toContain(url.password)
    expect(code).toBe(1)
  })
  it('says what a secret key is', async () => {
    const { line, code } = oneLine(
      await startHubProcess({ HUB_SECRET_KEY: 'canary-key', HUB_DATA_DIR: join(folders.root, 'k') }),
    )
    expect([line, code]).toEqual([expect.stringContaining('openssl rand -hex 32'), 2])
    expect(line).not.toContain('canary-key')
  })
  it('says that the data folder is none', async () => {
    const file = join(folders.root, 'file')
    writeFileSync(file, '')
    const { line, code } = oneLine(await startHubProcess({ HUB_DATA_DIR: file }))
    expect([line, code]).toEqual([expect.stringContaining(`HUB_DATA_DIR: ${file} cannot be used as a folder`), 2])
  })
  it('names every plugin that cannot be loaded', async () => {
    const HUB_PLUGINS = './nowhere.ts, @acme/absent'
    const ended = await startHubProcess({ HUB_PLUGINS, HUB_DATA_DIR: join(folders.root, 'p') })
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^autodevhub: HUB_PLUGINS: \.\/nowhere\.ts is not there .+\nautodevhub: HUB_PLUGINS: no package @acme\/absent .+\n$/,
      ),
    })
  })
  it('says that the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const env = await quickStore()
    const { line, code } = oneLine(await startHubProcess({ ...env, PORT: String(port) }))
    taken.close()
    expect([line, code]).toEqual([
      `autodevhub: Port ${port} on 127.0.0.1 is taken: stop the program that uses it, or set PORT to a free one`,
      2,
    ])
    expect(existsSync(join(env.HUB_DATA_DIR, 'hub.json'))).toBe(false)
  })
  it.each([
    ['key', { ANTHROPIC_API_KEY: 'sk-ant-canary-wrong' }, /ANTHROPIC_API_KEY/],
    [
      'model',
      { HUB_MODEL: 'claude-nonesuch' },
      /HUB_MODEL "claude-nonesuch" is not a model this key can use: correct it, or unset it/,
    ],
  ])('says that Anthropic refused the %s', async (_, env, expected) => {
    const claude = await startAnthropicFake()
    try {
      const { line, code } = oneLine(
        await startHubProcess({
          ...(await quickStore()),
          ANTHROPIC_API_KEY: claude.apiKey,
          ANTHROPIC_BASE_URL: claude.baseUrl,
          ...env,
        }),
      )
      expect(line).toMatch(expected)
      expect(line).not.toContain('sk-ant-')
      expect(code).toBe(2)
    } finally {
      await claude.close()
    }
  })
  const OLD_NODE = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.1' } });
    Object.defineProperty(process, 'version', { value: 'v18.20.1' })`
  const onOldNode = (...args: readonly string[]) =>
    runNode(['--import', `data:text/javascript,${encodeURIComponent(OLD_NODE)}`, ...args])
  it('says which Node is needed, on an older one', async () => {
    const { line, code } = oneLine(await onOldNode(join(ROOT, 'server/node-version.js')))
    expect(line).toMatch(/^Node 24 is needed and this is v18\.20\.1: run "npm ci".*or install Node 24\.$/)
    expect(code).toBe(1)
  })
  it('unless the bin finds the Node 24 that npm ci brought', async () => {
    expect(await onOldNode(join(ROOT, 'server/bin.js'), 'version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

/** As somebody else would write it, far from this repository. */
const PLUGIN = `
import { defineCommand, definePlugin } from 'autodevhub/contract'
import { z } from 'zod'
export default definePlugin({
  manifest: { name: 'acme', version: '0.1.0', summary: 'Greets', hub: '^1.0.0', config: z.object({ greeting: z.string() }), secrets: [] },
  setup: (hub) => ({
    commands: [
      defineCommand({
        name: 'acme hello',
        summary: 'Greet somebody',
        args: z.object({ name: z.string().describe('whom to greet') }),
        examples: ['acme hello Ann'],
        allow: 'viewer',
        sideEffects: 'none',
        run: ({ name }) => ({ text: hub.config.greeting + ', ' + name }),
      }),
    ],
  }),
})`

describe('a hub that starts', () => {
  it('reports, serves, keeps others off its folder, speaks with the command line, and leaves in order', async () => {
    const dataDir = folders.fresh()
    const plugin = join(folders.root, 'acme.ts')
    writeFileSync(plugin, PLUGIN)
    const env = {
      HUB_DATA_DIR: dataDir,
      HUB_PLUGINS: plugin,
      ACME_GREETING: 'Good morning',
      ...SLACK,
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
    }
    const hub = mustRun(await startHubProcess(env))
    const said = hub.output().stdout.split('\n')
    expect(said[0]).toMatch(/^AutoDevHub \d+\.\d+\.\d+ · embedded in /)
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ {2}console {4}on$/),
        expect.stringMatching(/^ {2}slack {6}on$/),
        expect.stringMatching(/^ {2}anthropic +off {2}set ANTHROPIC_API_KEY \(stories are drafted offline\)$/),
        expect.stringMatching(/^ {2}acme +on +from HUB_PLUGINS$/),
        expect.stringMatching(/^ {2}Console: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/),
        expect.stringMatching(/ready in \d+\.\d s$/),
      ]),
    )
    expect(said.join('\n')).not.toContain('canary')

    const [live, ready] = await Promise.all([fetch(`${hub.url}/health/live`), fetch(`${hub.url}/health/ready`)])
    expect([live.status, ready.status]).toEqual([200, 200])
    const link = /Console: (\S+)/.exec(hub.output().stdout)?.[1] ?? ''
    expect((await fetch(link, { redirect: 'manual' })).status).toBeLessThan(400)
    expect(statSync(join(dataDir, 'hub.json')).mode & 0o777).toBe(0o600)

    const [second, hello, wrong, unknown] = await Promise.all([
      startHubProcess(env),
      runCli(['acme', 'hello', 'Ann'], { HUB_DATA_DIR: dataDir }),
      runCli(['acme', 'hello'], { HUB_DATA_DIR: dataDir }),
      runCli(['stroy', 'x'], { HUB_DATA_DIR: dataDir }),
    ])
    expect(oneLine(second)).toEqual({
      line: expect.stringMatching(
        /^autodevhub: data folder .+ is in use by another hub process: stop it, or set HUB_DATA_DIR/,
      ),
      code: 1,
    })
    expect(hello).toMatchObject({ code: 0, stdout: 'Good morning, Ann\n' })
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toMatch(
      /would not run: .+\nautodevhub: Usage: acme hello <name>\nautodevhub: Example: acme hello Ann\n$/,
    )
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toMatch(/no command “stroy”\. Did you mean story\?\nautodevhub: All commands: hub help\n$/)

    const began = performance.now()
    const ended = await hub.kill('SIGTERM')
    expect([ended.code, ended.signal]).toEqual([0, null])
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(existsSync(join(dataDir, 'hub.json'))).toBe(false)
    const logged = ended.stderr.split('\n').flatMap((l) => (l ? [JSON.parse(l) as { level: string; msg: string }] : []))
    expect(logged.map((l) => [l.level, l.msg])).toEqual([])
  }, 60_000)

  it.skipIf(services().databaseUrl === null)(
    'listens everywhere, links where a browser can go, and tells the mode',
    async () => {
      const dataDir = join(folders.root, 'web')
      const env = { HUB_DATA_DIR: dataDir, HUB_SECRET_KEY: KEY, DATABASE_URL: await freshDatabase(), HOST: '0.0.0.0' }
      const [hub, web] = await Promise.all([
        startHubProcess(env).then(mustRun),
        startHubProcess({
          ...env,
          HUB_ROLE: 'web',
          HUB_DATA_DIR: join(folders.root, 'web2'),
          HUB_PUBLIC_URL: 'https://hub.example.com',
        }).then(mustRun),
      ])
      expect(hub.output().stdout).toMatch(/^AutoDevHub \S+ · PostgreSQL\n/)
      expect(hub.output().stdout).toMatch(/Console: http:\/\/127\.0\.0\.1:\d+\/\?token=/)
      expect(hub.output().stdout).toMatch(/Listening on http:\/\/0\.0\.0\.0:\d+/)
      expect(web.output().stdout).toMatch(/· PostgreSQL · web only\n/)
      expect(web.output().stdout).toMatch(/Console: https:\/\/hub\.example\.com\/\?token=/)
      const run = JSON.parse(readFileSync(join(dataDir, 'hub.json'), 'utf8')) as { url: string }
      expect(run.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
      const ended = await Promise.all([hub.kill('SIGINT'), web.kill('SIGTERM')])
      expect(ended.map((e) => e.code)).toEqual([0, 0])
    },
    60_000,
  )
})
