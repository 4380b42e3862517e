import { z } from 'zod'

/** One operation: its text, which the tests hold against Linear's schema, and the shape of its answer. */
export interface Document<A extends z.ZodType = z.ZodType> {
  readonly name: string
  readonly text: string
  readonly answer: A
}
const documents: Document[] = []
function define<A extends z.ZodType>(text: string, answer: A): Document<A> {
  const name = /^(?:query|mutation) (\w+)/.exec(text.trim())?.[1] ?? ''
  const document = { name, text: text.trim(), answer }
  documents.push(document)
  return document
}
/** Every operation the hub sends. */
export const allDocuments: readonly Document[] = documents
export const isMutation = ({ text }: Document): boolean => text.startsWith('mutation ')

const node = z.object({ id: z.string() })
const success = z.object({ success: z.boolean() })
const nodes = <T extends z.ZodType>(of: T) => z.object({ nodes: z.array(of) })
const page = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })

/** The hub's proof lies in the issue's attachments; its title is how it is found without knowing its id. */
const PROOF_TITLE = 'Acceptance criteria'

const ISSUE_FIELDS = `fragment IssueFields on Issue {
  id identifier url title description createdAt updatedAt archivedAt trashed
  state { id name type }
  team { id key }
  project { id slugId }
  creator { id }
  parent { id }
  labels(first: 30) { nodes { id name } }
  attachments(first: 5, filter: { title: { startsWith: "${PROOF_TITLE}" } }) { nodes { id url metadata } }
}`
const wireIssue = z.object({
  id: z.string(),
  identifier: z.string(),
  url: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  archivedAt: z.string().nullable(),
  trashed: z.boolean().nullable(),
  state: z.object({ id: z.string(), name: z.string(), type: z.string() }),
  team: z.object({ id: z.string(), key: z.string() }),
  project: z.object({ id: z.string(), slugId: z.string() }).nullable(),
  creator: node.nullable(),
  parent: node.nullable(),
  labels: nodes(z.object({ id: z.string(), name: z.string() })),
  attachments: nodes(z.object({ id: z.string(), url: z.string(), metadata: z.record(z.string(), z.unknown()) })),
})
export type WireIssue = z.output<typeof wireIssue>

export const whoAmI = define(
  'query WhoAmI { viewer { id name } organization { id name urlKey } }',
  z.object({
    viewer: z.object({ id: z.string(), name: z.string() }),
    organization: z.object({ id: z.string(), name: z.string(), urlKey: z.string() }),
  }),
)
export const issueById = define(
  `query IssueById($id: String!) { issue(id: $id) { ...IssueFields } }
${ISSUE_FIELDS}`,
  z.object({ issue: wireIssue }),
)
export const issuePage = define(
  `query IssuePage($filter: IssueFilter!, $first: Int!, $after: String, $archived: Boolean!, $order: PaginationOrderBy!) {
  issues(filter: $filter, first: $first, after: $after, includeArchived: $archived, orderBy: $order) {
    nodes { ...IssueFields }
    pageInfo { hasNextPage endCursor }
  }
}
${ISSUE_FIELDS}`,
  z.object({ issues: z.object({ nodes: z.array(wireIssue), pageInfo: page }) }),
)
const wireComment = z.object({ id: z.string(), body: z.string(), issueId: z.string().nullable() })
export type WireComment = z.output<typeof wireComment>

