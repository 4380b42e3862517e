import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnthropicFake, startAnthropicFake } from '../fakes/anthropic.ts'
import { type GitHubFake, REPO, readComment, startGitHubFake } from '../fakes/github/index.ts'
import { isModeAvailable, MODES, startTestHub, type TestHub } from '../support/hub.ts'

const HOOK = 'http://hub.test/hooks/github'
const WORKSPACE = 'github:9919'
const README = '# App\n\n## Start\n\nCall `createApp()` and set `APP_DATA_DIR`.\n'
const APP = 'export function createApp() {\n  return process.env.APP_DATA_DIR\n}\n'

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`documentation of a repository on GitHub, on ${mode}`, () => {
    let github: GitHubFake
    let hub: TestHub
    const target: Parameters<GitHubFake['say']>[0] = (request) => hub.fetch(new Request(HOOK, request))
    const push = async (files: Parameters<GitHubFake['push']>[1], options: Parameters<GitHubFake['push']>[3] = {}) => {
      const pushed = github.push('main', files, 'Change', options)
      expect((await github.send(target, pushed)).status).toBe(200)
      await hub.quiet(30_000)
      return pushed.sha
    }
    const ask = async (line: string, number: number): Promise<string> => {
      await github.say(target, { body: line, number })
      const all = await github.waitFor((every) => every.some((one) => one.on === `${REPO}#${number}`), 30_000)
      const { body = '' } = all.find((one) => one.on === `${REPO}#${number}`) ?? {}
      return body
    }
    const issues = () => github.repository().state.issues

    beforeAll(async () => {
      github = await startGitHubFake()
      hub = await startTestHub(mode, github.env)
      await hub.hub.store.sql.query(
        `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
         values ($1, 'repository', 'github', $1, $2, 'app', $2, '{}'::jsonb, 'test')`,
        [WORKSPACE, REPO],
      )
    }, 60_000)
    afterAll(async () => {
      await hub?.close()
      await github?.close()
    })

    it('is answered from in a comment, with commit and lines', async () => {
      const sha = await push({ 'README.md': README, 'src/app.ts': APP })
      const body = await ask('/docs ask Which data dir must I set?', 21)
      expect(body).toContain(`https://github.com/octo/app/blob/${sha}/README.md?plain=1#L`)
      expect(readComment(body).words).toContain('APP_DATA_DIR')
      expect(readComment(await ask('/docs ask Is there a zeppelin?', 22)).words).toContain('Not documented')
    }, 60_000)
    it('that a push leaves behind becomes one issue, also when the delivery is repeated and the answer was lost', async () => {
      github.faults.add({ kind: 'cut', commit: true }, 1, /^POST \/repos\/octo\/app\/issues$/)
      const renamed = github.push('main', { 'src/app.ts': APP.replace('createApp', 'openApp') })
      await github.send(target, renamed)
      await github.send(target, renamed)
      await hub.quiet(60_000)
      expect(issues().map(({ title }) => title)).toEqual(['Documentation behind the code of main'])
      expect(issues()[0]?.body).toContain('`createApp` → `openApp`')
      expect(readComment(await ask('/docs status', 23)).words).toContain('reported, 1 place no longer true')
    }, 90_000)
    it('that is mended is struck off, and nothing is said of a force-push, another branch or a deleted one', async () => {
      await push({ 'README.md': README.replace('createApp', 'openApp') })
      expect(issues()[0]?.body).toContain('Nothing is left')
      await github.send(target, github.push('topic', { 'src/app.ts': 'export {}\n' }))
      await github.send(target, github.repository().move('topic', null))
      await push({ 'README.md': '# App\n\nRewritten with a wombat.\n', 'src/app.ts': APP }, { onto: null })
      expect(issues()).toHaveLength(1)
      expect(readComment(await ask('/docs search wombat', 24)).words).toContain('wombat')
      expect(github.problems).toEqual([])
    }, 60_000)
  })

describe('documentation of a repository on GitHub, with Claude', () => {
  let github: GitHubFake
  let claude: AnthropicFake
  let hub: TestHub
  const target: Parameters<GitHubFake['say']>[0] = (request) => hub.fetch(new Request(HOOK, request))
  const status = async (number: number): Promise<string> => {
    await github.say(target, { body: '/docs status', number })
    const all = await github.waitFor((every) => every.some((one) => one.on === `${REPO}#${number}`), 30_000)
    return readComment(all.find((one) => one.on === `${REPO}#${number}`)?.body ?? '').words
  }
  const pulls = () => github.repository().state.pulls
  let edit = {
    section: 's1',
    find: '`createApp()`',
    replace: '`openApp()`',
    hunk: 'h1',
    why: 'createApp is called openApp now',
  }

  beforeAll(async () => {
    github = await startGitHubFake()
    claude = await startAnthropicFake({
      script: (request) =>
        'edits' in (request.schema?.properties ?? {}) ? { kind: 'answer', value: { edits: [edit] } } : undefined,
    })
    const model = { ANTHROPIC_API_KEY: claude.apiKey, ANTHROPIC_BASE_URL: claude.baseUrl }
    hub = await startTestHub('embedded', { ...github.env, ...model })
    await hub.hub.store.sql.query(
      `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
       values ($1, 'repository', 'github', $1, $2, 'app', $2, '{}'::jsonb, 'test')`,
      [WORKSPACE, REPO],
    )
    // The hub's own writes come back as deliveries, as they do from GitHub.
    github.connect(target)
  }, 60_000)
  afterAll(async () => {
    await hub?.close()
    await claude?.close()
    await github?.close()
  })
  const rest = async () => {
    await github.settled()
    await hub.quiet(60_000)
    await github.settled()
    await hub.quiet(60_000)
  }

  it('follows the code by one pull request; its own push makes no loop', async () => {
    github.push('main', { 'README.md': README, 'src/app.ts': APP })
    await rest()
    expect(claude.requests).toHaveLength(0)
    const started = performance.now()
    github.push('main', { 'src/app.ts': APP.replace('createApp', 'openApp') })
    await rest()
    expect(performance.now() - started).toBeLessThan(30_000)
    expect(pulls().map(({ title, branch, base }) => [title, branch, base])).toEqual([
      ['Documentation follows main: 1 document', 'autodevhub/docs', 'main'],
    ])
    expect(pulls()[0]?.body).toContain('createApp is called openApp now')
    expect(github.repository().state.issues).toEqual([])
    expect(claude.requests).toHaveLength(1)
    expect(claude.refused).toEqual([])
    expect(await status(31)).toContain('proposed, 1 edit in 1 document')
  }, 90_000)
  it('leaves what people closed closed', async () => {
    github.repository().closePull(pulls()[0]?.number ?? 0)
    await rest()
    github.push('main', { 'src/app.ts': `${APP.replace('createApp', 'openApp')}// createApp is gone\n` })
    await rest()
    expect(pulls()).toHaveLength(1)
    expect(github.repository().state.issues).toEqual([])
    expect(await status(32)).toContain('no drift known')
  }, 90_000)
  it('names the permission that is missing', async () => {
    github.permissions.pull_requests = 'read'
    edit = { ...edit, find: '`APP_DATA_DIR`', replace: '`APP_HOME_DIR`', why: 'the variable has a new name' }
    github.push('main', {
      'src/app.ts': APP.replace('createApp', 'openApp').replaceAll('APP_DATA_DIR', 'APP_HOME_DIR'),
    })
    await rest()
    expect(pulls()).toHaveLength(1)
    expect(await status(33)).toMatch(/last push: refused, .*pull_requests/)
  }, 90_000)
})
