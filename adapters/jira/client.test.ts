import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HubError } from '#contract'
import { ANN, FIELD } from '../../test/fakes/jira/index.ts'
import { type JiraRig, openJira } from '../../test/fakes/jira/ports.ts'
import { path } from './client.ts'
import { fromMarkdown } from './from-markdown.ts'
import { createPace } from './pace.ts'

const { signal } = new AbortController()
let rig: JiraRig
beforeEach(async () => {
  rig = await openJira()
})
afterEach(async () => {
  await rig.close()
})

describe('refusals', () => {
  const refused = async (status: number, body?: unknown, headers?: Record<string, string>): Promise<HubError> => {
    rig.fake.faults.add({
      kind: 'refuse',
      status,
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    })
    const issue = rig.fake.world.create(ANN, { project: 'PAY' })
    return rig.client
      .call({
        method: 'PUT',
        path: path`/rest/api/3/issue/${issue.id}`,
        body: { fields: {} },
        what: 'criteria of PAY-1',
        needs: 'Edit Issues',
        scope: { issue: 'one', site: 'all' },
        signal,
      })
      .then(
        () => Promise.reject(new Error('expected to fail')),
        (error: HubError) => error,
      )
  }
  test.each<[number, unknown, string, RegExp]>([
    [401, undefined, 'UNAUTHENTICATED', /JIRA_EMAIL and renew JIRA_API_TOKEN/],
    [403, { errorMessages: ['No.'] }, 'FORBIDDEN', /lacks the permission Edit Issues \(No\.\)/],
    [404, undefined, 'NOT_FOUND', /not visible to the hub's account/],
    [409, undefined, 'CONFLICT', /somebody changed it/],
    [413, undefined, 'TOO_LARGE', /shorten it/],
    [400, { errors: { description: 'exceeds the allowed limit of 32,767 characters.' } }, 'TOO_LARGE', /32,767/],
    [
      400,
      {
        errors: { description: "Field 'description' cannot be set. It is not on the appropriate screen, or unknown." },
      },
      'FORBIDDEN',
      /edit screen of the project/,
    ],
    [400, { errorMessages: ['You do not have the permission to edit this.'] }, 'FORBIDDEN', /Edit Issues/],
    [400, 'nonsense', 'INPUT_INVALID', /HTTP 400/],
    [302, undefined, 'CONFIG_INVALID', /JIRA_BASE_URL/],
    [500, undefined, 'OUTCOME_UNKNOWN', /HTTP 500/],
  ])('%i %j is %s', async (status, body, code, said) => {
    const error = await refused(status, body)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^criteria of PAY-1: /)
    expect(error.message).toMatch(said)
  })
  test('a token that Jira does not take, but answers as if nobody asked, is named', async () => {
    expect((await refused(404, undefined, { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' })).code).toBe(
      'UNAUTHENTICATED',
    )
  })
  test.each<[string, Record<string, string>, number, string]>([
    ['seconds', { 'retry-after': '12' }, 12_000, 'all'],
    ['one issue', { 'retry-after': '2', 'ratelimit-reason': 'jira-per-issue-on-write' }, 2_000, 'one'],
    ['nothing', {}, 30_000, 'all'],
  ])('a request to wait with %s', async (_what, headers, afterMs, scope) => {
    expect(await refused(429, undefined, headers)).toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs }, scope })
  })
  test('spent points come back when Jira says, and at the full hour where it does not', async () => {
    const quota = { 'ratelimit-reason': 'jira-quota-global-based' }
    const reset = new Date(Date.now() + 90_000).toISOString()
    const [told, untold] = [await refused(429, undefined, { ...quota, 'x-ratelimit-reset': reset }), 3_600_000]
    const { retry } = told
    expect(typeof retry === 'object' ? retry.afterMs : 0).toBeGreaterThan(85_000)
    await rig.close()
    rig = await openJira()
    const second = await refused(429, undefined, quota)
    expect(typeof second.retry === 'object' ? second.retry.afterMs : untold + 1).toBeLessThanOrEqual(untold)
  })
})
test('what people named cannot leave its part of the address', () => {
  expect(path`/rest/api/3/issue/${'../../admin?x=1#'}/comment`).toBe(
    '/rest/api/3/issue/..%2F..%2Fadmin%3Fx%3D1%23/comment',
  )
})

