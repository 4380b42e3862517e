import { wikiOf } from './check.ts'

export interface Person {
  readonly accountId: string
  readonly displayName: string
  readonly accountType: 'atlassian' | 'app' | 'customer'
}
export const BOT: Person = { accountId: '5b10a2844c20165700ede21g', displayName: 'Hub', accountType: 'atlassian' }
export const ANN: Person = {
  accountId: '5b10ac8d82e05b22cc7d4ef5',
  displayName: 'Ann Example',
  accountType: 'atlassian',
}
export const BEN: Person = {
  accountId: '5b109f2e9729b51b54dc274d',
  displayName: 'Ben Example',
  accountType: 'atlassian',
}
const PEOPLE = [BOT, ANN, BEN]

export interface FakeComment {
  readonly id: string
  readonly createdMs: number
  readonly author: Person
  body: unknown
  edited: boolean
  readonly visibility: unknown
  readonly properties: Map<string, unknown>
}
export interface FakeIssue {
  readonly id: string
  key: string
  project: string
  type: string
  summary: string
  description: unknown
  labels: string[]
  status: { name: string; category: 'new' | 'indeterminate' | 'done' }
  resolution: string | null
  creator: Person
  parent: string | null
  createdMs: number
  updatedMs: number
  /** Custom fields. */
  readonly fields: Record<string, unknown>
  readonly properties: Map<string, unknown>
  comments: FakeComment[]
  links: { globalId: string; url: string; title: string }[]
  attachments: { id: string; filename: string; text: string; createdMs: number }[]
  readonly history: { id: string; author: Person; atMs: number; items: readonly object[] }[]
}
export interface FakeProject {
  readonly id: string
  readonly key: string
  readonly name: string
  /** What the hub's account lacks. */
  readonly lacks: Set<string>
  readonly admins: ReadonlySet<string>
  lastNumber: number
}
/** What Jira tells the webhook. */
export interface FakeEvent {
  readonly identifier: string
  readonly payload: Readonly<Record<string, unknown>>
}
export const FIELD = { id: 'customfield_10050', name: 'Acceptance criteria' } as const
export const LINE_FIELD = { id: 'customfield_10051', name: 'Customer' } as const
export const TYPES = [
  { id: '10001', name: 'Story', subtask: false },
  { id: '10002', name: 'Bug', subtask: false },
  { id: '10003', name: 'Sub-task', subtask: true },
] as const
/** https://support.atlassian.com/jira-cloud-administration/docs/configure-advanced-issue-workflows/ */
const STATES = {
  'To Do': 'new',
  'In Progress': 'indeterminate',
  Done: 'done',
} as const

export interface Change {
  readonly summary?: string
  readonly description?: unknown
  readonly labels?: readonly string[]
  readonly status?: keyof typeof STATES
  readonly fields?: Readonly<Record<string, unknown>>
  readonly properties?: readonly { readonly key: string; readonly value: unknown }[]
}
export type World = ReturnType<typeof createWorld>

