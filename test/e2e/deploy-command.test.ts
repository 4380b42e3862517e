import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HubError, type Message } from '#contract'
import { bindRepository, type DeployHub, sha, startDeployHub } from '../fakes/deploy-hub.ts'

let at: DeployHub
beforeAll(async () => {
  at = await startDeployHub()
})
afterAll(() => at?.close())
beforeEach(async () => {
  await at.reset()
  at.forge.commits.push(
    { sha: sha(1), message: 'First', author: 'ada' },
    { sha: sha(2), message: 'Second, for #7', author: 'ben' },
    { sha: sha(3), message: 'Third', author: 'cleo' },
  )
  await bindRepository(at)
  await at.say(
    'deploy service web --repository octo/web --workflow deploy.yml --environments staging,production --host forge',
  )
})

const runsOf = (message: Message | undefined): string[] =>
  (message?.blocks ?? []).flatMap((b) =>
    b.kind === 'actions' ? b.items.flatMap((a) => ('run' in a ? [a.run] : [])) : [],
  )
/** Types a line and presses the button of the question that comes back. Returns what the asker was told. */
async function confirmed(line: string, who = 'ada'): Promise<string> {
  const asked = await at.say(line, who)
  const run = runsOf(asked.at(-1)?.message).find((one) => one.includes('--confirm'))
  if (run === undefined) throw new Error(`nothing was asked: ${asked.at(-1)?.message.text}`)
  return told(run, who)
}
async function told(line: string, who = 'ada'): Promise<string> {
  const posts = await at.say(line, who)
  return posts.find((post) => post.only !== null || post.message.card === undefined)?.message.text ?? ''
}
const card = (reference: string) =>
  at.posts().find((post) => post.message.card && post.message.text.includes(`\n${reference} · `))
const lead = (reference: string) => card(reference)?.message.text.split('\n')[0]
/** What the code host says of the run with this number. */
async function runs(runId: string, ...states: ('running' | 'success' | 'failure')[]): Promise<void> {
  const commit = at.forge.dispatched.find((one) => one.runId === runId)?.inputs.sha ?? sha(3)
  for (const state of states) {
    const over = state === 'running' ? { state } : { state: 'done' as const, conclusion: state }
    await at.forge.run({ runId, sha: commit, runUrl: `https://forge.test/runs/${runId}`, ...over })
    await at.quiet()
  }
}
async function deployed(environment: string, ref: string): Promise<void> {
  await confirmed(`deploy web ${environment} ${ref}`)
  await runs(String(at.forge.dispatched.length), 'running', 'success')
}

