import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { docOf } from '../../adapters/jira/adf.ts'
import { fromMarkdown } from '../../adapters/jira/from-markdown.ts'
import { ANN, type FakeIssue, readAdf, startJiraFake } from '../fakes/jira/index.ts'
import { startLinearFake } from '../fakes/linear/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const BODY = 'A shopper pays with a saved card.\n\nAn expired card is refused.\n\nA receipt is sent by mail.'

/** A tracker as a person uses it. Each change is told to the hub, the hub's own changes too. */
interface Site {
  readonly env: Readonly<Record<string, string>>
  readonly target: string
  connect(hub: TestHub): void
  create(title: string, body: string): { readonly id: string; readonly key: string }
  rewrite(id: string, from: string, to: string): void
  finish(id: string): void
  say(id: string, text: string): Promise<unknown>
  /** Description and comments, as they read. */
  description(id: string): string
  comments(id: string): readonly string[]
  writes(): number
  problems(): readonly string[]
  close(): Promise<void>
}
const carry =
  (hub: TestHub, name: string) => (request: { method: 'POST'; headers: Record<string, string>; body: string }) =>
    hub.fetch(new Request(`http://hub.test/hooks/${name}`, request))

async function jiraSite(): Promise<Site> {
  const fake = await startJiraFake()
  const find = (id: string): FakeIssue => {
    const issue = fake.world.find(id)
    if (!issue) throw new Error(`no issue ${id}`)
    return issue
  }
  let target: ReturnType<typeof carry> | undefined
  return {
    env: fake.env,
    target: 'jira:PAY',
    connect(hub) {
      target = carry(hub, 'jira')
      fake.connect(target)
    },
    create: (title, body) =>
      fake.world.create(ANN, { project: 'PAY', summary: title, description: fromMarkdown(body) }),
    rewrite(id, from, to) {
      const text = JSON.stringify(docOf(find(id).description))
      if (!text.includes(from)) throw new Error(`"${from}" is not in ${text}`)
      fake.world.edit(ANN, find(id), { description: JSON.parse(text.replace(from, () => to)) })
    },
    finish: (id) => void fake.world.edit(ANN, find(id), { status: 'Done' }),
    async say(id, text) {
      fake.world.comment(ANN, find(id), fromMarkdown(text))
    },
    description: (id) => readAdf(find(id).description).words,
    comments: (id) => fake.comments(id).map(({ body }) => readAdf(body).words),
    writes: fake.writes,
    problems: () => fake.problems,
    close: fake.close,
  }
}
async function linearSite(): Promise<Site> {
  const fake = await startLinearFake()
  const { people, state } = fake
  const find = (id: string) => {
    const issue = state.issues.find((one) => one.id === id)
    if (!issue) throw new Error(`no issue ${id}`)
    return issue
  }
  let target: ReturnType<typeof carry> | undefined
  return {
    env: fake.env,
    target: 'linear:ENG',
    connect(hub) {
      target = carry(hub, 'linear')
      people.subscribe(target)
    },
    create(title, body) {
      const issue = people.create({ title, body })
      if (target) void people.deliver(target, people.issueEvent(issue, 'create', {}, state.ann))
      return { id: issue.id, key: state.keyOf(issue) }
    },
    rewrite(id, from, to) {
      const before = find(id).description ?? ''
      if (!before.includes(from)) throw new Error(`"${from}" is not in ${before}`)
      people.edit(find(id), { description: before.replace(from, () => to) })
    },
    finish: (id) => void people.finish(find(id)),
    say: async (id, text) => target && people.say(target, find(id), { body: text }),
    description: (id) => find(id).description ?? '',
    comments: (id) => fake.shown(id).map(({ body }) => body),
    writes: () => fake.writes(),
    problems: () => fake.problems,
    close: fake.close,
  }
}