/** The state of one site, and what happens in it. */
export function createWorld(now: () => number) {
  const projects: FakeProject[] = []
  const issues = new Map<string, FakeIssue>()
  /** Former keys of moved issues. */
  const formerKeys = new Map<string, string>()
  const events: FakeEvent[] = []
  const listeners = new Set<(event: FakeEvent) => void>()
  let lastId = 10_000
  let lastEvent = 0
  let lastMs = 0
  /** No two changes have the same time. */
  const tick = () => {
    lastMs = Math.max(now(), lastMs + 1)
    return lastMs
  }
  const nextId = () => String(++lastId)
  const addProject = (key: string, name: string, lacks: readonly string[] = []): FakeProject => {
    const made = { id: nextId(), key, name, lacks: new Set(lacks), admins: new Set([ANN.accountId]), lastNumber: 0 }
    projects.push(made)
    return made
  }
  const find = (idOrKey: string): FakeIssue | undefined =>
    issues.get(idOrKey) ??
    [...issues.values()].find(({ key }) => key === idOrKey.toUpperCase()) ??
    issues.get(formerKeys.get(idOrKey.toUpperCase()) ?? '')
  const tell = (webhookEvent: string, atMs: number, payload: Readonly<Record<string, unknown>>) => {
    const event = { identifier: `wh-${++lastEvent}-${lastMs}`, payload: { timestamp: atMs, webhookEvent, ...payload } }
    events.push(event)
    for (const listener of [...listeners]) listener(event)
  }
  const brief = (issue: FakeIssue) => ({
    id: issue.id,
    self: `https://site.test/rest/api/2/issue/${issue.id}`,
    key: issue.key,
    fields: {
      summary: issue.summary,
      issuetype: { name: issue.type },
      project: { key: issue.project },
      status: { name: issue.status.name },
    },
  })
  const whole = (issue: FakeIssue) => ({
    ...brief(issue),
    fields: {
      ...brief(issue).fields,
      description: wikiOf(issue.description),
      labels: issue.labels,
      updated: isoOf(issue.updatedMs),
      created: isoOf(issue.createdMs),
    },
  })
  const itemsOf = (issue: FakeIssue, change: Change) => {
    const items: { field: string; fieldtype: string; fieldId: string; fromString: string; toString: string }[] = []
    const item = (field: string, fieldId: string, from: string, to: string) => {
      if (from !== to) items.push({ field, fieldtype: 'jira', fieldId, fromString: from, toString: to })
    }
    if (change.summary !== undefined) item('summary', 'summary', issue.summary, change.summary)
    if (change.description !== undefined)
      item('description', 'description', wikiOf(issue.description), wikiOf(change.description))
    if (change.labels) item('labels', 'labels', issue.labels.join(' '), change.labels.join(' '))
    if (change.status) item('status', 'status', issue.status.name, change.status)
    for (const [id, value] of Object.entries(change.fields ?? {}))
      item(id === FIELD.id ? FIELD.name : id, id, wikiOf(issue.fields[id]), wikiOf(value))
    return items
  }
  return {
    projects,
    issues,
    events,
    listeners,
    find,
    addProject,
    nextId,
    person: (accountId: string) => PEOPLE.find((one) => one.accountId === accountId),
    project: (keyOrId: string) => projects.find(({ key, id }) => key === keyOrId || id === keyOrId),
    create(by: Person, given: Change & { project: string; type?: string; parent?: string | null }): FakeIssue {
      const project = projects.find(({ key }) => key === given.project)
      if (!project) throw new Error(`no project ${given.project}`)
      const atMs = tick()
      const issue: FakeIssue = {
        id: nextId(),
        key: `${project.key}-${++project.lastNumber}`,
        project: project.key,
        type: given.type ?? 'Story',
        summary: given.summary ?? 'Untitled',
        description: given.description ?? null,
        labels: [...(given.labels ?? [])],
        status: { name: 'To Do', category: 'new' },
        resolution: null,
        creator: by,
        parent: given.parent ?? null,
        createdMs: atMs,
        updatedMs: atMs,
        fields: { ...given.fields },
        properties: new Map((given.properties ?? []).map(({ key, value }) => [key, value])),
        comments: [],
        links: [],
        attachments: [],
        history: [],
      }
      issues.set(issue.id, issue)
      tell('jira:issue_created', atMs, { user: by, issue: whole(issue), issue_event_type_name: 'issue_created' })
      return issue
    },
    edit(by: Person, issue: FakeIssue, change: Change): void {
      const atMs = tick()
      const items = itemsOf(issue, change)
      if (change.summary !== undefined) issue.summary = change.summary
      if (change.description !== undefined) issue.description = change.description
      if (change.labels) issue.labels = [...change.labels]
      if (change.status) {
        issue.status = { name: change.status, category: STATES[change.status] }
        issue.resolution = change.status === 'Done' ? 'Done' : null
      }
      Object.assign(issue.fields, change.fields)
      for (const { key, value } of change.properties ?? []) issue.properties.set(key, value)
      if (items.length === 0) return
      issue.updatedMs = atMs
      issue.history.push({ id: String(atMs), author: by, atMs, items })
      tell('jira:issue_updated', atMs, {
        user: by,
        issue: whole(issue),
        issue_event_type_name: 'issue_updated',
        changelog: { id: String(atMs), items },
      })
    },
    move(by: Person, issue: FakeIssue, to: string): void {
      const project = projects.find(({ key }) => key === to)
      if (!project) throw new Error(`no project ${to}`)
      const before = issue.key
      formerKeys.set(before, issue.id)
      issue.project = project.key
      issue.key = `${project.key}-${++project.lastNumber}`
      issue.updatedMs = tick()
      const items = [{ field: 'Key', fieldtype: 'jira', fromString: before, toString: issue.key }]
      tell('jira:issue_updated', issue.updatedMs, { user: by, issue: whole(issue), changelog: { id: '1', items } })
    },
    remove(by: Person, issue: FakeIssue): void {
      issues.delete(issue.id)
      tell('jira:issue_deleted', tick(), { user: by, issue: whole(issue) })
    },
    comment(
      by: Person,
      issue: FakeIssue,
      body: unknown,
      more: { visibility?: unknown; properties?: readonly { key: string; value: unknown }[] } = {},
    ): FakeComment {
      const atMs = tick()
      const made: FakeComment = {
        id: nextId(),
        createdMs: atMs,
        author: by,
        body,
        edited: false,
        visibility: more.visibility,
        properties: new Map((more.properties ?? []).map(({ key, value }) => [key, value])),
      }
      issue.comments.push(made)
      issue.updatedMs = atMs
      tell('comment_created', atMs, { comment: heard(made), issue: brief(issue) })
      return made
    },
    editComment(by: Person, issue: FakeIssue, comment: FakeComment, body: unknown): void {
      comment.body = body
      comment.edited = true
      issue.updatedMs = tick()
      tell('comment_updated', issue.updatedMs, {
        comment: { ...heard(comment), updateAuthor: by },
        issue: brief(issue),
      })
    },
    removeComment(by: Person, issue: FakeIssue, comment: FakeComment): void {
      issue.comments = issue.comments.filter((one) => one !== comment)
      issue.updatedMs = tick()
      tell('comment_deleted', issue.updatedMs, { comment: heard(comment), issue: brief(issue), user: by })
    },
  }
}
function heard({ id, author, body, visibility }: FakeComment) {
  const text = typeof body === 'string' ? body : wikiOf(body)
  return { id, author, body: text, updateAuthor: author, ...(visibility ? { visibility } : {}) }
}
/** As Jira writes times. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000')
}
