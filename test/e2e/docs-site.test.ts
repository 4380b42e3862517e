import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerType, serve } from '@hono/node-server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePlugin, type Plugin, provide, repositories } from '#contract'
import { buildSite, checkGenerators } from '../../plugins/docs/publish/build.ts'
import { buildDocs } from '../../server/cli/docs.ts'
import { readConfig } from '../../server/config.ts'
import { hasChromium, startBrowser } from '../console/browser.ts'
import { memoryRepositories } from '../fakes/memory-repositories.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { runCli } from '../support/process.ts'

const HOSTILE =
  '# Odd\n\n{{ 7 * 7 }} {% include "/etc/passwd" %}\n\n<script>document.title = "taken"</script>\n\n[go](javascript:alert(1))\n'
const FILES = {
  'README.md': '# Shop\n\nA small shop. See [setup](docs/setup.md#signing-secret) and [code](src/main.ts).\n',
  'docs/setup.md':
    '# Setup\n\n## Install\n\nRun `npm ci`.\n\n## Signing secret\n\nRotate it with `shop rotate --now`; the kangaroo knows why.\n',
  'docs/flow.md': '# Flow\n\n```mermaid\nflowchart LR\n  A[Chat] --> B[Inbox]\n```\n',
  'docs/odd.md': HOSTILE,
  'src/main.ts': 'export const a = 1\n',
}
const TOKEN_COOKIE = /hub_console_\d+=[^;]+/