describe('the pace', () => {
  test('lets a burst through, spreads what follows, and turns away what would wait too long', async () => {
    let nowMs = 10_000
    const waits: number[] = []
    const pace = createPace(50, () => nowMs)
    for (let i = 0; i < 2; i += 1) await pace()
    const pending = Array.from({ length: 200 }, () =>
      pace(AbortSignal.abort()).then(
        () => waits.push(0),
        (error: HubError) => waits.push(error.code === 'RATE_LIMITED' ? 2 : 1),
      ),
    )
    await Promise.all(pending)
    expect(waits.filter((one) => one === 2).length).toBeGreaterThan(30)
    nowMs += 60_000
    await pace()
  })
  test('lets no more leave in one second than Jira takes, whenever they were woken', async () => {
    // A process that stood still: by the clock each of them is due long since.
    let nowMs = 10_000
    const pace = createPace(50, () => (nowMs += 1_000))
    for (let i = 0; i < 50; i += 1) await pace(AbortSignal.abort())
    await expect(pace(AbortSignal.abort())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

test('the vendor’s own client reads what the fake answers, over our transport', async () => {
  const { sdk, jira } = await vendor()
  const made = await jira.createIssue(sdk, {
    fields: { project: { key: 'PAY' }, issuetype: { id: '10001' }, summary: 'S', description: adf('Words.') },
  })
  const issueIdOrKey = String(made.id)
  await jira.editIssue(sdk, {
    issueIdOrKey,
    fields: { [FIELD.id]: fromMarkdown('- one') },
    properties: [{ key: 'autodevhub.criteria', value: { v: 1 } }],
  })
  const issue = await jira.getIssue(sdk, { issueIdOrKey, fields: ['*all'], properties: ['autodevhub.criteria'] })
  expect(issue.key).toBe('PAY-1')
  const comment = await jira.addComment(sdk, { issueIdOrKey, body: adf('Hello') })
  const listed = await jira.getComments(sdk, { issueIdOrKey, expand: 'properties' })
  expect(listed.comments?.map(({ id }) => id)).toEqual([comment.id])
  const found = await jira.searchAndReconsileIssuesUsingJqlPost(sdk, { jql: 'project = "PAY"', fields: ['summary'] })
  expect(found.issues?.map(({ id }) => id)).toEqual([issueIdOrKey])
  expect((await jira.getProject(sdk, { projectIdOrKey: 'PAY' })).name).toBe('Payments')
  expect((await jira.getCurrentUser(sdk)).displayName).toBe('Hub')
  expect((await jira.getFields(sdk)).length).toBe(3)
  expect(
    Object.keys(
      (await jira.getMyPermissions(sdk, { projectKey: 'PAY', permissions: 'EDIT_ISSUES' })).permissions ?? {},
    ),
  ).toEqual(['EDIT_ISSUES'])
  expect(rig.fake.problems).toEqual([])
})
/** As jira.js types documents. */
const adf = (markdown: string): { type: 'doc'; version: number; content: Record<string, unknown>[] } => ({
  type: 'doc',
  version: 1,
  content: fromMarkdown(markdown).content.map((node) => ({ ...node })),
})
/** jira.js, which checks each answer against its schemas, with our client in the place of its transport. */
async function vendor() {
  const [jira, { createClient }] = await Promise.all([import('jira.js/cloud'), import('jira.js/core')])
  const sdk = createClient({
    async sendRequest(options) {
      const query = Object.entries(options.searchParams ?? {}).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : String(value)]],
      )
      const method = options.method ?? 'GET'
      if (method !== 'GET' && method !== 'POST' && method !== 'PUT' && method !== 'DELETE') throw new Error(method)
      const answer = await rig.client.call({
        method,
        path: options.url,
        query: Object.fromEntries(query),
        ...(options.body === undefined ? {} : { body: options.body }),
        what: options.url,
      })
      return options.schema ? options.schema.parse(answer) : (answer as never)
    },
  })
  return { jira, sdk }
}
