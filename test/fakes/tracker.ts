import { createHash } from 'node:crypto'
import {
  type Binding,
  type Bindings,
  HubError,
  type NewIssue,
  type SectionWrite,
  type TrackedCriterion,
  type Tracker,
  type TrackerIssue,
} from '#contract'

interface Stored {
  id: string
  key: string
  project: string
  type: string
  title: string
  body: string
  labels: string[]
  status: TrackerIssue['status']
  section: { criteria: readonly TrackedCriterion[]; notes: readonly string[]; storyRef: string; written: string } | null
  edits: number
  /** Grows with every change of any issue. */
  changedAt: number
}
const hashOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)

/**
 * A tracker in memory, for the engine above the port: it keeps state, refuses a write that names an older version, and counts reads and writes.
 * What the platforms themselves demand is the business of their own fakes.
 */
export function memoryTracker(site = 'acme:site', plugin = 'acme') {
  const issues = new Map<string, Stored>()
  /** What was made for each key; known for ever, as in a tracker that takes an id once. */
  const made = new Map<string, string>()
  let next = 1
  let writes = 0
  let reads = 0
  let changes = 0
  let beforeWrite: (() => void) | null = null
  let afterRead: (() => Promise<void>) | null = null
  const versionOf = (issue: Stored) => hashOf([issue.title, issue.body, issue.status, issue.labels, issue.section])
  const find = (name: string) => issues.get(name) ?? [...issues.values()].find(({ key }) => key === name)
  const need = (name: string): Stored => {
    const issue = find(name)
    if (!issue) throw new HubError('NOT_FOUND', `${name} is gone`)
    return issue
  }
  const view = (issue: Stored): TrackerIssue => ({
    plugin,
    workspace: site,
    id: issue.id,
    key: issue.key,
    url: `https://${plugin}.test/${issue.key}`,
    project: issue.project,
    type: issue.type,
    title: issue.title,
    body: issue.body,
    labels: [...issue.labels],
    status: issue.status,
    author: { plugin, id: 'reporter' },
    parentId: null,
    updatedAtMs: 1_700_000_000_000 + issue.edits,
    version: versionOf(issue),
    section: issue.section && {
      criteria: structuredClone(issue.section.criteria) as TrackedCriterion[],
      storyRef: issue.section.storyRef,
      writtenHash: issue.section.written,
      hash: hashOf(issue.section.criteria),
    },
  })
  const put = (issue: Stored, { criteria, notes, storyRef }: SectionWrite) => {
    issue.section = {
      criteria: structuredClone(criteria) as TrackedCriterion[],
      notes,
      storyRef,
      written: hashOf(criteria),
    }
    issue.edits += 1
    issue.changedAt = ++changes
    writes += 1
  }
  const make = (title: string, body: string, over: Partial<Stored> = {}): Stored => {
    const id = String(10_000 + next)
    const project = over.project ?? 'PAY'
    const issue: Stored = {
      id,
      key: `${project}-${next++}`,
      project,
      type: 'Story',
      title,
      body,
      labels: [],
      status: { name: 'To Do', category: 'open' },
      section: null,
      edits: 0,
      changedAt: ++changes,
      ...over,
    }
    issues.set(id, issue)
    return issue
  }
  const tracker: Tracker = {
    title: plugin === 'acme' ? 'Acme' : plugin,
    places: ['description', 'comment'],
    async get(_workspace, name) {
      reads += 1
      const issue = find(name)
      const seen = issue ? view(issue) : null
      const act = afterRead
      afterRead = null
      await act?.()
      return seen
    },
    async write(issue, section) {
      const act = beforeWrite
      beforeWrite = null
      act?.()
      const stored = need(issue.id)
      if (versionOf(stored) !== issue.version) throw new HubError('CONFLICT', `${issue.key} changed since it was read`)
      const now = stored.section
      const wanted = [section.criteria, section.notes, section.storyRef]
      if (now && hashOf([now.criteria, now.notes, now.storyRef]) === hashOf(wanted))
        return { changed: false, issue: view(stored) }
      put(stored, section)
      return { changed: true, issue: view(stored) }
    },
    async create({ key, title, body, project, section }: NewIssue) {
      const before = made.get(key)
      if (before !== undefined) return { created: false, issue: view(need(before)) }
      const issue = make(title, body, { project })
      made.set(key, issue.id)
      if (section) put(issue, section)
      return { created: true, issue: view(issue) }
    },
    async search(_workspace, { text = '', project, order, limit = 50, cursor = '0' }) {
      const words = text.toLowerCase().split(/\s+/)
      const found = [...issues.values()]
        .filter((one) => one.project === project && words.some((word) => one.title.toLowerCase().includes(word)))
        .toSorted((a, b) => (order === 'created' ? Number(a.id) - Number(b.id) : b.changedAt - a.changedAt))
      const end = Number(cursor) + limit
      return { issues: found.slice(Number(cursor), end).map(view), cursor: end < found.length ? String(end) : null }
    },
    link: async () => undefined,
    async project(_workspace, project) {
      return {
        key: project,
        name: project,
        url: `https://acme.test/${project}`,
        mayWrite: true,
        missing: [],
        accountAdministers: null,
      }
    },
  }
  return {
    tracker,
    site,
    add: (title: string, body: string, over: Partial<Stored> = {}) => make(title, body, over),
    /** As a person, by the tracker's own page. */
    edit: (id: string, change: (issue: Stored) => void) => {
      const issue = need(id)
      change(issue)
      issue.edits += 1
      issue.changedAt = ++changes
    },
    /** As a person, in one criterion of the section. */
    reword(id: string, criterion: string, change: Partial<TrackedCriterion> | null) {
      const { section } = need(id)
      if (!section) throw new Error('no section')
      section.criteria = section.criteria.flatMap((c) =>
        c.id === criterion ? (change === null ? [] : [{ ...c, ...change }]) : [c],
      )
    },
    insert(id: string, criterion: TrackedCriterion) {
      const { section } = need(id)
      if (section) section.criteria = [...section.criteria, criterion]
    },
    remove: (id: string) => void issues.delete(id),
    section: (id: string) => need(id).section,
    get: (id: string) => need(id),
    count: () => issues.size,
    /** Runs once, while the answer of the next read is on its way. */
    whileReading(act: () => Promise<void>) {
      afterRead = act
    },
    /** Runs once, right before the next write is looked at; what it throws is the answer. */
    meanwhile(act: () => void) {
      beforeWrite = act
    },
    get writes() {
      return writes
    },
    get reads() {
      return reads
    },
  }
}

/** Bindings that stand. */
export function fixedBindings(all: readonly Binding[]): Bindings {
  const fits = (binding: Binding, query: Partial<Binding>) =>
    Object.entries(query).every(([key, value]) => value === undefined || Reflect.get(binding, key) === value)
  return {
    list: async (workspace, query = {}) => all.filter((b) => fits(b, { ...query, workspace })),
    projectAt: async () => null,
    boundTo: async (target) => all.filter((b) => fits(b, { ...target })),
    targetsOf: async (farSide) => all.filter((b) => fits(b, { ...farSide })).map(({ target }) => target),
  }
}