describe('the site of the documents', () => {
  const host = memoryRepositories({ private: true })
  const other = memoryRepositories({ repository: 'octo/secret' })
  let hub: TestHub
  let server: ServerType
  let url: string
  let cookie: string
  let sha: string
  let browser: Browser | undefined
  let shown: Page
  /** Console messages, uncaught errors, policy violations and requests to other hosts. */
  const complaints: string[] = []
  const folder = mkdtempSync(join(tmpdir(), 'docs-site-'))
  const out = join(folder, 'site')

  const bind = (workspace: string, target: string) =>
    hub.hub.store.sql.query(
      `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
       values ($1, 'repository', 'memory', 'memory:1', $2, 'shop', $2, '{}'::jsonb, 'test')`,
      [workspace, target],
    )
  const sync = async () => {
    const answer = await api('POST', '/commands', { input: 'docs sync', idempotencyKey: crypto.randomUUID() })
    expect(answer.status).toBe(202)
    await hub.quiet(30_000)
  }
  const api = (method: string, path: string, body?: object) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const get = (path: string, headers: Record<string, string> = { cookie }) =>
    fetch(`${url}${path}`, { headers, redirect: 'manual' })
  /** Until the pages are there; the first time they are made, and each look asks again. */
  const page = async (path: string, wanted: (text: string, status: number) => boolean): Promise<string> => {
    for (let left = 40; ; left -= 1) {
      const answer = await get(path)
      const text = await answer.text()
      if (wanted(text, answer.status)) return text
      if (left === 0) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }

  beforeAll(async () => {
    sha = host.commit(FILES)
    other.commit({ 'README.md': '# Secret wombat\n' })
    const memory = definePlugin({
      manifest: {
        name: 'memory',
        version: '1.0.0',
        summary: 'Repositories in memory',
        hub: '^1.0.0',
        config: z.object({}),
      },
      setup: () => ({
        provides: [
          provide(repositories('memory'), {
            ...host.port,
            info: (name, signal) => (name === 'octo/secret' ? other : host).port.info(name, signal),
          }),
        ],
      }),
    })
    hub = await startTestHub('embedded', {}, [memory as Plugin])
    url = await new Promise((resolve) => {
      server = serve({ fetch: hub.hub.app.fetch, hostname: '127.0.0.1', port: 0 }, (info: AddressInfo) =>
        resolve(`http://127.0.0.1:${info.port}`),
      )
    })
    await bind('console:local', 'octo/shop')
    // Somebody else's: neither list, nor pages, nor search may know of it.
    await bind('slack:T1', 'octo/secret')
    await sync()
    const signedIn = await get(`/?token=${hub.consoleToken}`, {})
    cookie = TOKEN_COOKIE.exec(signedIn.headers.get('set-cookie') ?? '')?.[0] ?? ''
    if (!hasChromium) return
    browser = await startBrowser()
    const context = await browser.newContext({ viewport: { width: 390, height: 800 } })
    shown = await context.newPage()
    await shown.goto(`${url}/?token=${hub.consoleToken}`)
    shown.on('console', (message) => void complaints.push(message.text()))
    shown.on('pageerror', (error) => void complaints.push(String(error)))
    shown.on('request', (request) => {
      if (!request.url().startsWith(url)) complaints.push(`requested ${request.url()}`)
    })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await new Promise((resolve) => server?.close(resolve))
    await hub?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const variables = () => ({ HUB_DATA_DIR: hub.env.HUB_DATA_DIR ?? '', HUB_PUBLIC_URL: url })

  it('is rendered by one command, from a hub that runs, and says what is in it', async () => {
    const { code, stdout, stderr } = await runCli(['docs', 'build', '--out', out], variables())
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(
      `${out}: 6 pages of 4 documents\n  octo/shop at ${sha.slice(0, 8)}\n  private: octo/shop ·`,
    )
    const readme = readFileSync(join(out, 'octo/shop/index.html'), 'utf8')
    expect(readme).toContain('href="docs/setup.html#signing-secret"')
    expect(readme).toContain(`href="https://code.test/octo/shop/blob/${sha}/src/main.ts"`)
    expect(readFileSync(join(out, 'octo/shop/docs/odd.html'), 'utf8')).toContain(
      '{{ 7 * 7 }} {% include &quot;/etc/passwd',
    )
    expect(existsSync(join(out, 'mermaid/mermaid.esm.min.mjs'))).toBe(true)
    expect(readdirSync(folder)).toEqual(['site'])
  }, 60_000)

  it('replaces what it made and nothing else; what it cannot do is said in one line', async () => {
    const others = join(folder, 'others')
    execFileSync('mkdir', [others])
    writeFileSync(join(others, 'thesis.txt'), 'years of work')
    const cases = [
      [['--out', others], /holds something that was not made by docs build/],
      [['octo/none'], /no documents of octo\/none are collected; there are: octo\/shop/],
      [['--public'], /every collected repository is private/],
      [['--nonsense'], /use: docs build/],
      [['--from', folder], /is no git repository/],
    ] as const
    for (const [args, message] of cases)
      await expect(buildDocs(readConfig(variables()), ['--out', out, ...args], {}, false)).rejects.toThrow(message)
    expect(readFileSync(join(others, 'thesis.txt'), 'utf8')).toBe('years of work')
    expect(existsSync(join(out, 'index.html'))).toBe(true)
    expect(() => checkGenerators((name) => name !== 'pagefind')).toThrow(
      'The site is made with pagefind, which is not installed: run npm ci',
    )
  }, 60_000)

  it('is made of a checkout without a hub, and without a page of what leads out of it', async () => {
    const checkout = join(folder, 'checkout')
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', checkout, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'pipe' })
    execFileSync('git', ['init', '-q', '-b', 'main', checkout])
    writeFileSync(join(checkout, 'README.md'), '# From a checkout\n')
    execFileSync('ln', ['-s', '/etc/passwd', join(checkout, 'passwd.md')])
    git('remote', 'add', 'origin', 'https://x-access-token:s3cret@code.test/octo/tool.git')
    git('add', '.')
    git('commit', '-qm', 'one')
    writeFileSync(join(checkout, 'draft.md'), '# Not committed\n')
    const target = join(folder, 'pages')
    const { code, stdout } = await runCli(['docs', 'build', '--from', checkout, '--out', target, '--json'], {
      HUB_DATA_DIR: join(folder, 'nothing'),
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ pages: 2, documents: 1, repositories: [{ repository: 'octo/tool' }] })
    const html = readFileSync(join(target, 'octo/tool/index.html'), 'utf8')
    expect(html).toContain('href="https://code.test/octo/tool/blob/')
    expect(html).not.toContain('s3cret')
    expect(existsSync(join(folder, 'nothing'))).toBe(false)
  }, 60_000)

  it('at /docs is for whoever is signed in', async () => {
    for (const path of ['/docs/', '/docs/octo/shop/index.html', '/docs/pagefind/pagefind.js', '/docs/nothing']) {
      expect((await get(path, {})).status).toBe(401)
      expect((await get(path, { cookie: cookie.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')) })).status).toBe(401)
    }
    const locked = await get('/docs/', { accept: 'text/html' })
    expect([locked.status, (await locked.text()).includes('Open the link the hub printed')]).toEqual([401, true])
    expect((await get('/docs')).headers.get('location')).toBe('/docs/')
    const rebound = await hub.fetch(new Request('http://evil.test/docs/', { headers: { cookie, host: 'evil.test' } }))
    expect(rebound.status).toBe(403)
  })

  it('at /docs shows the repositories of that workspace and of no other, under a policy without scripts of others', async () => {
    const home = await page('/docs/', (_, status) => status === 200)
    expect(home).toContain('octo/shop')
    expect(home).not.toContain('secret')
    const answer = await get('/docs/octo/shop/docs/setup.html')
    expect(answer.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval';",
    )
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    const etag = answer.headers.get('etag') ?? ''
    expect((await get('/docs/octo/shop/docs/setup.html', { cookie, 'if-none-match': etag })).status).toBe(304)
    expect((await get('/docs/octo/shop/docs')).headers.get('location')).toBe('/docs/octo/shop/docs/')
    for (const path of [
      '/docs/octo/secret/',
      '/docs/..%2f..%2fsecret.key',
      '/docs/.autodevhub-docs',
      '/docs/%00',
      '/docs/%ff',
      '/docs//etc/passwd',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 404])
  }, 60_000)

  describe.skipIf(!hasChromium)('in Chromium', () => {
    it('a search finds the section, and leads to it', async () => {
      await shown.goto(`${url}/docs/`)
      await shown.getByRole('combobox', { name: 'Search the documentation' }).fill('kangaroo')
      const found = shown.getByRole('option', { name: /Signing secret/ })
      await found.waitFor()
      expect(await found.locator('mark').textContent()).toMatch(/kangaroo/)
      await found.click()
      await shown.waitForURL(`${url}/docs/octo/shop/docs/setup.html#signing-secret`)
      await shown.getByRole('heading', { name: 'Signing secret' }).waitFor()
      await shown.getByRole('combobox').fill('wombat')
      await shown.getByText('Nothing is found for “wombat”').waitFor()
      expect(complaints).toEqual([])
    }, 60_000)

    it('a telephone has the documents behind one button, and no line is wider than the screen', async () => {
      await shown.goto(`${url}/docs/octo/shop/`)
      expect(await shown.evaluate('document.documentElement.scrollWidth')).toBe(390)
      const link = shown.getByRole('navigation', { name: 'Documents' }).getByRole('link', { name: 'docs' })
      expect(await link.isVisible()).toBe(false)
      await shown.getByRole('button', { name: 'Contents' }).click()
      await link.click()
      await shown.getByRole('heading', { name: 'docs', exact: true }).waitFor()
      expect(complaints).toEqual([])
    }, 60_000)

    it('a diagram is drawn, and a document that brings a script runs none', async () => {
      await shown.goto(`${url}/docs/octo/shop/docs/flow.html`)
      await shown.locator('figure.diagram svg').getByText('Inbox').waitFor()
      await shown.goto(`${url}/docs/octo/shop/docs/odd.html`)
      expect(await shown.title()).toBe('Odd · Documentation')
      await shown.getByText('{{ 7 * 7 }}').waitFor()
      expect(complaints).toEqual([])
    }, 60_000)
  })

  it('follows the index: what is pushed is there, what is unbound is gone', async () => {
    host.commit({ 'docs/setup.md': '# Setup\n\nPlatypus\n' })
    await sync()
    await page('/docs/octo/shop/docs/setup.html', (text) => text.includes('Platypus'))
    await hub.hub.store.sql.query(`delete from hub.bindings where workspace = 'console:local'`)
    await page('/docs/octo/shop/', (_, status) => status === 404)
    const empty = await page(
      '/docs/',
      (text, status) => status === 200 && text.includes('No document is collected yet'),
    )
    expect(empty).not.toContain('octo/shop')
  }, 60_000)

  it('is left as it was where a build fails', async () => {
    const source = {
      plugin: 'x',
      repository: 'octo/shop',
      url: '',
      sha: 'a',
      isPrivate: false,
      documents: () => {
        throw new Error('the index went away')
      },
    }
    const before = readdirSync(out)
    const signal = new AbortController().signal
    await expect(buildSite([source], out, { title: 'x', signal })).rejects.toThrow('the index went away')
    expect(readdirSync(out)).toEqual(before)
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })
})