describe('/deploy', () => {
  it('asks first, starts the workflow with the commit, and one card follows the run', async () => {
    const [question] = await at.say('deploy web production')
    expect(question?.message.text).toContain('Deploy web to production?')
    expect(at.forge.dispatched).toEqual([])
    expect(await confirmed('deploy web production')).toBe(
      'D-1: web → production is being started; the card follows it.',
    )
    expect(at.forge.dispatched).toEqual([
      { workflow: 'deploy.yml', ref: 'main', inputs: { environment: 'production', sha: sha(3) }, runId: '1' },
    ])
    expect(lead('D-1')).toBe('🕓 web → production is queued')
    await runs('1', 'running', 'success')
    expect(lead('D-1')).toBe('✅ web → production is live')
    expect(at.posts().filter((post) => post.message.card)).toHaveLength(1)
    expect(JSON.stringify(card('D-1')?.message.blocks)).toContain('https://forge.test/runs/1')
  })
  it('what the code host calls a deployment is the one that the hub started', async () => {
    await confirmed('deploy web production')
    await at.forge.report({ deploymentId: 'gh-1', sha: sha(3), state: 'succeeded', environmentUrl: 'https://web.test' })
    await at.quiet()
    const rows = await at.hub.store.sql.query<{ n: number }>('select count(*)::int as n from hub.deployments')
    expect([rows[0]?.n, lead('D-1')]).toEqual([1, '✅ web → production is live'])
  })
  it('shows before it starts anything what it would bring', async () => {
    await deployed('production', sha(1))
    const [shown] = await at.say('deploy web production --dry-run')
    const text = shown?.message.text ?? ''
    expect(text).toContain('web → production: main @ 0303030')
    expect(text).toContain('Live now: 0101010 (D-1).')
    expect(text).toContain('2 commits\n- 0202020 Second, for #7 (ben)\n- 0303030 Third (cleo)')
    expect(text).toContain('By ben, cleo')
    expect(text).toContain('Issues #7')
    expect(runsOf(shown?.message)).toEqual(['deploy web production main'])
    expect(at.forge.dispatched).toHaveLength(1)
    const [back] = await at.say('deploy web production 0101010 --dry-run')
    expect(back?.message.text).toContain('That is the same commit.')
  })
  it('says of each criterion of the stories whether anybody has seen it hold, and where', async () => {
    at.forge.commits.splice(2, 1, { sha: sha(3), message: 'ST-1 pay by card', author: 'cleo' })
    await at.say('story As a shopper I want to pay by card so that it is quick.')
    await deployed('production', sha(1))
    await deployed('staging', sha(1))
    await deployed('staging', sha(3))
    expect(await told('deploy web production --dry-run')).toMatch(/ST-1 .*: 0 of \d+ criteri/)
    await at.say('deploy verify D-3 ST-1 AC-1', 'cleo')
    const text = await told('deploy web production --dry-run')
    expect(text).toMatch(/1 story\n- ST-1 .*: 1 of \d+ criteri/)
    expect(text).toMatch(/\n- ✓ AC-1 .* \(seen in staging\)\n- ○ AC-2 /)
  }, 30_000)
  it('two at once: one is started, the other is told who deploys', async () => {
    const answers = [await confirmed('deploy web production', 'ada'), await confirmed('deploy web production', 'ben')]
    expect(answers[1]).toMatch(/D-1 by ada is under way.*"deploy cancel D-1"/)
    expect(at.forge.dispatched).toHaveLength(1)
    expect(await confirmed('deploy web staging', 'ben')).toContain('D-2')
    await runs('1', 'failure')
    expect(lead('D-1')).toBe('❌ web → production failed')
    expect(await confirmed('deploy web production', 'ben')).toContain('D-3')
  })
  it('what is missing is named with the command that sets it', async () => {
    expect(await confirmed('deploy shop production')).toMatch(
      /no service shop here\. Known: web\..*deploy service shop --repository/,
    )
    expect(await confirmed('deploy web moon')).toMatch(
      /web goes to staging, production, and not to moon: .*--environments staging,production,moon/,
    )
    expect(await confirmed('deploy web production nowhere')).toContain('octo/web has no branch, tag or commit nowhere')
    await at.say('deploy service batch --environments production')
    expect(await confirmed('deploy batch production')).toContain('name its repository and the workflow')
    expect(await told('deploy service status --repository octo/web')).toContain('no service can be called status')
    expect(at.forge.dispatched).toEqual([])
  })
  it('a repository that nobody bound here is neither read nor deployed', async () => {
    const line =
      'deploy service spy --repository victim/private --workflow deploy.yml --environments production --host forge'
    expect(await told(line)).toContain('victim/private belongs to no project here: bind it first')
    await at.hub.store.sql.query('delete from hub.bindings')
    expect(await told('deploy web production --dry-run')).toContain('octo/web belongs to no project here')
    expect(await confirmed('deploy web production')).toContain('octo/web belongs to no project here')
    expect(at.forge.dispatched).toEqual([])
  })
  it('a member may not deploy, and may look', async () => {
    expect(await told('deploy web production', 'cleo')).toMatch(/maintainer/)
    expect(await told('deploy status', 'cleo')).toContain('No deployment is known yet')
    expect(at.forge.dispatched).toEqual([])
  })
  it('what cannot be started fails on its card with the reason, and the lock is free', async () => {
    at.forge.fail = new HubError('FORBIDDEN', 'The token may not start workflows: grant it actions:write')
    await confirmed('deploy web production')
    expect(card('D-1')?.message.text).toContain('grant it actions:write')
    expect(lead('D-1')).toBe('❌ web → production failed')
    expect(await confirmed('deploy web production')).toContain('D-2')
  })
  it('is ended by hand only where nothing runs any more', async () => {
    await confirmed('deploy web production')
    expect(await told('deploy cancel D-1')).toMatch(
      /Stop it on https:\/\/forge\.test\/runs\/1; .*deploy cancel D-1 --force/,
    )
    expect(await told('deploy cancel D-1 --force')).toContain('D-1 is cancelled')
    expect(lead('D-1')).toBe('⚪ web → production was cancelled')
    expect(await told('deploy cancel D-1 --force', 'ben')).toContain('over already')
  })
})

