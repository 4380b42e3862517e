import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmulatedLinear, startEmulatedLinear } from '../../test/fakes/linear/emulated.ts'
import { hasEmulate } from '../../test/support/emulate.ts'
import { allDocuments } from './documents.ts'
import { issueEvent, sessionEvent } from './payloads.ts'
import { verifyLinear } from './verify.ts'

/**
 * Every operation of the hub, sent to emulate as it is: null where that carries it out, else why not. What stands here as missing is filled in by
 * test/fakes/linear/emulated.ts for the life of an issue (test/e2e/tracker-life.test.ts); agent sessions and sweeps are tried against our own fake.
 */
const TRIED: Readonly<Record<string, string | null>> = {
  WhoAmI: null,
  IssueById: 'Cannot query field "trashed" on type "Issue".',
  IssuePage: 'Unknown argument "includeArchived" on field "Query.issues".',
  CommentsById: 'Unknown type "ID".',
  ThreadById: 'Cannot query field "externalThread" on type "Comment".',
  CommentPage: 'Unknown type "CommentFilter".',
  TeamByKey: null,
  ProjectBySlug: 'Unknown argument "filter" on field "Query.projects".',
  UserById: null,
  Membership: 'Cannot query field "membership" on type "Team".',
  ProbeWrite: null,
  SendComment: 'not to include unknown field "id"',
  // Only of ids that it chose itself.
  EditComment: 'Comment not found',
  SendActivity: 'to include required field "sessionId"',
  UpdatePlan: 'Unknown type "JSONObject".',
  ActivityById: 'Unknown type "ID".',
  React: 'Unknown type "ReactionCreateInput".',
  Attach: 'Unknown type "AttachmentCreateInput".',
  CreateIssue: 'Cannot query field "trashed" on type "Issue".',
  Write_description_newProof: 'Unknown type "AttachmentCreateInput".',
  Write_description_proof: 'Unknown type "AttachmentUpdateInput".',
  Write_newComment_newProof: 'Unknown type "AttachmentCreateInput".',
  Write_newComment_proof: 'Unknown type "AttachmentUpdateInput".',
  Write_comment_newProof: 'Unknown type "AttachmentCreateInput".',
  Write_comment_proof: 'Unknown type "AttachmentUpdateInput".',
  Write_nothing_newProof: 'Unknown type "AttachmentCreateInput".',
  Write_nothing_proof: 'Unknown type "AttachmentUpdateInput".',
}
interface Heard {
  readonly body: string
  readonly headers: Headers
  readonly payload: { readonly type: string; readonly action: string; readonly data?: Record<string, unknown> }
}

describe.skipIf(!hasEmulate)('Linear as others wrote it', () => {
  let linear: EmulatedLinear
  let issueId: string
  const heard: Heard[] = []
  const event = (type: string, action: string): Heard => {
    const found = heard.find(({ payload }) => payload.type === type && payload.action === action)
    if (!found) throw new Error(`no ${type} ${action} among ${heard.map(({ payload }) => payload.type)}`)
    return found
  }
  beforeAll(async () => {
    linear = await startEmulatedLinear()
    linear.subscribe(async ({ body, headers }) => {
      heard.push({ body, headers: new Headers(headers), payload: JSON.parse(body) })
      return new Response('{}')
    })
    const create = 'mutation C($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id } } }'
    const made = await linear.ann(create, { input: { teamId: 'ENG', title: 'Pay', description: 'A shopper pays.' } })
    issueId = (made.issueCreate as { issue: { id: string } }).issue.id
    const change = 'mutation U($id: String!) { issueUpdate(id: $id, input: { title: "Pay again" }) { success } }'
    await linear.ann(change, { id: issueId })
    const session =
      'mutation S($id: String!) { agentSessionCreateOnIssue(input: { issueId: $id }) { agentSession { id } } }'
    await linear.raw(session, { id: issueId })
    const say = 'mutation S($input: CommentCreateInput!) { commentCreate(input: $input) { success } }'
    await linear.ann(say, { input: { issueId, body: '/story' } })
  })
  afterAll(() => linear?.close())

  test.each(allDocuments.map((document) => [document.name, document] as const))('%s', async (name, { text }) => {
    const id = '00000000-0000-4000-8000-000000000001'
    const variables = {
      ...{ id: name === 'ProbeWrite' || name === 'IssueById' ? issueId : id, key: 'eng', slug: 'a', ids: [], first: 1 },
      ...{ archived: true, filter: {}, input: { id, issueId, body: 'b' }, description: 'd', body: 'b', user: id },
      ...{ team: id, session: id, plan: [], proof: {}, proofId: id, comment: { issueId, body: 'b' } },
    }
    const { errors } = await linear.raw(text, variables)
    const missing = TRIED[name]
    if (missing === null) expect(errors).toBeUndefined()
    else expect(errors?.[0]?.message).toContain(missing)
  })
  test('its deliveries are signed as the hub checks it, and an issue in them is understood', () => {
    for (const { body, headers } of heard) {
      expect(verifyLinear(Buffer.from(body), headers, linear.env.LINEAR_WEBHOOK_SECRET, Date.now()).ok).toBe(true)
      expect(verifyLinear(Buffer.from(body), headers, 'another secret of it', Date.now()).ok).toBe(false)
    }
    expect(issueEvent.parse(event('Issue', 'update').payload)).toMatchObject({
      data: { id: issueId, identifier: expect.stringMatching(/^ENG-\d+$/), title: 'Pay again' },
      updatedFrom: { title: 'Pay' },
    })
  })
  test('they do not say who wrote a comment, nor of which session they are, as Linear does', () => {
    expect(Object.keys(event('Comment', 'create').payload.data ?? {})).not.toContain('user')
    expect(sessionEvent.safeParse(event('AgentSessionEvent', 'created').payload).success).toBe(false)
  })
})
