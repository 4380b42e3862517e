import { checkComment } from './check.ts'
import { matches } from './filter.ts'
import { LinearRefusal, type Resolved } from './graphql.ts'
import type { FakeAttachment, FakeComment, FakeIssue, State } from './state.ts'

type Args = Record<string, unknown>
/** What became of a mutation, for the webhooks it causes. */
export type Changed =
  | { readonly kind: 'issue'; readonly action: 'create' | 'update'; readonly issue: FakeIssue; readonly from: object }
  | { readonly kind: 'comment'; readonly action: 'create' | 'update'; readonly comment: FakeComment }

const notFound = (what: string) =>
  new LinearRefusal('INPUT_ERROR', `Entity not found: ${what}`, `Could not find referenced ${what}.`)
const invalid = (message: string) => new LinearRefusal('INPUT_ERROR', 'Argument Validation Error', message)
const page = <T>(all: readonly T[], args: Args): { nodes: readonly T[]; pageInfo: object } => {
  const from = args.after === undefined || args.after === null ? 0 : Number(args.after)
  const size = Number(args.first ?? 50)
  if (size > 250) throw invalid('first must not be greater than 250')
  const nodes = all.slice(from, from + size)
  const end = from + nodes.length
  return { nodes, pageInfo: { hasNextPage: end < all.length, endCursor: nodes.length > 0 ? String(end) : null } }
}
type Dated = { readonly createdAt: string; readonly updatedAt: string }
const newest = <T extends Dated>(all: readonly T[], by: keyof Dated = 'updatedAt'): readonly T[] =>
  [...all].sort((a, b) => (a[by] < b[by] ? 1 : -1))

