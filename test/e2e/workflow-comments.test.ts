import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitHubFake, REPO, readComment, startGitHubFake } from '../fakes/github/index.ts'
import { ANN, BEN, type JiraFake, readAdf, startJiraFake } from '../fakes/jira/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const BEN_OF_GITHUB = { id: 77, login: 'ben', type: 'User' } as const
/** Without buttons, what to write stands in the comment itself. */
const answerIn = (words: string): string => /\/workflow approve WF-\d+[^\n`]*/.exec(words)?.[0].trim() ?? ''

describe('an approval that is answered in a comment', () => {
  let github: GitHubFake
  let jira: JiraFake
  let hub: TestHub
  const at = (name: string) => (request: RequestInit) =>
    hub.fetch(new Request(`http://hub.test/hooks/${name}`, request))
  beforeAll(async () => {
    ;[github, jira] = await Promise.all([startGitHubFake(), startJiraFake()])
    hub = await startTestHub('embedded', { ...github.env, ...jira.env })
  })
  afterAll(async () => {
    await hub?.close()
    await Promise.all([github?.close(), jira?.close()])
  })
  const promote = () => hub.hub.store.sql.query(`update hub.people set role = 'maintainer' where role is null`)

  it('on GitHub: not by who started it, and once by somebody else', async () => {
    const say = (body: string, sender?: typeof BEN_OF_GITHUB) =>
      github.say(at('github'), { body, number: 21, ...(sender ? { sender } : {}) })
    const words = () => github.shown(`${REPO}#21`).map(({ body }) => readComment(body).words)
    await say('/hub whoami')
    await say('/hub whoami', BEN_OF_GITHUB)
    await hub.quiet()
    await promote()
    await say('/workflow run release service=shop')
    await github.waitFor(() => words().some((one) => answerIn(one) !== ''))
    const answer = answerIn(words().find((one) => answerIn(one) !== '') ?? '')
    await say(answer)
    await github.waitFor(() => words().some((one) => one.includes('somebody else has to answer')))
    await say(answer, BEN_OF_GITHUB)
    await say(answer, BEN_OF_GITHUB)
    await github.waitFor(() => words().some((one) => /release · WF-1 succeeded/.test(one)))
    // Its second answer is answered as well, and counts for nothing.
    await github.waitFor(() => words().some((one) => one.includes('It was approved already by ben')))
    expect(words().filter((one) => /release · WF-1 succeeded/.test(one))).toHaveLength(1)
    const [run] = await hub.hub.store.sql.query<{ n: number }>('select count(*)::int as n from hub.workflow_votes')
    expect(run?.n).toBe(1)
    expect(github.problems).toEqual([])
  })

  it('in Jira: the same words, the same rules', async () => {
    const issue = jira.world.create(ANN, { project: 'PAY', summary: 'Release' })
    const words = () => jira.comments(issue.id).map(({ body }) => readAdf(body).words)
    for (const who of [ANN, BEN]) await jira.say(at('jira'), issue, '/hub whoami', who)
    await jira.waitFor(() => words().length === 2)
    await promote()
    await jira.say(at('jira'), issue, '/workflow run release service=shop')
    await jira.waitFor(() => words().some((one) => answerIn(one) !== ''))
    const answer = answerIn(words().find((one) => answerIn(one) !== '') ?? '')
    await jira.say(at('jira'), issue, answer)
    await jira.waitFor(() => words().some((one) => one.includes('somebody else has to answer')))
    await jira.say(at('jira'), issue, answer, BEN)
    await jira.waitFor(() => words().some((one) => /release · WF-\d+ succeeded/.test(one)))
    expect(jira.problems).toEqual([])
  })
})
