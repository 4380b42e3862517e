import { docOf } from '../../adapters/jira/adf.ts'
import { fromMarkdown } from '../../adapters/jira/from-markdown.ts'
import type { Awaitable } from '../../core/contract/index.ts'
import type { TestHub } from '../support/hub.ts'
import { startDataCenterFake } from './jira/data-center.ts'
import { ANN, type FakeIssue, readAdf, startJiraFake } from './jira/index.ts'
import { startEmulatedLinear } from './linear/emulated.ts'
import { startLinearFake } from './linear/index.ts'

/** A tracker as a person uses it. Each change is told to the hub, the hub's own changes too. */
export interface Site {
  readonly env: Readonly<Record<string, string>>
  readonly target: string
  connect(hub: TestHub): void
  create(title: string, body: string): Awaitable<{ readonly id: string; readonly key: string }>
  /** In the text as the person last read it. */
  rewrite(id: string, from: string, to: string): Awaitable<void>
  finish(id: string): Awaitable<void>
  say(id: string, text: string): Promise<unknown>
  /** Description and comments, as they read. */
  description(id: string): Awaitable<string>
  comments(id: string): Awaitable<readonly string[]>
  writes(): number
  problems(): readonly string[]
  /** What is not as in the platform itself. */
  remarks(): readonly string[]
  close(): Promise<void>
}
const carry =
  (hub: TestHub, name: string) => (request: { method: 'POST'; headers: Record<string, string>; body: string }) =>
    hub.fetch(new Request(`http://hub.test/hooks/${name}`, request))

export async function jiraSite(): Promise<Site> {
  const fake = await startJiraFake()
  const find = (id: string): FakeIssue => {
    const issue = fake.world.find(id)
    if (!issue) throw new Error(`no issue ${id}`)
    return issue
  }
  return {
    env: fake.env,
    target: 'jira:PAY',
    connect: (hub) => fake.connect(carry(hub, 'jira')),
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
    remarks: () => [],
    close: fake.close,
  }
}
/** Jira 9, which cannot sign: what it tells goes to the address that the hub registered. */
export async function dataCenterSite(): Promise<Site> {
  const fake = await startDataCenterFake({ version: '9.12.15' })
  const find = (id: string): FakeIssue => {
    const issue = fake.world.find(id)
    if (!issue) throw new Error(`no issue ${id}`)
    return issue
  }
  const textOf = (id: string) => String(find(id).description ?? '')
  return {
    env: { ...fake.env, HUB_PUBLIC_URL: 'https://hub.test' },
    target: 'jira:PAY',
    connect: (hub) =>
      void fake.connect(async (request) => {
        while (fake.hooks.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
        return hub.fetch(new Request(fake.hooks[0]?.url ?? '', request))
      }),
    create: (title, body) =>
      fake.world.create(ANN, { project: 'PAY', summary: title, description: body.replaceAll('\n', '\r\n') }),
    rewrite(id, from, to) {
      const text = textOf(id)
      if (!text.includes(from)) throw new Error(`"${from}" is not in ${text}`)
      fake.world.edit(ANN, find(id), { description: text.replace(from, () => to) })
    },
    finish: (id) => void fake.world.edit(ANN, find(id), { status: 'Done' }),
    async say(id, text) {
      fake.world.comment(ANN, find(id), text)
    },
    // As it reads: bold type and bullets are no words.
    description: (id) => textOf(id).replace(/\*(Given|When|Then|And|But)\*/g, '$1'),
    comments: (id) => fake.comments(id).map(({ body }) => String(body).replace(/\\(\W)/g, '$1')),
    writes: fake.writes,
    problems: () => fake.problems,
    remarks: () => [],
    close: fake.close,
  }
}
export async function linearSite(): Promise<Site> {
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
    remarks: () => [],
    close: fake.close,
  }
}
/** Linear as others wrote it; `say` is missing there, see adapters/linear/emulate.test.ts. */
export async function emulatedSite(): Promise<Site> {
  const linear = await startEmulatedLinear()
  const read = new Map<string, string>()
  const update = (id: string, input: object) =>
    linear.ann(
      'mutation U($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }',
      {
        id,
        input,
      },
    )
  const description = async (id: string) => {
    const text = (await linear.issue(id)).description ?? ''
    read.set(id, text)
    return text
  }
  return {
    env: linear.env,
    target: 'linear:ENG',
    connect: (hub) => linear.subscribe(carry(hub, 'linear')),
    async create(title, body) {
      const query = 'mutation C($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id identifier } } }'
      const made = await linear.ann(query, { input: { teamId: 'ENG', title, description: body } })
      const { issue } = made.issueCreate as { issue: { id: string; identifier: string } }
      return { id: issue.id, key: issue.identifier }
    },
    async rewrite(id, from, to) {
      const before = read.get(id) ?? ''
      if (!before.includes(from)) throw new Error(`"${from}" is not in ${before}`)
      await update(id, { description: before.replace(from, () => to) })
    },
    finish: async (id) => void (await update(id, { stateId: 'Done' })),
    say: async (id, body) =>
      linear.ann('mutation S($input: CommentCreateInput!) { commentCreate(input: $input) { success } }', {
        input: { issueId: id, body },
      }),
    description,
    comments: linear.comments,
    writes: linear.writes,
    problems: () => linear.problems,
    remarks: () => [...linear.bridged].map(([name, why]) => `${name}: ${why.slice(0, 110)}`),
    close: linear.close,
  }
}
