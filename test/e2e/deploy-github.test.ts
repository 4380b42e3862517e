import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitHubFake, REPO, readComment, startGitHubFake } from '../fakes/github/index.ts'
import { type FakeMessage, type Sender, type SlackFake, startSlackFake } from '../fakes/slack/index.ts'
import { TEAM } from '../fakes/slack/state.ts'
import { jiraSite, linearSite, type Site } from '../fakes/tracker-sites.ts'
import { isModeAvailable, MODES, startTestHub, type TestHub } from '../support/hub.ts'

const HUB = 'http://hub.test'
const WORKSPACE = `slack:${TEAM}`

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`deployments of a repository on GitHub, in Slack, on ${mode}`, () => {
    let github: GitHubFake
    let slack: SlackFake
    let trackers: readonly Site[] = []
    let hub: TestHub
    let ann: Sender
    const target: Parameters<GitHubFake['say']>[0] = (request) => hub.fetch(new Request(`${HUB}/hooks/github`, request))
    const send = async (webhook: Parameters<GitHubFake['send']>[1]) => {
      expect((await github.send(target, webhook)).status).toBe(200)
      await hub.quiet(30_000)
    }
    const cards = (channel: string) =>
      slack.shown(channel).filter((m) => m.only === undefined && / → production /.test(m.text))
    const press = async (message: FakeMessage, label: RegExp) => {
      const texts = message.blocks.flatMap((b) =>
        b.type === 'actions' ? (b.elements as { text: { text: string } }[]).map((e) => e.text.text) : [],
      )
      const index = texts.findIndex((text) => label.test(text))
      expect(index, `${label} among ${texts.join()}`).toBeGreaterThanOrEqual(0)
      await ann.click(message, index)
      await hub.quiet(30_000)
    }
    let operated = 0
    const operate = async (input: string) => {
      const headers = { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' }
      operated += 1
      const body = JSON.stringify({ input, idempotencyKey: `operate-${operated}` })
      await hub.fetch(new Request(`${HUB}/api/v1/commands`, { method: 'POST', headers, body }))
      await hub.quiet()
    }
    /** Types a command and presses the button of the question that comes back. */
    const confirmed = async (text: string) => {
      const before = slack.shown('C1').length
      await ann.slash({ command: '/deploy', text, channel: 'C1' })
      const all = await slack.waitFor((m) => m.length > before, { channel: 'C1' })
      const question = all.at(-1)
      if (!question) throw new Error('nothing was asked')
      await press(question, /yes|confirm|deploy|take|do it/i)
    }

    beforeAll(async () => {
      ;[github, slack] = await Promise.all([startGitHubFake(), startSlackFake({ openWorld: true })])
      trackers = await Promise.all([jiraSite(), linearSite()])
      hub = await startTestHub(mode, {
        ...github.env,
        ...slack.env,
        ...Object.assign({}, ...trackers.map((t) => t.env)),
      })
      ann = slack.to((request) => hub.fetch(new Request(`${HUB}/hooks/slack`, request)))
      await ann.slash({ command: '/hub', text: 'whoami', channel: 'C0' })
      const [who] = await slack.waitFor((all) => all.length > 0, { channel: 'C0' })
      const account = /slack:\w+/.exec(JSON.stringify(who?.blocks))?.[0]
      await operate(`hub role ${account} maintainer --workspace=${WORKSPACE}`)
      for (const { target } of trackers) await operate(`hub bind tracker app ${target}`)
      await hub.hub.store.sql.query(`update hub.bindings set workspace = $1 where kind = 'tracker'`, [WORKSPACE])
      await hub.hub.store.sql.query(
        `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
         values ($1, 'repository', 'github', 'github:9919', $2, 'app', $2, '{}'::jsonb, 'test')`,
        [WORKSPACE, REPO],
      )
      github.repository().state.workflows.push({
        id: 7,
        name: 'Deploy',
        path: '.github/workflows/deploy.yml',
        inputs: ['environment', 'sha'],
        showsInputs: false,
        tellsRun: true,
      })
      await hub.quiet()
      await ann.slash({ command: '/hub', text: 'subscribe deploys production', channel: 'C1' })
      await ann.slash({
        command: '/deploy',
        text: `service app --repository ${REPO} --workflow deploy.yml --environments production`,
        channel: 'C0',
      })
      await hub.quiet()
    }, 60_000)
    afterAll(async () => {
      await hub?.close()
      await Promise.all([github, slack, ...trackers].map((one) => one?.close()))
    })

    it('reports of GitHub become one card, edited to its end, also when they come twice and out of order', async () => {
      await send(github.push('main', { 'a.txt': '1' }, 'First'))
      const people = github.repository()
      const created = people.deployment({ id: 1 })
      const running = people.deployment({ id: 1, state: 'in_progress' })
      const done = people.deployment({ id: 1, state: 'success' })
      for (const webhook of [running, created, done, running, done]) await send(webhook)
      const [card, ...more] = cards('C1')
      expect(more).toEqual([])
      expect(card?.text).toContain('✅ app → production is live')
      expect(card?.edited).toBe(true)
      expect(JSON.stringify(card?.blocks)).toContain('https://production.example.com')
    }, 60_000)

    it('/deploy starts the workflow once, and the card stands in the channel, under the pull request and in the issues', async () => {
      const people = github.repository()
      const issues = await Promise.all(trackers.map((site) => site.create('Round prices', 'As on the receipt.')))
      const title = `A change for ${issues.map(({ key }) => key).join(' and ')}`
      await send(people.push('change', { 'b.txt': '2' }, title))
      const opened = people.openPull({ branch: 'change', title })
      await send(opened)
      for (const webhook of people.mergePull(opened.number)) await send(webhook)
      await confirmed('app production')
      const runs = people.state.runs.filter((run) => run.event === 'workflow_dispatch')
      expect(runs).toHaveLength(1)
      const [run] = runs
      expect(run?.inputs).toEqual({ environment: 'production', sha: people.git.resolve('main') })
      await send(people.run({ name: 'Deploy', id: run?.id ?? 0, status: 'in_progress' }))
      for (const name of ['web-dist', 'sbom <!channel>', 'report', 'coverage', 'logs', 'screens', 'trace'])
        people.upload(run?.id ?? 0, name, { sizeBytes: 4_200_000 })
      await send(people.run({ name: 'Deploy', id: run?.id ?? 0, status: 'completed', conclusion: 'success' }))
      // The same deployment, as GitHub calls it.
      await send(people.deployment({ id: 2, state: 'success' }))
      const [, card, ...more] = cards('C1')
      expect(more).toEqual([])
      expect(card?.text).toContain('✅ app → production is live')
      expect(card?.text).toContain(`issues ${issues.map(({ key }) => key).join(', ')}`)
      const shown = JSON.stringify(card?.blocks)
      const page = `https://github.com/${REPO}/actions/runs/${run?.id}`
      const [web] = run?.artifacts ?? []
      expect(shown).toContain(`<${page}/artifacts/${web?.id}|web-dist> 4.2 MB`)
      expect(shown).toContain('|sbom &lt;!channel&gt;> 4.2 MB')
      expect(shown).toContain(`<${page}|and 2 more>`)
      expect(shown).not.toContain('screens')
      const lists = github.requests.filter(({ path }) => path.endsWith(`/runs/${run?.id}/artifacts`))
      expect(lists.map(({ status }) => status)).toEqual([200])
      const comments = github.shown(`${REPO}#${opened.number}`)
      expect(comments).toHaveLength(1)
      expect(comments[0]?.body).toContain(`[web-dist](${page}/artifacts/${web?.id}) 4\\.2 MB`)
      expect(readComment(comments[0]?.body ?? '').words).toContain('app → production is live')
      // A command typed there would be about another workspace.
      expect(comments[0]?.body).not.toContain('/deploy')
      expect(github.problems).toEqual([])
      expect(slack.problems).toEqual([])
      for (const [n, site] of trackers.entries()) {
        const id = issues[n]?.id ?? ''
        await expect.poll(() => site.comments(id), { timeout: 20_000 }).toHaveLength(1)
        await expect
          .poll(async () => (await site.comments(id))[0], { timeout: 20_000 })
          .toContain('app → production is live')
        expect((await site.comments(id))[0]).not.toContain('/deploy')
        expect(site.problems()).toEqual([])
      }
    }, 60_000)

    it('a workflow that starts a run shows on its card what it left behind, and is quiet when it is over', async () => {
      const people = github.repository()
      const before = people.state.runs.length
      const build = { id: 8, name: 'Build', path: '.github/workflows/build.yml', inputs: [] }
      people.state.workflows.push({ ...build, showsInputs: false, tellsRun: true })
      const line = `run github-run repository=${REPO} workflow=build.yml`
      await ann.slash({ command: '/workflow', text: line, channel: 'C2' })
      await expect.poll(() => people.state.runs.length, { timeout: 20_000 }).toBe(before + 1)
      const id = people.state.runs.at(-1)?.id ?? 0
      const soon = Date.now() + 2 * 86_400_000
      const dist = people.upload(id, 'dist_*main*', { sizeBytes: 310_400, expiresAtMs: soon })
      people.upload(id, 'old-logs', { expiresAtMs: Date.now() - 1_000 })
      // Its wait for the end of the run has a timer of three hours, which goes with it.
      await send(people.run({ name: 'Build', id, status: 'completed', conclusion: 'success' }))
      const [card, ...more] = slack.shown('C2').filter((m) => m.only === undefined)
      expect(more).toEqual([])
      expect(card?.text).toMatch(/^github-run · WF-\d+ succeeded/)
      const shown = JSON.stringify(card?.blocks)
      const until = new Date(soon).toISOString().slice(0, 10)
      const page = `https://github.com/${REPO}/actions/runs/${id}`
      expect(shown).toContain(`<${page}/artifacts/${dist.id}|dist_`)
      expect(shown).toContain(`> 310 kB, until ${until}`)
      expect(shown).toContain('old-logs 1 kB, expired')
      expect(slack.problems).toEqual([])
      const outputs = await hub.hub.store.sql.query<{ output: { value: { artifacts: object[] } } }>(
        `select output from hub.workflow_steps where key = 'result'`,
      )
      expect(outputs.map(({ output }) => output.value.artifacts)).toMatchObject([
        [
          { name: 'dist_*main*', sizeBytes: 310_400, digest: dist.digest, expired: false },
          { name: 'old-logs', expired: true },
        ],
      ])
    }, 60_000)

    it('the button takes it back to the commit that was live before', async () => {
      const people = github.repository()
      const [first, second] = cards('C1')
      if (!first || !second) throw new Error('there are no cards')
      const before = slack.shown('C1').length
      await press(second, /^Roll back$/)
      const asked = (await slack.waitFor((m) => m.length > before, { channel: 'C1' })).at(-1)
      if (!asked) throw new Error('nothing was asked')
      await press(asked, /yes|confirm|take|do it/i)
      const run = people.state.runs.filter((one) => one.event === 'workflow_dispatch').at(-1)
      expect(run?.inputs.sha).not.toBe(people.git.resolve('main'))
      await send(people.run({ name: 'Deploy', id: run?.id ?? 0, status: 'completed', conclusion: 'success' }))
      const shown = cards('C1').map((m) => m.text.split('\n')[0])
      expect(shown.slice(0, 3)).toEqual([
        '✅ app → production is live',
        '↩ app → production was rolled back',
        '✅ app → production is live',
      ])
    }, 60_000)
  })
