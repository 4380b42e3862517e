import { randomUUID } from 'node:crypto'
import type { Changed } from './resolve.ts'
import { signLinear } from './sign.ts'
import type { FakeComment, FakeIssue, FakeUser, State } from './state.ts'

export interface Sent {
  readonly status: number
  readonly text: string
}
export type Target = (request: { method: 'POST'; headers: Record<string, string>; body: string }) => Promise<Response>
/** How a delivery is made, where it is not as usual. */
export interface Sending {
  readonly deliveryId?: string
  readonly atMs?: number
  readonly organizationId?: string
  readonly secret?: string
}
export interface Said extends Sending {
  readonly body: string
  readonly by?: FakeUser
  readonly parentId?: string
  /** The comment came from Slack, through a synced thread; of somebody whom Linear knows there, or does not. */
  readonly fromSlack?: 'known' | 'unknown'
}

/** What people do in Linear's own apps, and the webhooks that follow. */
export function createPeople(state: State, webhookSecret: string, now: () => number) {
  let target: Target | null = null
  const pending = new Set<Promise<Sent>>()
  const deliveries: { readonly type: string; readonly action: string; readonly sent: Promise<Sent> }[] = []

  const deliver = async (to: Target, payload: Record<string, unknown>, sending: Sending = {}): Promise<Sent> => {
    const body = JSON.stringify({
      createdAt: new Date(now()).toISOString(),
      organizationId: sending.organizationId ?? state.organization.id,
      webhookId: 'a8c1f2e3-0000-4000-8000-000000000001',
      webhookTimestamp: sending.atMs ?? now(),
      ...payload,
    })
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'linear-delivery': sending.deliveryId ?? randomUUID(),
      'linear-event': String(payload.type),
      'linear-timestamp': String(now()),
      ...signLinear(body, sending.secret ?? webhookSecret),
    }
    const answer = await to({ method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text() }
  }
  const tell = (payload: Record<string, unknown>, to = target, sending?: Sending): Promise<Sent> | null => {
    if (to === null) return null
    const sent = deliver(to, payload, sending)
    deliveries.push({ type: String(payload.type), action: String(payload.action), sent })
    pending.add(sent)
    sent.finally(() => pending.delete(sent)).catch(() => {})
    return sent
  }
  const actorOf = ({ id, name, email, app }: FakeUser) => ({
    id,
    name,
    email,
    type: app ? 'OauthClient' : 'user',
    url: `https://linear.app/acme/profiles/${name.toLowerCase()}`,
  })
  const issueData = (issue: FakeIssue) => {
    const team = state.teamOf(issue)
    const project = state.projects.find(({ id }) => id === issue.projectId)
    return {
      ...issue,
      identifier: state.keyOf(issue),
      url: `https://linear.app/acme/issue/${state.keyOf(issue)}`,
      stateId: issue.state.id,
      team: { id: team.id, key: team.key, name: team.name },
      labels: issue.labelIds.map((id) => state.labels.get(id)),
      project: project
        ? { id: project.id, name: project.name, url: `https://linear.app/acme/project/checkout-${project.slugId}` }
        : null,
    }
  }
  const issueEvent = (issue: FakeIssue, action: string, from: object, by: FakeUser) => ({
    type: 'Issue',
    action,
    actor: actorOf(by),
    data: issueData(issue),
    url: `https://linear.app/acme/issue/${state.keyOf(issue)}`,
    ...(action === 'update' ? { updatedFrom: from } : {}),
  })
  const commentEvent = (comment: FakeComment, action: string, by: FakeUser) => {
    const issue = state.issues.find(({ id }) => id === comment.issueId)
    const team = issue ? state.teamOf(issue) : null
    const author = state.users.find(({ id }) => id === comment.userId)
    return {
      type: 'Comment',
      action,
      actor: actorOf(by),
      data: {
        ...comment,
        user: author ? { id: author.id, name: author.name, email: author.email, url: '' } : null,
        issue: issue
          ? { id: issue.id, identifier: state.keyOf(issue), title: issue.title, url: '', teamId: team?.id, team }
          : null,
      },
    }
  }
  const person = state.ann
  return {
    deliver,
    deliveries,
    issueEvent,
    commentEvent,
    /** From now on every change is told. */
    subscribe(to: Target | null) {
      target = to
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled([...pending])
    },
    /** A change that the hub itself made. */
    onChanged(change: Changed) {
      if (change.kind === 'issue') tell(issueEvent(change.issue, change.action, change.from, state.hub))
      else tell(commentEvent(change.comment, change.action, state.hub))
    },
    create(input: {
      title?: string
      body?: string
      labels?: readonly string[]
      team?: string
      by?: FakeUser
    }): FakeIssue {
      const team = state.teams.find(({ key }) => key === (input.team ?? 'ENG'))
      const issue = state.addIssue({
        teamId: team?.id ?? '',
        title: input.title ?? 'Saved cards',
        description: input.body ?? null,
        creatorId: (input.by ?? person).id,
        labelIds: (input.labels ?? []).map(state.labelId),
      })
      tell(issueEvent(issue, 'create', {}, input.by ?? person))
      return issue
    },
    edit(issue: FakeIssue, change: Partial<FakeIssue>, by: FakeUser = person): Record<string, unknown> {
      const names: Readonly<Record<string, string>> = { state: 'stateId' }
      const from = Object.fromEntries(
        Object.keys(change).map((key) => [
          names[key] ?? key,
          key === 'state' ? issue.state.id : issue[key as keyof FakeIssue],
        ]),
      )
      const event = { from: { ...from, updatedAt: issue.updatedAt } }
      Object.assign(issue, change, { updatedAt: state.tick() })
      const payload = issueEvent(issue, 'update', event.from, by)
      tell(payload)
      return payload
    },
    finish(issue: FakeIssue) {
      return this.edit(issue, { state: { id: `${issue.teamId}-done`, name: 'Done', type: 'completed' } })
    },
    remove(issue: FakeIssue) {
      Object.assign(issue, { trashed: true, archivedAt: state.tick(), updatedAt: state.tick() })
      tell(issueEvent(issue, 'remove', {}, person))
    },
    move(issue: FakeIssue, key = 'OPS'): string {
      const team = state.teams.find((one) => one.key === key)
      if (!team) throw new Error(`no team ${key}`)
      this.edit(issue, { teamId: team.id, number: team.next++ })
      return state.keyOf(issue)
    },
    /** A comment as a person writes it. */
    comment(issue: FakeIssue, { body, by = person, parentId, fromSlack }: Said): FakeComment {
      const at = state.tick()
      const comment: FakeComment = {
        id: randomUUID(),
        issueId: issue.id,
        parentId: parentId ?? null,
        body,
        userId: fromSlack === 'unknown' ? null : by.id,
        externalUserId: fromSlack === 'unknown' ? 'slack-user' : null,
        syncedWith: fromSlack ? [{ service: 'slack' }] : null,
        createdAt: at,
        updatedAt: at,
        edited: false,
      }
      state.ids.add(comment.id)
      state.comments.push(comment)
      return comment
    },
    async say(to: Target, issue: FakeIssue, said: Said): Promise<Sent & { readonly comment: FakeComment }> {
      const comment = this.comment(issue, said)
      const by = said.by ?? person
      return { ...(await deliver(to, commentEvent(comment, 'create', by), said)), comment }
    },
    /** Somebody mentions the hub in a comment, or delegates the issue to it. */
    async openSession(
      to: Target,
      issue: FakeIssue | null,
      said: { readonly prompt?: string; readonly by?: FakeUser } & Sending,
    ) {
      const session = { id: randomUUID(), issueId: issue?.id ?? null }
      state.sessions.push(session)
      const by = said.by ?? person
      const comment = { id: randomUUID(), body: said.prompt ?? 'This thread is for an agent session with hub.' }
      const sent = await deliver(to, sessionPayload('created', session, issue, by, comment, null), said)
      return { ...sent, session, comment }
    },
    async prompt(
      to: Target,
      session: { readonly id: string; readonly issueId: string | null },
      said: { readonly body: string; readonly signal?: 'stop'; readonly by?: FakeUser } & Sending,
    ): Promise<Sent> {
      const issue = state.issues.find(({ id }) => id === session.issueId) ?? null
      const by = said.by ?? person
      const activity = {
        id: randomUUID(),
        agentSessionId: session.id,
        content: { type: 'prompt', body: said.body },
        signal: said.signal ?? null,
        userId: by.id,
        user: { id: by.id, name: by.name, email: by.email, url: '' },
      }
      return deliver(to, sessionPayload('prompted', session, issue, by, null, activity), said)
    },
  }
  function sessionPayload(
    action: 'created' | 'prompted',
    session: { readonly id: string },
    issue: FakeIssue | null,
    by: FakeUser,
    comment: object | null,
    activity: object | null,
  ): Record<string, unknown> {
    return {
      type: 'AgentSessionEvent',
      action,
      appUserId: state.hub.id,
      oauthClientId: 'c1',
      promptContext: '<issue/>',
      agentSession: {
        id: session.id,
        appUserId: state.hub.id,
        creator: { id: by.id, name: by.name, email: by.email, url: '' },
        issue: issue ? issueData(issue) : null,
        comment,
        status: 'pending',
        type: 'commentThread',
      },
      agentActivity: activity,
    }
  }
}
export type People = ReturnType<typeof createPeople>
