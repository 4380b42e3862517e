import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionsFake } from '../fakes/workflow-github.ts'
import { buttonOf, startWorkflowHub, WORKSPACE, type WorkflowHub } from '../fakes/workflow-hub.ts'

describe('the library, from chat to production', () => {
  const { plugin, actions } = actionsFake(WORKSPACE)
  let desk: WorkflowHub
  let errors = '0.001'
  const prometheus = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://x').searchParams.get('query') ?? ''
    const value = query.startsWith('latency') ? '0.2' : errors
    const result = query.includes('nothing') ? [] : [{ metric: {}, value: [1, value] }]
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
  })
  let address = ''
  let canary = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve))
    const { port } = prometheus.address() as AddressInfo
    address = `http://127.0.0.1:${port}`
    canary = `canary repository=octo/web weights=5,25,100 prometheus=${address} query=errors`
    desk = await startWorkflowHub({ plugins: [plugin], config: { allowHosts: `127.0.0.1:${port}` } })
  })
  afterAll(async () => {
    prometheus.close()
    await desk?.close()
  })
  const start = async (line: string, who = 'ada') => {
    actions.started.length = 0
    actions.conclude = () => 'success'
    const shown = await desk.say(`workflow run ${line}`, who)
    const post = shown.find(({ message }) => message.card)
    if (!post) throw new Error(shown.map(({ message }) => message.text).join('\n'))
    return { post, reference: post.message.card?.of.replace('workflow ', '') ?? '' }
  }
  const words = () => desk.posts().map(({ message }) => message.text)
  const started = () => actions.started.map(({ what }) => what)

  it('ci-pipeline: rejected once, run again, then taken back by itself when production is not well', async () => {
    const { post, reference } = await start('ci-pipeline repository=octo/web')
    expect(started().sort()).toEqual(['lint.yml {}', 'security.yml {}', 'test.yml {}'])
    await desk.say(buttonOf(post.message, 'Approve'), 'ben')
    expect(post.message.text).toContain('Deploy main of octo/web to production?')
    await desk.say(`${buttonOf(post.message, 'Reject')} the migration is missing`, 'ben')
    expect(post.message.text).toContain('approval failed: rejected by ben: the migration is missing')
    expect(started().at(-1)).toBe('smoke.yml {"environment":"staging"}')

    const shown = await desk.say(`workflow rerun ${reference} approval`, 'ada')
    const again = shown.find(({ message }) => message.card)
    if (!again) throw new Error(shown.map(({ message }) => message.text).join('\n'))
    // A person's word is asked for anew; what machines found out stands.
    await desk.say(buttonOf(again.message, 'Approve'), 'ben')
    actions.conclude = (what) => (what === 'smoke.yml {"environment":"production"}' ? 'failure' : 'success')
    await desk.say(buttonOf(again.message, 'Approve'), 'ben')
    expect(started().slice(-3)).toEqual([
      'deploy.yml {"environment":"production"}',
      'smoke.yml {"environment":"production"}',
      'rollback.yml {"environment":"production"}',
    ])
    expect(again.message.text).toContain('Error: 503 from /health')
    expect(again.message.text).toContain('↩ Production is taken back')
    expect(again.message.text).toMatch(/^ci-pipeline · WF-\d+ failed/)
  })

  it('ci-pipeline: taken back by itself when the error rate of production rises', async () => {
    errors = '0.2'
    const line = `ci-pipeline repository=octo/web prometheus=${address} query=errors`
    const late = await start(`${line} settle=soon`)
    await desk.say(buttonOf(late.post.message, 'Approve'), 'ben')
    await desk.say(buttonOf(late.post.message, 'Approve'), 'ben')
    expect(late.post.message.text).toContain('“soon” is no time to wait: write it like 90s, 15m, 2h or 3d')
    const { post } = await start(`${line} settle=1ms`)
    await desk.say(buttonOf(post.message, 'Approve'), 'ben')
    await desk.say(buttonOf(post.message, 'Approve'), 'ben')
    expect(started().slice(-2)).toEqual([
      'smoke.yml {"environment":"production"}',
      'rollback.yml {"environment":"production"}',
    ])
    expect(post.message.text).toContain('20 % of the requests fail in production, at most 1 % may')
    expect(post.message.text).toContain('↩ Production is taken back')
  })

  it('ci-pipeline: a red test stops it before anybody is asked', async () => {
    actions.started.length = 0
    const begun = desk.say('workflow run ci-pipeline repository=octo/api', 'ada')
    actions.conclude = (what) => (what.startsWith('test.yml') ? 'failure' : 'success')
    const post = (await begun).find(({ message }) => message.card)
    expect(post?.message.text).toContain('Not good enough: lint succeeded, tests failed, security succeeded')
    expect(started()).toHaveLength(3)
  })

  it('pipelines whose inputs name files to start are for maintainers', async () => {
    const [denied] = await desk.say('workflow run github-run repository=octo/web workflow=deploy.yml', 'cleo')
    expect(denied?.message.text).toContain('github-run can be started by every maintainer')
  })

  it('canary: grows to all of the traffic while it is well', async () => {
    errors = '0.001'
    const { post } = await start(canary)
    expect(started()).toEqual(['canary.yml {"weight":"5"}'])
    await desk.hurry('workflow.due')
    expect(post.message.text).toContain('Traffic in %: 1 of 3, now 25')
    await desk.hurry('workflow.due')
    await desk.hurry('workflow.due')
    expect(started()).toEqual(['5', '25', '100'].map((weight) => `canary.yml {"weight":"${weight}"}`))
    expect(post.message.text).toMatch(/^canary · WF-\d+ succeeded/)
    expect(words()).toContain('octo/web main: all of the traffic is on it.')
  })

  it('canary: is taken back by itself at the share where too many requests fail, and says how many', async () => {
    errors = '0.001'
    const { post } = await start(canary)
    await desk.hurry('workflow.due')
    errors = '0.18273'
    await desk.hurry('workflow.due')
    expect(started()).toEqual(['5', '25', '0'].map((weight) => `canary.yml {"weight":"${weight}"}`))
    const why = 'At 25 % of the traffic 18.27 % of the requests fail, at most 1 % may'
    expect(post.message.text).toMatch(/^canary · WF-\d+ failed/)
    expect(post.message.text).toContain(`✗ Traffic in %: ${why}`)
    expect(post.message.text).toContain('↩ Canary is taken back')
    expect(words()).toContain(`octo/web main: being taken back. ${why}`)
    const blind = await start(`canary repository=octo/web weights=5 prometheus=${address} query=nothing`)
    await desk.hurry('workflow.due')
    expect(started().at(-1)).toBe('canary.yml {"weight":"0"}')
    expect(blind.post.message.text).toContain('Prometheus has no number for nothing')
  })

  it('canary: cancelled half-way, its share of the traffic is taken back too', async () => {
    const { post, reference } = await start(canary)
    await desk.say(`workflow cancel ${reference}`, 'ada')
    expect(started()).toEqual(['canary.yml {"weight":"5"}', 'canary.yml {"weight":"0"}'])
    expect(post.message.text).toMatch(/^canary · WF-\d+ was cancelled/)
    const { post: odd } = await start(`canary repository=octo/web weights=250 prometheus=${address} query=errors`)
    expect(odd.message.text).toContain('weights are shares of the traffic in %')
    expect(words()).toContain('octo/web main: not begun. weights are shares of the traffic in %, such as 5,25,100')
    expect(started()).toEqual([])
  })

  it('blue-green: switches back when the numbers are bad', async () => {
    errors = '0.2'
    const { post } = await start(`blue-green repository=octo/web prometheus=${address} errors=errors latency=latency`)
    await desk.say(buttonOf(post.message, 'Approve'), 'ben')
    await desk.hurry('workflow.due')
    expect(started()).toEqual(['deploy.yml {"slot":"new"}', 'switch.yml {"to":"new"}', 'switch.yml {"to":"old"}'])
    expect(post.message.text).toContain(
      '20 % of the requests fail (at most 1 %), 95 % are answered within 0.2 s (at most 0.5 s)',
    )
  })

  it('incident: escalates when nobody takes it, and ends when somebody says so', async () => {
    const { post } = await start('incident title="Checkout is down" severity=critical')
    await desk.hurry('workflow.due')
    expect(
      desk
        .posts()
        .map(({ message }) => message.text)
        .join('\n'),
    ).toContain('Nobody has taken the incident yet')
    await desk.say(buttonOf(post.message, 'Approve'), 'ben')
    expect(post.message.text).toContain('Is it over?')
    await desk.say(buttonOf(post.message, 'Approve'), 'cleo')
    expect(desk.posts().at(-1)?.message.text ?? '').not.toBe('')
    expect(post.message.text).toContain('✓ Word of its end')
  })

  it('release and feature: ask, wait and tell', async () => {
    const release = await start('release service=shop', 'cleo')
    await desk.say(buttonOf(release.post.message, 'Approve'), 'ada')
    expect(desk.posts().map(({ message }) => message.text)).toContainEqual('shop main is released, approved by ada')
    const feature = await start('feature requirement="Pay with a saved card" repository=octo/web branch=feature/cards')
    expect(words()).toContain('Draft with /story:\n- Pay with a saved card')
    await desk.say(buttonOf(feature.post.message, 'Approve'), 'ben')
    expect(feature.post.message.text).toContain('◷ Implementation: waits')
  })

  it('what the runs left behind stands on the card, of a run that failed too, and later steps can read it', async () => {
    actions.leave = (what) => (what.startsWith('build') ? ['web-dist', 'report'] : [])
    await desk.save(
      'shipped',
      [
        'steps:',
        '  build: { workflow: github-run, with: { repository: octo/web, workflow: build.yml } }',
        '  there:',
        '    needs: [build]',
        '    when: always',
        '    gate: steps.build.output.artifacts.exists(a, a.name == "web-dist" && !a.expired)',
      ].join('\n'),
    )
    for (const conclusion of ['success', 'failure']) {
      actions.started.length = 0
      actions.conclude = () => conclusion
      const post = (await desk.say('workflow run shipped', 'ada')).find(({ message }) => message.card)
      expect(post?.message.text).toContain('✓ there')
      expect(post?.message.text).toContain('Artifacts: web-dist (4.2 MB), report (4.2 MB)')
      const shown = JSON.stringify(post?.message.blocks)
      expect(shown).toContain('- [web-dist](https://github.test/runs/1/artifacts/0) 4.2 MB')
    }
    actions.leave = () => []
  })

  it('every run above plays again to the same plan', async () => expect(await desk.replayAll()).toEqual([]))
})
