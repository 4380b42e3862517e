import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { bindRepository, bindTracker, type DeployHub, sha, startDeployHub } from '../fakes/deploy-hub.ts'

let at: DeployHub
beforeAll(async () => {
  at = await startDeployHub()
})
afterAll(() => at?.close())
beforeEach(async () => {
  await at.reset()
  await bindRepository(at)
  await bindTracker(at)
  at.forge.commits.push({ sha: sha(1), message: 'First', author: 'ada' })
  await at.forge.report({ deploymentId: '1', sha: sha(1), state: 'succeeded', atMs: Date.now() - 60_000 })
  await at.quiet()
})

const cardsIn = (channel: string) => at.posts(channel).filter((post) => post.message.card)
const lead = (text: string | undefined) => text?.split('\n')[0]
/** What the next commit says, deployed up to this state. */
async function deployed(message: string, ...states: ('running' | 'succeeded' | 'failed')[]): Promise<void> {
  if (at.forge.commits.length === 1) at.forge.commits.push({ sha: sha(2), message, author: 'ben' })
  for (const state of states) {
    await at.forge.report({ deploymentId: '2', sha: sha(2), state })
    await at.quiet()
  }
}

it('the issue of a story that goes live has one comment, edited until it is live', async () => {
  await at.say('story As a shopper I want to pay by card so that it is quick.')
  const issue = at.acme.add('Pay by card', '')
  await at.say(`story link ST-1 acme ${issue.key}`)
  await deployed('ST-1 pay by card', 'running', 'succeeded')
  const [comment, ...more] = cardsIn(issue.id)
  expect(more).toEqual([])
  expect(lead(comment?.states[0]?.text)).toBe('🚀 web → production is being deployed')
  expect(lead(comment?.message.text)).toBe('✅ web → production is live')
  expect(comment?.message.text).toMatch(/- ST-1: 0 of \d+ criteri/)
  expect(comment?.message.text).not.toContain('payments')
  expect(JSON.stringify(comment?.message.blocks)).not.toContain('deploy show')
  const revisions = comment?.states.map((one) => one.card?.revision ?? 0) ?? []
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
  await at.say('deploy verify D-2 ST-1 AC-1', 'cleo')
  expect(cardsIn(issue.id)).toHaveLength(1)
  expect(comment?.message.text).toMatch(/- ST-1: 1 of \d+ criteri/)
})

it('an issue that a commit names has it as well, where its project is bound and nowhere else', async () => {
  const named = at.acme.add('Round prices', '')
  const moved = at.acme.add('Moved away', '', { project: 'OPS', key: 'PAY-900' })
  const foreign = at.acme.add('Of somebody else', '', { project: 'OPS' })
  await deployed(`${named.key} round prices, ${moved.key}, ${foreign.key}, UTF-8, PAY-901`, 'succeeded')
  await expect.poll(() => cardsIn(named.id).length).toBe(1)
  await deployed('', 'failed')
  const [comment] = cardsIn(named.id)
  expect(lead(comment?.message.text)).toBe('❌ web → production failed')
  expect([...cardsIn(moved.id), ...cardsIn(foreign.id)]).toEqual([])
})

it('a tracker that is away keeps nobody waiting, and has one comment with the last word once it is back', async () => {
  await at.say('hub subscribe deploys all')
  const issue = at.acme.add('Round prices', '')
  at.acme.isAway = true
  at.forge.commits.push({ sha: sha(2), message: `${issue.key} round prices`, author: 'ben' })
  for (const state of ['running', 'succeeded'] as const)
    await at.forge.report({ deploymentId: '2', sha: sha(2), state })
  const [card] = await expect
    .poll(() => cardsIn('C1').filter((post) => post.message.text.startsWith('✅')), { timeout: 10_000 })
    .toHaveLength(1)
    .then(() => cardsIn('C1'))
  expect(card?.message.text).toContain(issue.key)
  expect(at.posts(issue.id)).toEqual([])
  expect(at.posts('C1').filter((post) => post.message.text.includes('acme.test'))).toEqual([])
  at.acme.isAway = false
  await expect.poll(() => cardsIn(issue.id).length, { timeout: 15_000 }).toBe(1)
  await at.quiet()
  expect(cardsIn(issue.id).map((post) => lead(post.message.text))).toEqual(['✅ web → production is live'])
}, 30_000)