describe('runs that the hub did not start', () => {
  it('are deployments where their workflow can only mean one service and one place', async () => {
    await at.say('deploy service web --environments production')
    await at.say('hub subscribe deploys all')
    await at.forge.run({ runId: '90', event: 'push', path: '.forge/workflows/test.yml' })
    await at.forge.run({ runId: '91', event: 'push', state: 'running' })
    await at.quiet()
    expect(lead('D-1')).toBe('🚀 web → production is being deployed')
    await at.forge.run({ runId: '91', event: 'push', state: 'done', conclusion: 'failure' })
    await at.quiet()
    expect(card('D-1')?.message.text).toContain('Deploy ended with failure')
    const rows = await at.hub.store.sql.query<{ n: number }>('select count(*)::int as n from hub.deployments')
    expect(rows[0]?.n).toBe(1)
  })
  it('leave something behind, which comes onto the card once, and nothing fails where it cannot be read', async () => {
    await at.say('deploy service web --environments production')
    await at.say('hub subscribe deploys all')
    at.forge.artifacts = ['web-dist', 'report']
    await at.forge.run({ runId: '91', event: 'push', state: 'done', conclusion: 'failure' })
    await at.quiet()
    const shown = card('D-1')?.message
    expect(shown?.text).toContain('❌ web → production failed')
    expect(shown?.text).toContain('Artifacts: web-dist (310 kB), report (310 kB)')
    expect(shown?.blocks).toContainEqual({
      kind: 'text',
      markdown:
        '**Artifacts**\n- [web-dist](https://forge.test/runs/91/artifacts/0) 310 kB\n- [report](https://forge.test/runs/91/artifacts/1) 310 kB',
    })
    const states = card('D-1')?.states.length
    await at.forge.run({ runId: '91', event: 'push', state: 'done', conclusion: 'failure' })
    await at.quiet()
    expect(card('D-1')?.states.length).toBe(states)
    at.forge.artifacts = new HubError('FORBIDDEN', 'the token may not do that; it needs actions=read')
    await at.forge.run({ runId: '92', event: 'push', state: 'done', conclusion: 'success' })
    await at.quiet()
    expect(lead('D-2')).toBe('✅ web → production is live')
    expect(card('D-2')?.message.text).not.toContain('Artifacts')
  })
  it('are left alone where nobody could tell what they deploy', async () => {
    await at.forge.run({ runId: '91', event: 'push', state: 'running' })
    await at.quiet()
    const rows = await at.hub.store.sql.query<{ n: number }>('select count(*)::int as n from hub.deployments')
    expect(rows[0]?.n).toBe(0)
  })
})

describe('freezes', () => {
  it('nothing goes to a frozen environment; other environments and rollbacks do', async () => {
    await deployed('production', sha(1))
    await deployed('production', sha(2))
    await at.say('deploy freeze production --hours 2 --zone Europe/Berlin the big sale')
    expect(await confirmed('deploy web production')).toMatch(
      /production is frozen until .* Europe\/Berlin \(F-1 by ada: the big sale\).*deploy unfreeze F-1/,
    )
    expect(await confirmed('deploy web staging')).toContain('D-3')
    expect((await told('deploy freezes')).split('\n')[1]).toMatch(/^F-1 · every service → production · now, until/)
    expect(await confirmed('deploy rollback D-2')).toContain('D-4')
    await runs('4', 'success')
    await at.say('deploy unfreeze F-1')
    expect(await confirmed('deploy web production')).toContain('D-5')
  })
  it('a freeze that would never hold is refused', async () => {
    expect(await told('deploy freeze all --cron "61 25 * * 9" --hours 2')).toContain('is no cron pattern')
    expect(await told('deploy freeze all --cron "0 16 * * 5"')).toContain('--hours')
    expect(await told('deploy freeze all --from 2020-01-01 --to 2020-01-02')).toContain('nothing would be frozen')
    expect(await told('deploy freeze all --hours 2 --zone Mars/Olympus')).toContain('no time zone')
    expect(await told('deploy freezes')).toBe('Nothing is frozen, now or later.')
  })
})