describe.each([
  ['Jira', jiraSite],
  ['Linear', linearSite],
] as const)('one issue’s life in %s', (name, open) => {
  let site: Site
  let hub: TestHub
  const transcript: string[] = []
  const note = (who: string, what: string) => transcript.push(`${who.padEnd(7)} ${what}`)
  let calls = 0
  /** As the hub's operator, who is its admin. */
  const run = async (line: string): Promise<string> => {
    const headers = { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' }
    calls += 1
    const body = JSON.stringify({ input: line, idempotencyKey: `life-${calls}` })
    const taken = await hub.fetch(new Request('http://hub.test/api/v1/commands', { method: 'POST', headers, body }))
    const { id } = (await taken.json()) as { id: string }
    const url = `http://hub.test/api/v1/jobs/${id}?waitMs=10000`
    const job = (await (await hub.fetch(new Request(url, { headers }))).json()) as {
      result: { text: string } | null
      error: string | null
    }
    const text = job.result?.text ?? job.error ?? ''
    note('person', `types: ${line}`)
    note('hub', text.split('\n')[0] ?? '')
    await hub.quiet(20_000)
    return text
  }
  beforeAll(async () => {
    site = await open()
    hub = await startTestHub('embedded', site.env)
    site.connect(hub)
  }, 60_000)
  afterAll(async () => {
    if (process.env.TRANSCRIPTS) console.info(`${name}\n${transcript.join('\n')}`)
    await hub?.close()
    await site?.close()
  })

  it('from its first criteria to the end, with every edit of people kept', { timeout: 120_000 }, async () => {
    expect(await run(`hub bind tracker payments ${site.target} --rules '{"mode":"auto"}'`)).toMatch(/payments/)

    const { id, key } = site.create('Pay with a saved card', BODY)
    note(name, `${key} is created`)
    await expect.poll(() => site.description(id), { timeout: 20_000 }).toMatch(/AC-1/)
    await hub.quiet(20_000)
    const first = site.description(id)
    note(name, `${key} has ${first.match(/AC-\d+/g)?.length} criteria, below what people wrote`)
    expect(first).toContain('A shopper pays with a saved card.')
    const [reference = ''] = /ST-\d+/.exec(await run('story list')) ?? []
    expect(reference).toMatch(/^ST-\d+$/)

    // Its own write comes back as a webhook, and no further write follows.
    const writes = site.writes()
    await hub.quiet(20_000)
    expect(site.writes()).toBe(writes)

    // A person rewords a line in the issue: the story takes it over.
    const line = /Then ([^\n]{12,80})/.exec(first)?.[1] ?? ''
    site.rewrite(id, line, 'the shopper sees a hint')
    note(name, `a person rewords a step of ${key}: “the shopper sees a hint”`)
    await expect.poll(() => run(`story show ${reference}`), { timeout: 20_000 }).toContain('the shopper sees a hint')

    // A change in chat reaches the issue; what people wrote around it stays.
    await run(`story edit ${reference} AC-1 Given a saved card, when the shopper pays, then no number is asked`)
    await expect.poll(() => site.description(id), { timeout: 20_000 }).toContain('no number is asked')
    note(name, `${key} reads “no number is asked”`)
    expect(site.description(id)).toContain('An expired card is refused.')

    // The text changes: what quotes it is marked, with a way to refresh it.
    site.rewrite(id, 'A receipt is sent by mail.', 'A receipt is printed on paper.')
    note(name, `a person changes the description of ${key}`)
    await expect.poll(() => site.description(id), { timeout: 20_000 }).toContain('has changed')
    await hub.quiet(20_000)
    expect(site.comments(id).join('\n')).toContain(`story refresh ${reference}`)
    expect(await run(`story refresh ${reference}`)).toContain('as it reads now')
    expect(site.description(id)).not.toContain('has changed')
    expect(site.description(id)).toContain('no number is asked')

    // Both sides change one criterion: both stand until somebody decides.
    const mine = run(`story edit ${reference} AC-1 Given a saved card, when the shopper pays, then it takes a second`)
    site.rewrite(id, 'no number is asked', 'no code is asked')
    note(name, `at the same time a person rewords AC-1 in ${key}`)
    await mine
    await expect.poll(() => site.description(id), { timeout: 20_000 }).toMatch(/until somebody decides/)
    expect(site.description(id)).toContain('no code is asked')
    expect(await run(`story issues ${reference}`)).toContain('AC-1 is worded differently')
    await run(`story resolve ${reference} AC-1 issue`)
    await hub.quiet(20_000)
    expect(await run(`story show ${reference}`)).toContain('no code is asked')
    expect(site.description(id)).not.toMatch(/until somebody decides/)

    // Done: left alone from now on.
    site.finish(id)
    note(name, `${key} is done`)
    await hub.quiet(20_000)
    const end = site.description(id)
    await run(`story edit ${reference} AC-1 Given a card, when the shopper pays, then it is quick`)
    expect(site.description(id)).toBe(end)
    const [, tracker = ''] = /^(\w+):/.exec(site.target) ?? []
    expect(await run(`story push ${reference} ${tracker}`)).toContain('--reopen')

    // One comment, edited: the quiet way.
    expect(site.comments(id).length).toBeLessThanOrEqual(1)
    expect(site.problems()).toEqual([])
  })
  it('/story alone in a comment of a bound project writes the criteria, once', { timeout: 60_000 }, async () => {
    await run(`hub unbind tracker payments ${site.target}`)
    await run(`hub bind tracker payments ${site.target} --rules '{"mode":"manual"}'`)
    const { id } = site.create('Export of reports', 'A manager exports a report as a spreadsheet.')
    await hub.quiet(20_000)
    expect(site.description(id)).not.toMatch(/AC-1/)
    await site.say(id, '/story')
    await expect.poll(() => site.description(id), { timeout: 20_000 }).toMatch(/AC-1/)
    await site.say(id, '/story')
    await hub.quiet(20_000)
    expect(site.description(id).match(/AC-1\b/g)).toHaveLength(1)
    expect(site.problems()).toEqual([])
  })
})