/** What Linear answers and does, with the rights of the hub's key. */
export function createRoot(
  state: State,
  changed: (change: Changed) => void,
  problems: string[],
): Readonly<Record<string, Resolved>> {
  const maySee = (issue: FakeIssue) => state.teamOf(issue).access !== 'none'
  const issueIn = (id: unknown, what = 'Issue'): FakeIssue => {
    const found = state.issues.find((one) => (one.id === id || state.keyOf(one) === id) && maySee(one))
    if (!found) throw notFound(what)
    return found
  }
  const mayWrite = (issue: FakeIssue) => {
    if (state.teamOf(issue).access !== 'write')
      throw new LinearRefusal('FORBIDDEN', 'You do not have permission to access this team', 'Missing write permission')
  }
  /** A chosen id is a UUID v4, and good once. */
  const chosen = (id: unknown): string => {
    if (typeof id !== 'string' || !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))
      throw invalid('id must be a UUID')
    if (state.ids.has(id)) throw invalid('id is taken')
    state.ids.add(id)
    return id
  }
  const userNode = (id: string | null) => state.users.find((one) => one.id === id) ?? null
  const projectNode = (id: string | null) => state.projects.find((one) => one.id === id) ?? null
  const attachmentNode = ({ id, url, title, subtitle, metadata }: FakeAttachment) => ({
    id,
    url,
    title,
    subtitle,
    metadata,
  })
  const issueNode = (issue: FakeIssue): Record<string, Resolved> => ({
    ...issue,
    identifier: state.keyOf(issue),
    url: `https://linear.app/${state.organization.urlKey}/issue/${state.keyOf(issue)}`,
    team: state.teamOf(issue),
    project: projectNode(issue.projectId),
    creator: userNode(issue.creatorId),
    parent: issue.parentId === null ? null : { id: issue.parentId },
    searchableContent: `${issue.title} ${issue.description ?? ''}`,
    labelNodes: issue.labelIds.map((id) => state.labels.get(id)),
    labels: () => ({ nodes: issue.labelIds.map((id) => state.labels.get(id)) }),
    attachments: (args: Args) =>
      page(
        state.attachments.filter((one) => one.issueId === issue.id && matches(one, args.filter)).map(attachmentNode),
        args,
      ),
  })
  const teamNode = (team: State['teams'][number]) => ({
    ...team,
    issues: (args: Args) => page(state.issues.filter((one) => one.teamId === team.id).map(issueNode), args),
    membership: ({ userId }: Args) => {
      const member = state.users.some((one) => one.id === userId)
      return member ? { owner: team.owners.includes(String(userId)) } : null
    },
  })
  const commentNode = (comment: FakeComment): Record<string, Resolved> => {
    const issue = state.issues.find(({ id }) => id === comment.issueId)
    return {
      ...comment,
      user: userNode(comment.userId),
      botActor: null,
      externalUser: comment.externalUserId === null ? null : { id: comment.externalUserId },
      issue: issue ? issueNode(issue) : null,
    }
  }
  const visibleTeams = () => state.teams.filter(({ access }) => access !== 'none')

  return {
    viewer: state.hub,
    organization: state.organization,
    issue: ({ id }: Args) => issueNode(issueIn(id)),
    issues: (args: Args) => {
      const shown = state.issues.filter((one) => maySee(one) && (args.includeArchived === true || !one.trashed))
      return page(
        newest(shown, args.orderBy === 'createdAt' ? 'createdAt' : 'updatedAt')
          .map(issueNode)
          .filter((one) => matches(one, args.filter)),
        args,
      )
    },
    comments: (args: Args) => {
      const shown = newest(state.comments).map(commentNode)
      return page(
        shown.filter((one) => matches(one, args.filter)),
        args,
      )
    },
    comment: ({ id }: Args) => {
      const found = state.comments.find((one) => one.id === id)
      if (!found) throw notFound('Comment')
      return { ...found, externalThread: state.slackThreads.has(found.id) ? { type: 'slack' } : null }
    },
    teams: (args: Args) =>
      page(
        visibleTeams()
          .filter((one) => matches(one, args.filter))
          .map(teamNode),
        args,
      ),
    team: ({ id }: Args) => {
      const found = visibleTeams().find((one) => one.id === id)
      if (!found) throw notFound('Team')
      return teamNode(found)
    },
    projects: (args: Args) =>
      page(
        state.projects
          .filter((one) => matches(one, args.filter))
          .map((one) => ({
            ...one,
            url: `https://linear.app/${state.organization.urlKey}/project/checkout-${one.slugId}`,
            teams: (inner: Args) =>
              page(
                visibleTeams()
                  .filter(({ id }) => id === one.teamId)
                  .map(teamNode),
                inner,
              ),
          })),
        args,
      ),
    user: ({ id }: Args) => {
      const found = userNode(String(id))
      if (!found) throw notFound('User')
      return found
    },
    agentSession: ({ id }: Args) => {
      if (!state.sessions.some((one) => one.id === id)) throw notFound('AgentSession')
      const mine = state.activities.filter(({ sessionId }) => sessionId === id)
      return {
        activities: (args: Args) =>
          page(
            mine.filter((one) => matches(one, args.filter)),
            args,
          ),
      }
    },

    issueCreate: ({ input }: Args) => {
      const given = input as Args
      const team = visibleTeams().find(({ id }) => id === given.teamId)
      if (!team) throw notFound('Team')
      if (team.access !== 'write')
        throw new LinearRefusal('FORBIDDEN', 'You do not have permission', 'Missing write permission')
      if (typeof given.title !== 'string' || given.title.trim() === '') throw invalid('title should not be empty')
      if (typeof given.parentId === 'string') issueIn(given.parentId, 'parent issue')
      const issue = state.addIssue({
        id: chosen(given.id),
        teamId: team.id,
        title: given.title,
        description: typeof given.description === 'string' ? given.description : null,
        creatorId: state.hub.id,
        projectId: typeof given.projectId === 'string' ? given.projectId : null,
        parentId: typeof given.parentId === 'string' ? given.parentId : null,
      })
      changed({ kind: 'issue', action: 'create', issue, from: {} })
      return { success: true, issue: issueNode(issue) }
    },
    issueUpdate: ({ id, input }: Args) => {
      const issue = issueIn(id)
      mayWrite(issue)
      const { description } = input as { description?: string }
      if (description !== undefined && description !== issue.description) {
        const from = { description: issue.description, updatedAt: issue.updatedAt }
        Object.assign(issue, { description, updatedAt: state.tick() })
        changed({ kind: 'issue', action: 'update', issue, from })
      }
      return { success: true, issue: issueNode(issue) }
    },
    commentCreate: ({ input }: Args) => {
      const given = input as Args
      const issue = issueIn(given.issueId)
      mayWrite(issue)
      const wrong = checkComment(given.body)
      if (wrong.length > 0) {
        problems.push(...wrong)
        throw invalid(wrong.join(', '))
      }
      const parent = given.parentId === undefined ? null : String(given.parentId)
      const root = parent === null ? null : (state.comments.find(({ id }) => id === parent) ?? null)
      if (parent !== null && root === null) throw notFound('Comment')
      if (root?.parentId) throw invalid('parentId must be a top level comment')
      const at = state.tick()
      const comment: FakeComment = {
        id: chosen(given.id),
        issueId: issue.id,
        parentId: parent,
        body: String(given.body),
        userId: state.hub.id,
        externalUserId: null,
        syncedWith: null,
        createdAt: at,
        updatedAt: at,
        edited: false,
      }
      state.comments.push(comment)
      // What is said in a synced thread is said in Slack too.
      if (given.createOnSyncedSlackThread === true || (parent !== null && state.slackThreads.has(parent)))
        state.slackPosts.push(comment.body)
      changed({ kind: 'comment', action: 'create', comment })
      return { success: true, comment }
    },
    commentUpdate: ({ id, input }: Args) => {
      const comment = state.comments.find((one) => one.id === id)
      if (!comment) throw notFound('Comment')
      if (comment.userId !== state.hub.id) throw new LinearRefusal('FORBIDDEN', 'You can only edit your own comments')
      const { body } = input as { body: string }
      const wrong = checkComment(body)
      if (wrong.length > 0) throw invalid(wrong.join(', '))
      Object.assign(comment, { body, edited: true, updatedAt: state.tick() })
      changed({ kind: 'comment', action: 'update', comment })
      return { success: true }
    },
    attachmentCreate: ({ input }: Args) => {
      const given = input as Args & Pick<FakeAttachment, 'title' | 'url'>
      const issue = issueIn(given.issueId)
      mayWrite(issue)
      const fields = {
        title: given.title,
        subtitle: typeof given.subtitle === 'string' ? given.subtitle : null,
        metadata: (given.metadata ?? {}) as Record<string, unknown>,
      }
      const same = state.attachments.find(({ issueId, url }) => issueId === issue.id && url === given.url)
      if (same) Object.assign(same, fields)
      else
        state.attachments.push({
          id: chosen(given.id),
          issueId: issue.id,
          creatorId: state.hub.id,
          url: given.url,
          ...fields,
        })
      return { success: true }
    },
    attachmentUpdate: ({ id, input }: Args) => {
      const found = state.attachments.find((one) => one.id === id)
      if (!found) throw notFound('Attachment')
      mayWrite(issueIn(found.issueId))
      Object.assign(found, input)
      return { success: true }
    },
    reactionCreate: ({ input }: Args) => {
      const { id, commentId, emoji } = input as { id: string; commentId: string; emoji: string }
      if (!state.comments.some((one) => one.id === commentId)) throw notFound('Comment')
      state.reactions.push({ id: chosen(id), commentId, emoji })
      return { success: true }
    },
    agentSessionUpdate: ({ id, input }: Args) => {
      if (!state.sessions.some((one) => one.id === id)) throw notFound('AgentSession')
      const { plan } = input as { plan: State['plans'][number] }
      if (!plan.every(({ status }) => /^(?:pending|inProgress|completed|canceled)$/.test(status)))
        throw invalid('no such status of a step')
      state.plans.push(plan)
      return { success: true }
    },
    agentActivityCreate: ({ input }: Args) => {
      const given = input as {
        id: string
        agentSessionId: string
        content: { type: string; body: string }
        ephemeral?: boolean
      }
      if (!state.sessions.some(({ id }) => id === given.agentSessionId)) throw notFound('AgentSession')
      const wrong = checkComment(given.content.body)
      if (!/^(?:thought|elicitation|response|error|action)$/.test(given.content.type))
        wrong.push('no such type of activity')
      if (given.ephemeral && given.content.type !== 'thought') wrong.push('only thoughts are ephemeral')
      if (wrong.length > 0) throw invalid(wrong.join(', '))
      state.activities.push({
        id: chosen(given.id),
        sessionId: given.agentSessionId,
        content: given.content,
        ephemeral: given.ephemeral === true,
        atMs: Date.now(),
      })
      return { success: true, agentActivity: { id: given.id } }
    },
  }
}
