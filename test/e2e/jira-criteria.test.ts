import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANN, type FakeIssue, FIELD, type JiraFake, readAdf, startJiraFake, type Target } from '../fakes/jira/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const HOOK = 'http://hub.test/hooks/jira'
const TEXT = 'As a shopper I want to pay with a saved card, so that I need not type it again.'

const paragraph = (text: string) => ({
  version: 1,
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
})

describe('the criteria of issues in Jira, with every change told to the hub', () => {
  let jira: JiraFake
  let hub: TestHub
  let workspace: string
  const target: Target = (request) => hub.fetch(new Request(HOOK, request))
  beforeAll(async () => {
    jira = await startJiraFake()
    hub = await startTestHub('embedded', jira.env)
    workspace = `jira:${new URL(jira.baseUrl).host}`
    jira.connect(target)
  })
  afterAll(async () => {
    await hub?.close()
    await jira?.close()
  })
  const bind = (project: string, rules: object) =>
    hub.hub.store.sql.query(
      `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
       values ($1, 'tracker', 'jira', $1, $2, lower($2), $2, $3::text::jsonb, 'jira:x')
       on conflict (workspace, kind, plugin, target_workspace, target) do update set rules = excluded.rules`,
      [workspace, project, JSON.stringify(rules)],
    )
  const create = (project: string, labels: readonly string[] = ['needs-criteria']) =>
    jira.world.create(ANN, { project, summary: 'Saved cards', description: paragraph(TEXT), labels })
  const rest = async () => {
    for (let i = 0; i < 3; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      await hub.quiet(20_000)
    }
  }
  const inComments = (issue: FakeIssue) =>
    jira.comments(issue.id).filter(({ body }) => readAdf(body).words.includes('kept in step'))

  it('stand in a field, and what a person changes there is taken over without a write in return', async () => {
    await bind('PAY', { mode: 'auto', labels: ['needs-criteria'], place: { kind: 'field', field: FIELD.name } })
    const issue = create('PAY')
    const words = () => readAdf(issue.fields[FIELD.id] ?? paragraph('')).words
    await expect.poll(words, { timeout: 15_000 }).toMatch(/AC-1 .+Given /s)
    await rest()
    expect(readAdf(issue.description).words.trim()).toBe(TEXT)
    const doc = JSON.stringify(issue.fields[FIELD.id])
    const step = /"text":" (a [^"]+|the [^"]+|an [^"]+|[^"]+)"/.exec(doc)?.[1] ?? ''
    jira.world.edit(ANN, issue, { fields: { [FIELD.id]: JSON.parse(doc.replace(step, `${step} at once`)) } })
    await rest()
    expect(words()).toContain(`${step} at once`)
    const before = jira.writes()
    jira.world.edit(ANN, issue, { status: 'In Progress' })
    await rest()
    expect(jira.writes()).toBe(before)
    expect(jira.problems).toEqual([])
  }, 60_000)

  it('stand in one comment, however often the issue changes, and stay away once it was deleted', async () => {
    await bind('NEW', { mode: 'auto', labels: ['needs-criteria'], place: { kind: 'comment' } })
    const issue = create('NEW')
    await expect.poll(() => inComments(issue).length, { timeout: 15_000 }).toBe(1)
    await rest()
    jira.world.edit(ANN, issue, { summary: 'Saved cards, and more' })
    await rest()
    const [comment] = inComments(issue)
    expect(inComments(issue)).toHaveLength(1)
    if (comment) jira.world.removeComment(ANN, issue, comment)
    await rest()
    jira.world.edit(ANN, issue, { summary: 'Saved cards, again' })
    await rest()
    expect(inComments(issue)).toEqual([])
    expect(jira.problems).toEqual([])
  }, 60_000)

  it('that overwrote an edit nobody could see in time say so in the issue, with what was there', async () => {
    await bind('PAY', { mode: 'auto', labels: ['needs-criteria'] })
    const edits: FakeIssue[] = []
    const told = (issue: FakeIssue) =>
      jira.comments(issue.id).filter(({ body }) => readAdf(body).words.includes('was overwritten'))
    jira.faults.add({
      kind: 'meanwhile',
      happens: () => {
        for (const one of edits) jira.world.edit(ANN, one, { description: paragraph(`${TEXT} Also by phone.`) })
      },
    })
    edits.push(create('PAY'))
    const [issue] = edits
    if (!issue) throw new Error('no issue')
    await expect.poll(() => told(issue).length, { timeout: 15_000 }).toBe(1)
    const { words } = readAdf(told(issue)[0]?.body)
    expect(words).toMatch(/An edit of Ann Example, \d\d:\d\d:\d\d UTC, was overwritten/)
    expect(words).toContain('Also by phone.')
    // An edit that was seen is no such thing, nor is a write that comes after it.
    await rest()
    jira.world.edit(ANN, issue, { summary: 'Saved cards, soon' })
    await rest()
    expect(told(issue)).toHaveLength(1)
    expect(jira.problems).toEqual([])
  }, 60_000)

  it('are not written where a label has another name by now, where nobody bound the project any more, or while it only rehearses', async () => {
    await bind('PAY', { mode: 'auto', labels: ['needs-criteria'] })
    await rest()
    const before = jira.writes()
    create('PAY', ['wants-criteria'])
    await rest()
    await bind('PAY', { mode: 'auto', labels: ['needs-criteria'], dryRun: true })
    create('PAY')
    await rest()
    await hub.hub.store.sql.query(`delete from hub.bindings where target = 'PAY'`)
    create('PAY')
    await rest()
    expect(jira.writes()).toBe(before)
  }, 60_000)

  it('that the hub may not write leave the issue alone, and nothing loops', async () => {
    await bind('OPS', { mode: 'auto' })
    const issue = create('OPS')
    const before = jira.requests.length
    await rest()
    await rest()
    expect(readAdf(issue.description).words.trim()).toBe(TEXT)
    expect(jira.requests.slice(before).filter((request) => request.startsWith('PUT')).length).toBeLessThanOrEqual(1)
  }, 60_000)
})
