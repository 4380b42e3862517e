import { randomUUID } from 'node:crypto'

export interface FakeUser {
  readonly id: string
  readonly name: string
  readonly displayName: string
  /** Guests may hide it. */
  email: string | null
  readonly active: boolean
  readonly admin: boolean
  readonly guest: boolean
  readonly app: boolean
}
export interface FakeTeam {
  readonly id: string
  readonly key: string
  readonly name: string
  /** What the hub's key may do there. */
  access: 'write' | 'read' | 'none'
  readonly owners: readonly string[]
  next: number
}
export interface FakeIssue {
  readonly id: string
  teamId: string
  number: number
  title: string
  description: string | null
  state: { id: string; name: string; type: string }
  labelIds: string[]
  projectId: string | null
  readonly parentId: string | null
  readonly creatorId: string
  readonly createdAt: string
  updatedAt: string
  archivedAt: string | null
  trashed: boolean | null
}
export interface FakeComment {
  readonly id: string
  readonly issueId: string
  readonly parentId: string | null
  body: string
  readonly userId: string | null
  readonly externalUserId: string | null
  readonly syncedWith: readonly { readonly service: string }[] | null
  readonly createdAt: string
  updatedAt: string
  edited: boolean
}
export interface FakeAttachment {
  readonly id: string
  readonly issueId: string
  readonly creatorId: string
  title: string
  subtitle: string | null
  readonly url: string
  metadata: Record<string, unknown>
}
export interface FakeActivity {
  readonly id: string
  readonly sessionId: string
  readonly content: { readonly type: string; readonly body: string }
  readonly ephemeral: boolean
  readonly atMs: number
}
const user = (name: string, more: Partial<FakeUser> = {}): FakeUser => ({
  id: randomUUID(),
  name,
  displayName: name.toLowerCase(),
  email: `${name.toLowerCase()}@example.com`,
  active: true,
  admin: false,
  guest: false,
  app: false,
  ...more,
})

/** Linear's data of one workspace. */
export function createState(now: () => number) {
  let lastMs = 0
  /** Each change has a time of its own. */
  const tick = (): string => {
    lastMs = Math.max(now(), lastMs + 1)
    return new Date(lastMs).toISOString()
  }
  const [hub, ann, bob] = [user('Hub', { app: true }), user('Ann', { admin: true }), user('Bob')] as const
  const team = (key: string, name: string, access: FakeTeam['access'] = 'write'): FakeTeam => ({
    id: randomUUID(),
    key,
    name,
    access,
    owners: [ann.id],
    next: 1,
  })
  const teams = [team('ENG', 'Engineering'), team('OPS', 'Operations'), team('RO', 'Read only', 'read')]
  const state = {
    organization: { id: randomUUID(), name: 'Acme', urlKey: 'acme' },
    users: [hub, ann, bob],
    hub,
    ann,
    bob,
    teams,
    projects: [{ id: randomUUID(), slugId: 'a1b2c3d4e5f6', name: 'Checkout', teamId: teams[0]?.id ?? '' }],
    labels: new Map<string, { readonly id: string; name: string }>(),
    issues: [] as FakeIssue[],
    comments: [] as FakeComment[],
    attachments: [] as FakeAttachment[],
    sessions: [] as { readonly id: string; readonly issueId: string | null }[],
    activities: [] as FakeActivity[],
    plans: [] as (readonly { readonly content: string; readonly status: string }[])[],
    reactions: [] as { readonly id: string; readonly commentId: string; readonly emoji: string }[],
    /** Root comments whose thread is synced with Slack, and what Linear posted there for it. */
    slackThreads: new Set<string>(),
    slackPosts: [] as string[],
    /** Ids of everything that ever was: Linear makes none of them again. */
    ids: new Set<string>(),
    tick,
    labelId(name: string): string {
      for (const label of state.labels.values()) if (label.name === name) return label.id
      const made = { id: randomUUID(), name }
      state.labels.set(made.id, made)
      return made.id
    },
    teamOf: (issue: FakeIssue): FakeTeam => {
      const found = state.teams.find(({ id }) => id === issue.teamId)
      if (!found) throw new Error('an issue of no team')
      return found
    },
    keyOf: (issue: FakeIssue): string => `${state.teamOf(issue).key}-${issue.number}`,
    addIssue(input: {
      readonly id?: string
      readonly teamId: string
      readonly title: string
      readonly description?: string | null
      readonly creatorId: string
      readonly labelIds?: string[]
      readonly projectId?: string | null
      readonly parentId?: string | null
    }): FakeIssue {
      const home = state.teams.find(({ id }) => id === input.teamId)
      if (!home) throw new Error('no such team')
      const at = tick()
      const issue: FakeIssue = {
        id: input.id ?? randomUUID(),
        teamId: home.id,
        number: home.next++,
        title: input.title,
        description: input.description ?? null,
        state: { id: `${home.id}-todo`, name: 'Todo', type: 'unstarted' },
        labelIds: input.labelIds ?? [],
        projectId: input.projectId ?? null,
        parentId: input.parentId ?? null,
        creatorId: input.creatorId,
        createdAt: at,
        updatedAt: at,
        archivedAt: null,
        trashed: null,
      }
      state.ids.add(issue.id)
      state.issues.push(issue)
      return issue
    },
  }
  return state
}
export type State = ReturnType<typeof createState>
