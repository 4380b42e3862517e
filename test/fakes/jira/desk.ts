import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { checkAdf } from './check.ts'
import type { Faults } from './faults.ts'
import { checkSchema } from './schema.ts'
import { type FakeComment, type FakeIssue, FIELD, isoOf, type World } from './world.ts'

export type C = Context<{ Bindings: HttpBindings }>
export type Body = Record<string, unknown>

export interface Wiring {
  readonly world: World
  readonly faults: Faults
  /** Requests that Jira refuses for what they are. */
  readonly problems: string[]
  readonly authorization: string
  readonly now: () => number
  /** New issues show in a search so much later. */
  searchLagMs(): number
  /** May the hub's account ask about others, and set up webhooks? */
  isSiteAdmin(): boolean
  wrote(): void
  /** Are requests counted, and turned away when there are too many? */
  hasLimits(): boolean
  turnedAway(): void
}
export const refuse = (c: C, status: number, message: string) =>
  c.json({ errorMessages: [message], errors: {} }, status as 400)

export const ORIGIN = 'https://site.test'

/** What all routes do alike: who may, what is refused, what is armed, and how things are written. */
export type Desk = ReturnType<typeof createDesk>
export function createDesk(wiring: Wiring) {
  const { world, faults, problems, now } = wiring
  const problem = (c: C, status: number, message: string) => {
    problems.push(message)
    return refuse(c, status, message)
  }
  /** Reads what is sent, plays what is armed, and only then does the work. */
  const write = async (c: C, work: (body: Body) => Response | Promise<Response>): Promise<Response> => {
    const isForm = (c.req.header('content-type') ?? '').startsWith('multipart/')
    const text = isForm ? '' : await c.req.text()
    const body = text === '' ? {} : (JSON.parse(text) as Body)
    const wrong = text === '' ? [] : checkSchema(c.req.method, c.req.path, body)
    const fault = faults.take()
    const run = async (): Promise<Response> => {
      if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
      const answer = await work(body)
      if (answer.ok) wiring.wrote()
      return answer
    }
    switch (fault?.kind) {
      case undefined:
        return run()
      case 'rate-limited':
        return c.json({ errorMessages: ['Rate limit exceeded.'] }, 429, {
          'retry-after': String(fault.retryAfterSeconds),
          ...(fault.reason === undefined ? {} : { 'ratelimit-reason': fault.reason }),
          'x-ratelimit-limit': '100',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': new Date(now() + fault.retryAfterSeconds * 1_000).toISOString(),
        })
      case 'refuse':
        return c.json(fault.body ?? { errorMessages: ['refused'] }, fault.status as 400, { ...fault.headers })
      case 'status':
        if (fault.commit) await run()
        return c.text('upstream error', fault.status as 500)
      case 'cut':
        if (fault.commit) await run()
        c.env.incoming.socket.destroy()
        return new Response('')
      case 'meanwhile':
        fault.happens()
        return run()
      case 'slow': {
        const answer = await run()
        await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
        return answer
      }
    }
  }
  const issueOf = (c: C): FakeIssue | undefined => {
    const found = world.find(c.req.param('issue') ?? '')
    return found && !world.project(found.project)?.lacks.has('BROWSE_PROJECTS') ? found : undefined
  }
  const gone = (c: C) => refuse(c, 404, 'Issue does not exist or you do not have permission to see it.')
  const lacks = (issue: FakeIssue, permission: string) => world.project(issue.project)?.lacks.has(permission) === true
  const forbidden = (c: C, what: string) => refuse(c, 403, `You do not have permission to ${what} in this project.`)
  const wire = (issue: FakeIssue, asked: readonly string[], properties: readonly string[]) => {
    const all: Body = {
      summary: issue.summary,
      description: issue.description,
      labels: issue.labels,
      status: { name: issue.status.name, statusCategory: { key: issue.status.category } },
      resolution: issue.resolution === null ? null : { name: issue.resolution },
      issuetype: { name: issue.type },
      project: { key: issue.project },
      creator: issue.creator,
      parent: issue.parent === null ? undefined : { id: issue.parent },
      created: isoOf(issue.createdMs),
      updated: isoOf(issue.updatedMs),
      attachment: issue.attachments.map(({ id, filename, createdMs }) => ({ id, filename, created: isoOf(createdMs) })),
      ...issue.fields,
    }
    const shown =
      asked.length === 0 || asked.includes('*all')
        ? all
        : Object.fromEntries(asked.map((name) => [name, all[name] ?? null]))
    const held = properties.flatMap((key) => (issue.properties.has(key) ? [[key, issue.properties.get(key)]] : []))
    return {
      id: issue.id,
      key: issue.key,
      self: `${ORIGIN}/rest/api/3/issue/${issue.id}`,
      fields: JSON.parse(JSON.stringify(shown)),
      ...(properties.length > 0 ? { properties: Object.fromEntries(held) } : {}),
    }
  }
  /** Newest first, as the history of an issue comes. */
  const historyOf = (issue: FakeIssue) => ({
    histories: issue.history
      .toReversed()
      .map(({ id, author, atMs, items }) => ({ id, author, created: isoOf(atMs), items })),
  })
  const wireComment = (comment: FakeComment, withProperties: boolean) => ({
    id: comment.id,
    self: `${ORIGIN}/comment/${comment.id}`,
    author: comment.author,
    created: isoOf(comment.createdMs),
    body: comment.body,
    ...(withProperties ? { properties: [...comment.properties].map(([key, value]) => ({ key, value })) } : {}),
  })
  /** Fields as they may be set; a text in the place of a document is refused, as v3 does. */
  const checkFields = (fields: Body): string[] =>
    [fields.description, fields[FIELD.id]].flatMap((doc) => (doc === undefined || doc === null ? [] : checkAdf(doc)))

  return { ...wiring, problem, write, issueOf, gone, lacks, forbidden, wire, historyOf, wireComment, checkFields }
}