describe('approval', () => {
  beforeEach(() => at.say('deploy environment production --approvals 1'))
  it('waits for somebody else with the role, never the asker', async () => {
    expect(await confirmed('deploy web production')).toContain('waits for 1 approval of somebody else')
    expect(at.forge.dispatched).toEqual([])
    expect(runsOf(card('D-1')?.message)).toContain('deploy approve D-1')
    expect(await told('deploy approve D-1', 'ada')).toContain('You asked for D-1 yourself')
    expect(await told('deploy approve D-1', 'cleo')).toContain('needs the role maintainer')
    expect(at.forge.dispatched).toEqual([])
    await at.say('deploy approve D-1', 'ben')
    expect(at.forge.dispatched).toHaveLength(1)
    expect(card('D-1')?.message.text).toContain('approved by ben')
    expect(await told('deploy approve D-1', 'ben')).toContain('D-1')
    expect(at.forge.dispatched).toHaveLength(1)
  })
  it('what was approved is the commit that was asked for, whatever is pushed meanwhile', async () => {
    await confirmed('deploy web production')
    at.forge.commits.push({ sha: sha(4), message: 'Fourth, unseen', author: 'eve' })
    await at.say('deploy approve D-1', 'ben')
    expect(at.forge.dispatched[0]?.inputs.sha).toBe(sha(3))
  })
  it('a workflow that takes no commit does not deploy what nobody approved', async () => {
    await at.say('deploy service web --inputs environment')
    await confirmed('deploy web production')
    at.forge.commits.push({ sha: sha(4), message: 'Fourth, unseen', author: 'eve' })
    await at.say('deploy approve D-1', 'ben')
    expect(at.forge.dispatched).toEqual([])
    expect(card('D-1')?.message.text).toContain('main has moved on since this was asked for')
  })
  it('another account of the asker is still the asker', async () => {
    await confirmed('deploy web production')
    const code = /hub link ([a-z0-9-]+)/i.exec((await at.say('hub link', 'ada'))[0]?.message.text ?? '')?.[1]
    await at.say(`hub link ${code}`, 'ben')
    expect(await told('deploy approve D-1', 'ben')).toContain('You asked for D-1 yourself')
    expect(at.forge.dispatched).toEqual([])
  })
  it('a refusal ends it with the reason, once', async () => {
    await confirmed('deploy web production')
    await at.say('deploy reject D-1 not on a Friday', 'ben')
    expect(card('D-1')?.message.text).toContain('Refused by ben: not on a Friday')
    expect(await told('deploy approve D-1', 'ben')).toContain('waits for no approval any more')
    expect(await confirmed('deploy web production')).toContain('D-2')
  })
  it('a freeze that began meanwhile stops the approval', async () => {
    await confirmed('deploy web production')
    await at.say('deploy freeze all --hours 1 incident')
    expect(await told('deploy approve D-1', 'ben')).toContain('frozen until')
    expect(at.forge.dispatched).toEqual([])
  })
})

describe('rollback', () => {
  beforeEach(async () => {
    await deployed('production', sha(1))
    await deployed('production', sha(2))
  })
  it('deploys what was live before, and marks what it took back', async () => {
    expect(runsOf(card('D-2')?.message)).toContain('deploy rollback D-2')
    await confirmed('deploy rollback D-2')
    expect(at.forge.dispatched[2]?.inputs.sha).toBe(sha(1))
    await runs('3', 'running', 'success')
    expect(lead('D-2')).toBe('↩ web → production was rolled back')
    expect(card('D-3')?.message.text).toContain('takes back D-2')
    const status = await told('deploy status web')
    expect(status).toContain('D-3')
  })
  it('of a rollback would bring the bad one live again: it is refused with the way to say so', async () => {
    await confirmed('deploy rollback D-2')
    await runs('3', 'success')
    expect(runsOf(card('D-3')?.message)).not.toContain('deploy rollback D-3')
    expect(await confirmed('deploy rollback D-3')).toMatch(/D-3 took back D-2.*"deploy web production 0202020"/)
    expect(await confirmed('deploy rollback D-2')).toContain('was taken back already')
    expect(await confirmed('deploy rollback D-1')).toContain('D-3 is live by now')
    expect(at.forge.dispatched).toHaveLength(3)
  })
  it('of the first one leads nowhere, and says so', async () => {
    await deployed('staging', sha(1))
    expect(await confirmed('deploy rollback D-3')).toContain('Nothing is known that was live before D-3')
  })
  it('waits while somebody deploys there', async () => {
    await confirmed('deploy web production')
    expect(await confirmed('deploy rollback D-2')).toContain('D-3 by ada is under way')
  })
})
