import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { startEmulator } from '../../support/emulate.ts'
import type { Target } from './people.ts'

const HUB = 'lin_api_emulated_hub'
const ANN = 'lin_api_emulated_ann'
const SECRET = 'lin_wh_emulated0123456789'
/** What emulate has of an issue; the rest is filled in by `issueNode`. */
const FIELDS = `id identifier url title description createdAt updatedAt archivedAt
  state { id name type } team { id key } creator { id } labels(first: 30) { nodes { id name } }`

const answered = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})
const asked = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).default({}) })
const wireIssue = z.looseObject({ id: z.string(), identifier: z.string(), description: z.string().nullable() })
const wireComment = z.object({ id: z.string(), body: z.string(), issue: z.object({ id: z.string() }) })
const attachment = z.object({
  id: z.string(),
  issueId: z.string(),
  url: z.string(),
  metadata: z.record(z.string(), z.unknown()),
})
type Answer = z.output<typeof answered>
type Variables = Readonly<Record<string, unknown>>

export interface EmulatedLinear {
  readonly env: Readonly<Record<'LINEAR_API_URL' | 'LINEAR_API_KEY' | 'LINEAR_WEBHOOK_SECRET', string>>
  /** One operation as the hub's key sends it, to emulate alone. */
  raw(query: string, variables: Variables): Promise<Answer>
  /** As a person. */
  ann(query: string, variables: Variables): Promise<Record<string, unknown>>
  issue(id: string): Promise<z.output<typeof wireIssue>>
  comments(issueId: string): Promise<readonly string[]>
  subscribe(to: Target): void
  /** Operations that emulate refused and the bridge carried out, with its words. */
  readonly bridged: ReadonlyMap<string, string>
  /** What was refused for good, and deliveries that the hub did not take. */
  readonly problems: string[]
  writes(): number
  close(): Promise<void>
}

/**
 * Linear by https://www.npmjs.com/package/emulate: its issues, comments, states, webhooks and their signatures. Every operation of the hub is sent
 * to it as it is. What it refuses for want of a field or type goes through a bridge, which keeps what emulate has no place for: attachments,
 * ids chosen by the client, reactions.
 */