export const commentsById = define(
  `query CommentsById($ids: [ID!]!, $first: Int!) {
  comments(filter: { id: { in: $ids } }, first: $first) { nodes { id body issueId } }
}`,
  z.object({ comments: nodes(wireComment) }),
)
/** Is a thread copied to another place, such as Slack? */
export const threadById = define(
  'query ThreadById($id: String!) { comment(id: $id) { id externalThread { type } } }',
  z.object({ comment: z.object({ id: z.string(), externalThread: z.object({ type: z.string() }).nullable() }) }),
)
/** As much of a comment as its webhook tells, so that both are read by the same code. */
export const commentPage = define(
  `query CommentPage($filter: CommentFilter!, $first: Int!, $after: String) {
  comments(filter: $filter, first: $first, after: $after, orderBy: updatedAt) {
    nodes {
      id body createdAt updatedAt issueId parentId
      user { id name }
      botActor { type }
      externalUser { id }
      syncedWith { service }
      issue { id identifier title url team { key } project { slugId } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
  z.object({
    comments: z.object({
      nodes: z.array(
        z.object({
          id: z.string(),
          body: z.string(),
          createdAt: z.string(),
          updatedAt: z.string(),
          issueId: z.string().nullable(),
          parentId: z.string().nullable(),
          user: z.object({ id: z.string(), name: z.string() }).nullable(),
          botActor: z.object({ type: z.string() }).nullable(),
          externalUser: node.nullable(),
          syncedWith: z.array(z.object({ service: z.string() })).nullable(),
          issue: z
            .object({
              id: z.string(),
              identifier: z.string(),
              title: z.string(),
              url: z.string(),
              team: z.object({ key: z.string() }),
              project: z.object({ slugId: z.string() }).nullable(),
            })
            .nullable(),
        }),
      ),
      pageInfo: page,
    }),
  }),
)
const team = z.object({ id: z.string(), key: z.string(), name: z.string(), issues: nodes(node) })
const TEAM_FIELDS = 'id key name issues(first: 1) { nodes { id } }'
export const teamByKey = define(
  `query TeamByKey($key: String!) { teams(filter: { key: { eqIgnoreCase: $key } }, first: 1) { nodes { ${TEAM_FIELDS} } } }`,
  z.object({ teams: nodes(team) }),
)
export const projectBySlug = define(
  `query ProjectBySlug($slug: String!) {
  projects(filter: { slugId: { eq: $slug } }, first: 1) {
    nodes { id slugId name url teams(first: 10) { nodes { ${TEAM_FIELDS} } } }
  }
}`,
  z.object({
    projects: nodes(
      z.object({ id: z.string(), slugId: z.string(), name: z.string(), url: z.string(), teams: nodes(team) }),
    ),
  }),
)
export const userById = define(
  'query UserById($id: String!) { user(id: $id) { id name displayName email active admin guest app } }',
  z.object({
    user: z.object({
      id: z.string(),
      name: z.string(),
      displayName: z.string(),
      email: z.string().nullable(),
      active: z.boolean(),
      admin: z.boolean(),
      guest: z.boolean().optional(),
      app: z.boolean(),
    }),
  }),
)
export const membership = define(
  'query Membership($team: String!, $user: String!) { team(id: $team) { membership(userId: $user) { owner } } }',
  z.object({ team: z.object({ membership: z.object({ owner: z.boolean() }).nullable() }) }),
)
/** Changes nothing: a key that may write is told so, one that may not is refused. */
export const probeWrite = define(
  'mutation ProbeWrite($id: String!) { issueUpdate(id: $id, input: {}) { success } }',
  z.object({ issueUpdate: success }),
)
export const sendComment = define(
  'mutation SendComment($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id } } }',
  z.object({ commentCreate: success.extend({ comment: node }) }),
)
export const editComment = define(
  'mutation EditComment($id: String!, $body: String!) { commentUpdate(id: $id, input: { body: $body }) { success } }',
  z.object({ commentUpdate: success }),
)
export const sendActivity = define(
  'mutation SendActivity($input: AgentActivityCreateInput!) { agentActivityCreate(input: $input) { success agentActivity { id } } }',
  z.object({ agentActivityCreate: success.extend({ agentActivity: node }) }),
)
export const updatePlan = define(
  'mutation UpdatePlan($id: String!, $plan: JSONObject!) { agentSessionUpdate(id: $id, input: { plan: $plan }) { success } }',
  z.object({ agentSessionUpdate: success }),
)
export const activityById = define(
  `query ActivityById($session: String!, $id: ID!) {
  agentSession(id: $session) { activities(filter: { id: { eq: $id } }, first: 1) { nodes { id } } }
}`,
  z.object({ agentSession: z.object({ activities: nodes(node) }) }),
)
export const react = define(
  'mutation React($input: ReactionCreateInput!) { reactionCreate(input: $input) { success } }',
  z.object({ reactionCreate: success }),
)
export const attach = define(
  'mutation Attach($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }',
  z.object({ attachmentCreate: success }),
)
const created = z.object({ issueCreate: success.extend({ issue: wireIssue.nullable() }) })
export const createIssue = define(
  `mutation CreateIssue($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { ...IssueFields } } }
${ISSUE_FIELDS}`,
  created,
)

/** A section and its proof go in one request, in this order: a section without a proof proves itself, the other way round it would look deleted. */
const SECTIONS = {
  description: [
    '$id: String!, $description: String!',
    'issueUpdate(id: $id, input: { description: $description }) { success issue { description updatedAt } }',
  ],
  newComment: ['$comment: CommentCreateInput!', 'commentCreate(input: $comment) { success }'],
  comment: ['$id: String!, $body: String!', 'commentUpdate(id: $id, input: { body: $body }) { success }'],
  nothing: ['', ''],
} as const
const PROOFS = {
  newProof: ['$proof: AttachmentCreateInput!', 'attachmentCreate(input: $proof) { success }'],
  proof: [
    '$proofId: String!, $proof: AttachmentUpdateInput!',
    'attachmentUpdate(id: $proofId, input: $proof) { success }',
  ],
} as const
const written = z.object({
  issueUpdate: success
    .extend({ issue: z.object({ description: z.string().nullable(), updatedAt: z.string() }).nullable() })
    .optional(),
})
function writeDocument(section: keyof typeof SECTIONS, proof: keyof typeof PROOFS): Document<typeof written> {
  const name = `Write_${section}_${proof}`
  const variables = [SECTIONS[section][0], PROOFS[proof][0]].filter(Boolean).join(', ')
  return define(`mutation ${name}(${variables}) { ${SECTIONS[section][1]} ${PROOFS[proof][1]} }`, written)
}
const both = (section: keyof typeof SECTIONS) => ({
  newProof: writeDocument(section, 'newProof'),
  proof: writeDocument(section, 'proof'),
})
export const writeSection = {
  description: both('description'),
  newComment: both('newComment'),
  comment: both('comment'),
  nothing: both('nothing'),
} as const
