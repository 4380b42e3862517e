import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANN, type GitHubFake, REPO, readComment, startGitHubFake } from '../fakes/github/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const HOOK = 'http://hub.test/hooks/github'

describe('code on GitHub: bound by who administers it, told as events, caught up after an outage', () => {
  let github: GitHubFake
  let hub: TestHub
  const target: Parameters<GitHubFake['say']>[0] = (request) => hub.fetch(new Request(HOOK, request))
  const words = async (line: string, number: number): Promise<string> => {
    await github.say(target, { body: line, number })
    const all = await github.waitFor((every) => every.some((one) => one.on === `${REPO}#${number}`), 20_000)
    return readComment(all.find((one) => one.on === `${REPO}#${number}`)?.body ?? '').words
  }
  const api = (input: string) =>
    hub.fetch(
      new Request('http://hub.test/api/v1/commands', {
        method: 'POST',
        headers: { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ input, idempotencyKey: 'role-of-ann' }),
      }),
    )
  beforeAll(async () => {
    github = await startGitHubFake()
    hub = await startTestHub('embedded', github.env)
    github.push('main', { 'README.md': '# App\n' })
  }, 60_000)
  afterAll(async () => {
    await hub?.close()
    await github?.close()
  })

  it('a repository is bound by somebody who administers it, and by nobody else', async () => {
    await words('/hub whoami', 30)
    expect((await api(`hub role github:${ANN.id} maintainer --workspace=github:9919`)).status).toBe(202)
    await expect.poll(() => hub.count('audit', `action = 'role'`)).toBe(1)
    github.repository().state.collaborators.set(ANN.login, 'write')
    expect(await words('/hub bind repository payments github:octo/app', 31)).toMatch(/administ/i)
    github.repository().state.collaborators.set(ANN.login, 'admin')
    expect(await words('/hub bind repository payments github:OCTO/app', 32)).toMatch(
      /belongs to the project .*payments.* now/,
    )
    expect(await words('/hub bind repository payments github:octo/none', 33)).toMatch(/not|no /i)
    expect(await words('/hub projects payments', 34)).toContain(REPO)
  }, 60_000)
  it('a push is stored once, however often it is delivered', async () => {
    const push = github.push('main', { 'README.md': '# Application\n' }, 'Rename')
    for (let i = 0; i < 3; i++) expect((await github.send(target, push)).status).toBe(200)
    expect(await hub.count('inbox', `delivery_id = '${push.deliveryId}:event'`)).toBe(1)
  })
  it('what could not be delivered is caught up by the next sweep, and the project’s channel is told', async () => {
    await words('/hub bind channel payments', 35)
    const missed = [github.push('main', { a: '1' }), github.push('main', { a: '2' })]
    expect(await hub.count('inbox', `delivery_id like '${missed[0]?.deliveryId}%'`)).toBe(0)
    // The next slot, without five minutes of waiting.
    await hub.hub.store.sql.query(
      `insert into hub.inbox (id, workspace, source, delivery_id, kind, lane, body)
       select gen_random_uuid(), workspace, source, 'next slot', kind, lane, body from hub.inbox
       where kind like '%schedule.github.deliveries%' limit 1`,
    )
    const told = await github.waitFor((every) => every.some(({ body }) => body.includes('caught up')), 20_000)
    const notes = told.filter(({ body }) => body.includes('caught up'))
    expect(notes.map(({ on }) => on)).toEqual([`${REPO}#35`])
    expect(readComment(notes[0]?.body ?? '').words).toMatch(
      /GitHub · octo\/app: \d+ events missed at .* UTC, now caught up/,
    )
    for (const { deliveryId } of missed) expect(await hub.count('inbox', `delivery_id = '${deliveryId}:event'`)).toBe(1)
    expect(github.problems).toEqual([])
  }, 40_000)
})