export async function startEmulatedLinear(): Promise<EmulatedLinear> {
  const emulator = await startEmulator('linear', {
    linear: {
      organization: { name: 'Acme', url_key: 'acme' },
      users: [
        { email: 'hub@example.com', name: 'Hub' },
        { email: 'ann@example.com', name: 'Ann', admin: true },
      ],
      teams: [{ key: 'ENG', name: 'Engineering' }],
      tokens: [
        { token: HUB, user: 'hub@example.com' },
        { token: ANN, user: 'ann@example.com' },
      ],
    },
  })
  const attachments: z.output<typeof attachment>[] = []
  /** The hub's id of a comment → emulate's. */
  const comments = new Map<string, string>()
  const bridged = new Map<string, string>()
  const problems: string[] = []
  let writes = 0
  let target: Target | null = null

  const ask = async (token: string, query: string, variables: Variables = {}): Promise<Answer> => {
    const headers = { authorization: token, 'content-type': 'application/json' }
    const body = JSON.stringify({ query, variables })
    const answer = await fetch(`${emulator.url}/graphql`, { method: 'POST', headers, body })
    return answered.parse(await answer.json())
  }
  const must = async (token: string, query: string, variables: Variables = {}): Promise<Record<string, unknown>> => {
    const { data, errors } = await ask(token, query, variables)
    if (errors !== undefined || !data) throw new Error(errors?.[0]?.message ?? 'no data')
    return data
  }
  const issueOf = async (id: unknown) => {
    const { issue } = await must(HUB, `query Issue($id: String!) { issue(id: $id) { ${FIELDS} } }`, { id })
    return wireIssue.nullable().parse(issue)
  }
  const allComments = async () => {
    const { comments: found } = await must(HUB, '{ comments(first: 250) { nodes { id body issue { id } } } }')
    return z.object({ nodes: z.array(wireComment) }).parse(found).nodes
  }
  const issueNode = (issue: z.output<typeof wireIssue>) => ({
    ...issue,
    trashed: null,
    parent: null,
    project: null,
    attachments: { nodes: attachments.filter(({ issueId }) => issueId === issue.id) },
  })
  const prove = ({ proof, proofId }: Variables): void => {
    const known = attachments.find(({ id }) => id === proofId)
    if (known) Object.assign(known, proof)
    else attachments.push(attachment.parse(proof))
  }
  const send = async (input: unknown) => {
    const { id, issueId, body } = z.object({ id: z.string(), issueId: z.string(), body: z.string() }).parse(input)
    const query = 'mutation Say($input: CommentCreateInput!) { commentCreate(input: $input) { comment { id } } }'
    const made = z
      .object({ comment: z.object({ id: z.string() }) })
      .parse((await must(HUB, query, { input: { issueId, body } })).commentCreate)
    comments.set(id, made.comment.id)
    return { success: true, comment: { id } }
  }
  const BRIDGE: Readonly<Record<string, (variables: Variables) => Promise<Record<string, unknown> | null>>> = {
    async IssueById({ id }) {
      const issue = await issueOf(id)
      return issue && { issue: issueNode(issue) }
    },
    CommentsById: async ({ ids }) => ({
      comments: {
        nodes: (await allComments()).flatMap(({ id, body, issue }) => {
          const known = [...comments].find(([, theirs]) => theirs === id)?.[0] ?? id
          return z.array(z.string()).parse(ids).includes(known) ? [{ id: known, body, issueId: issue.id }] : []
        }),
      },
    }),
    ThreadById: async ({ id }) => ({ comment: { id, externalThread: null } }),
    SendComment: async ({ input }) => ({ commentCreate: await send(input) }),
    async EditComment({ id, body }) {
      const theirs = comments.get(String(id))
      if (theirs === undefined) return null
      const query =
        'mutation E($id: String!, $body: String!) { commentUpdate(id: $id, input: { body: $body }) { success } }'
      return must(HUB, query, { id: theirs, body })
    },
    React: async () => ({ reactionCreate: { success: true } }),
    async Attach({ input }) {
      attachments.push(attachment.parse({ id: randomUUID(), metadata: {}, ...z.looseObject({}).parse(input) }))
      return { attachmentCreate: { success: true } }
    },
    ...Object.fromEntries(
      ['newProof', 'proof'].map((proof) => [
        `Write_description_${proof}`,
        async (variables: Variables) => {
          const query = `mutation W($id: String!, $description: String) {
            issueUpdate(id: $id, input: { description: $description }) { success issue { description updatedAt } } }`
          const { id, description } = variables
          const done = await must(HUB, query, { id, description })
          prove(variables)
          return done
        },
      ]),
    ),
  }
  const answerTo = async (query: string, variables: Variables): Promise<Answer> => {
    const [, kind = '', name = ''] = /^\s*(query|mutation) (\w+)/.exec(query) ?? []
    if (kind === 'mutation') writes += 1
    const first = await ask(HUB, query, variables)
    const why = first.errors?.[0]?.message
    if (why === undefined) return first
    const data = await BRIDGE[name]?.(variables)
    if (!data) problems.push(`${name}: ${why}`)
    else bridged.set(name, why)
    return data ? { data } : first
  }
  const listen = async (
    answer: (body: string, headers: Record<string, string>) => Promise<readonly [number, string]>,
  ) => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', async () => {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]))
        const [status, text] = await answer(Buffer.concat(chunks).toString('utf8'), headers).catch((error: Error) => {
          problems.push(error.message)
          return [500, '{}'] as const
        })
        response.writeHead(status, { 'content-type': 'application/json' }).end(text)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }
  const front = await listen(async (body) => {
    const { query, variables } = asked.parse(JSON.parse(body))
    const answer = await answerTo(query, variables)
    return [answer.errors === undefined ? 200 : 400, JSON.stringify(answer)]
  })
  // What emulate signed arrives byte for byte.
  const relay = await listen(async (body, headers) => {
    const answer = await target?.({ method: 'POST', headers, body })
    if (answer && answer.status !== 200) problems.push(`a delivery was answered with ${answer.status}`)
    return [answer?.status ?? 200, '{}']
  })
  const hook = { url: relay.url, secret: SECRET, resourceTypes: ['*'], allPublicTeams: true }
  await must(ANN, 'mutation H($input: WebhookCreateInput!) { webhookCreate(input: $input) { success } }', {
    input: hook,
  })

  return {
    env: { LINEAR_API_URL: `${front.url}/graphql`, LINEAR_API_KEY: HUB, LINEAR_WEBHOOK_SECRET: SECRET },
    raw: (query, variables) => ask(HUB, query, variables),
    ann: (query, variables) => must(ANN, query, variables),
    async issue(id) {
      const issue = await issueOf(id)
      if (issue === null) throw new Error(`no issue ${id}`)
      return issue
    },
    comments: async (id) => (await allComments()).filter(({ issue }) => issue.id === id).map(({ body }) => body),
    subscribe(to) {
      target = to
    },
    bridged,
    problems,
    writes: () => writes,
    async close() {
      await emulator.close()
      for (const { server } of [front, relay]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}
