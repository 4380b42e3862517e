import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { checkAdf, wikiOf } from './check.ts'
import type { Faults } from './faults.ts'
import { parseJql } from './jql.ts'
import { checkSchema } from './schema.ts'
import { BOT, type FakeComment, type FakeIssue, FIELD, isoOf, LINE_FIELD, TYPES, type World } from './world.ts'

export type C = Context<{ Bindings: HttpBindings }>
type Body = Record<string, unknown>

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
}
const PERMISSIONS: Readonly<Record<string, string>> = {
  BROWSE_PROJECTS: 'Browse Projects',
  CREATE_ISSUES: 'Create Issues',
  EDIT_ISSUES: 'Edit Issues',
  ADD_COMMENTS: 'Add Comments',
  EDIT_OWN_COMMENTS: 'Edit Own Comments',
  LINK_ISSUES: 'Link Issues',
}
export const refuse = (c: C, status: number, message: string) =>
  c.json({ errorMessages: [message], errors: {} }, status as 400)

/** The REST routes of Jira Cloud that the adapter uses: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ */
export function createRestRoutes(wiring: Wiring): Hono<{ Bindings: HttpBindings }> {
  const { world, faults, problems, now } = wiring
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use('/rest/*', async (c, next) => {
    if (c.req.header('authorization') !== wiring.authorization)
      return c.json({ message: 'Client must be authenticated to access this resource.', 'status-code': 401 }, 401)
    return next()
  })
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
      self: `${originOf()}/rest/api/3/issue/${issue.id}`,
      fields: JSON.parse(JSON.stringify(shown)),
      ...(properties.length > 0 ? { properties: Object.fromEntries(held) } : {}),
    }
  }
  const originOf = () => 'https://site.test'
  const wireComment = (comment: FakeComment, withProperties: boolean) => ({
    id: comment.id,
    self: `${originOf()}/comment/${comment.id}`,
    author: comment.author,
    body: comment.body,
    ...(withProperties ? { properties: [...comment.properties].map(([key, value]) => ({ key, value })) } : {}),
  })
  /** Fields as they may be set; a text in the place of a document is refused, as v3 does. */
  const checkFields = (fields: Body): string[] =>
    [fields.description, fields[FIELD.id]].flatMap((doc) => (doc === undefined || doc === null ? [] : checkAdf(doc)))

  app.get('/rest/api/3/myself', (c) => c.json(BOT))
  app.get('/rest/api/3/user', (c) => {
    const found = world.person(c.req.query('accountId') ?? '')
    return found ? c.json({ ...found, self: `${originOf()}/user` }) : refuse(c, 404, 'Specified user does not exist.')
  })
  app.get('/rest/api/3/field', (c) =>
    c.json([
      { id: 'summary', name: 'Summary', custom: false, schema: { type: 'string', system: 'summary' } },
      {
        ...FIELD,
        custom: true,
        schema: {
          type: 'string',
          custom: 'com.atlassian.jira.plugin.system.customfieldtypes:textarea',
          customId: 10_050,
        },
      },
      {
        ...LINE_FIELD,
        custom: true,
        schema: {
          type: 'string',
          custom: 'com.atlassian.jira.plugin.system.customfieldtypes:textfield',
          customId: 10_051,
        },
      },
    ]),
  )
  app.get('/rest/api/3/project/:project', (c) => {
    const found = world.project(c.req.param('project'))
    if (!found || found.lacks.has('BROWSE_PROJECTS')) return refuse(c, 404, 'No project could be found.')
    return c.json({
      id: found.id,
      key: found.key,
      name: found.name,
      self: `${originOf()}/rest/api/3/project/${found.id}`,
    })
  })
  app.get('/rest/api/3/mypermissions', (c) => {
    const found = world.project(c.req.query('projectKey') ?? '')
    if (!found) return refuse(c, 404, 'No project could be found.')
    const asked = (c.req.query('permissions') ?? '').split(',')
    if (asked.some((key) => !(key in PERMISSIONS))) return problem(c, 400, `Unknown permissions: ${asked.join(',')}`)
    const permissions = asked.map((key) => [
      key,
      { key, name: PERMISSIONS[key], havePermission: !found.lacks.has(key) },
    ])
    return c.json({ permissions: Object.fromEntries(permissions) })
  })
  app.post('/rest/api/3/permissions/check', async (c) => {
    if (!wiring.isSiteAdmin()) return refuse(c, 403, 'The user does not have the necessary permission.')
    const body = (await c.req.json()) as {
      accountId?: string
      projectPermissions?: { permissions: string[]; projects: number[] }[]
    }
    const wrong = checkSchema('POST', c.req.path, body)
    if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
    if (!world.person(body.accountId ?? '')) return refuse(c, 400, 'The user does not exist.')
    const projectPermissions = (body.projectPermissions ?? []).flatMap(({ permissions, projects }) =>
      permissions.map((permission) => ({
        permission,
        projects: projects.filter((id) => world.project(String(id))?.admins.has(body.accountId ?? '')),
        issues: [],
      })),
    )
    return c.json({ globalPermissions: [], projectPermissions })
  })
  app.get('/rest/api/3/issue/createmeta/:project/issuetypes', (c) => {
    const found = world.project(c.req.param('project'))
    const issueTypes = !found || found.lacks.has('CREATE_ISSUES') ? [] : TYPES
    return c.json({ issueTypes, startAt: 0, maxResults: 50, total: issueTypes.length })
  })
  app.post('/rest/api/3/search/jql', async (c) => {
    const body = (await c.req.json()) as {
      jql?: string
      fields?: string[]
      properties?: string[]
      maxResults?: number
      nextPageToken?: string
    }
    const wrong = checkSchema('POST', c.req.path, body)
    if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
    const jql = parseJql(body.jql ?? '', now())
    if (typeof jql === 'string') return refuse(c, 400, jql)
    const visible = [...world.issues.values()].filter(
      ({ project, createdMs }) =>
        !world.project(project)?.lacks.has('BROWSE_PROJECTS') &&
        (wiring.searchLagMs() === 0 || createdMs <= now() - wiring.searchLagMs()),
    )
    const found = visible
      .map((issue) => ({ issue, searched: searchedOf(issue) }))
      .filter(({ searched }) => jql.matches(searched))
      .sort((a, b) => jql.compare(a.searched, b.searched))
    const from = Number(body.nextPageToken ?? 0)
    const size = Math.min(100, body.maxResults ?? 50)
    const isLast = from + size >= found.length
    return c.json({
      issues: found
        .slice(from, from + size)
        .map(({ issue }) => wire(issue, body.fields ?? ['id'], body.properties ?? [])),
      isLast,
      ...(isLast ? {} : { nextPageToken: String(from + size) }),
    })
  })
  app.post('/rest/api/3/issue', (c) =>
    write(c, (body) => {
      const fields = (body.fields ?? {}) as Body
      const project = world.project(String((fields.project as Body | undefined)?.key))
      if (!project) return refuse(c, 400, 'project: valid project is required')
      if (project.lacks.has('CREATE_ISSUES'))
        return refuse(c, 403, 'You do not have permission to create issues in this project.')
      const type = TYPES.find(({ id }) => id === (fields.issuetype as Body | undefined)?.id)
      if (!type) return refuse(c, 400, 'issuetype: Specify a valid issue type')
      const parent = fields.parent as { id?: string } | undefined
      if (type.subtask !== (parent !== undefined)) return refuse(c, 400, 'parent: Please select a valid parent issue.')
      const summary = String(fields.summary ?? '')
      if (summary === '' || summary.length > 255 || summary.includes('\n'))
        return problem(c, 400, 'summary: You must specify a summary of the issue.')
      const labels = (fields.labels ?? []) as string[]
      if (labels.some((label) => /\s/.test(label))) return problem(c, 400, 'labels: must not contain spaces')
      const wrong = checkFields(fields)
      if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
      const made = world.create(BOT, {
        project: project.key,
        type: type.name,
        summary,
        description: fields.description ?? null,
        labels,
        parent: parent?.id ?? null,
        properties: (body.properties ?? []) as { key: string; value: unknown }[],
      })
      return c.json({ id: made.id, key: made.key, self: `${originOf()}/rest/api/3/issue/${made.id}` }, 201)
    }),
  )
  app.get('/rest/api/3/issue/:issue', (c) => {
    const issue = issueOf(c)
    if (!issue) return gone(c)
    const list = (name: string) => (c.req.query(name) ?? '').split(',').filter((one) => one !== '')
    return c.json(wire(issue, list('fields'), list('properties')))
  })
  app.put('/rest/api/3/issue/:issue', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      if (!issue) return gone(c)
      if (lacks(issue, 'EDIT_ISSUES')) return forbidden(c, 'edit issues')
      const { description, ...fields } = (body.fields ?? {}) as Body
      const wrong = checkFields({ description, ...fields })
      if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
      const unknown = Object.keys(fields).filter((id) => id !== FIELD.id)
      if (unknown.length > 0)
        return problem(
          c,
          400,
          `${unknown.join()}: Field cannot be set. It is not on the appropriate screen, or unknown.`,
        )
      const properties = (body.properties ?? []) as { key: string; value: unknown }[]
      if (properties.some(({ value }) => JSON.stringify(value).length > 32_768))
        return problem(c, 400, 'property too long')
      world.edit(BOT, issue, { ...(description === undefined ? {} : { description }), fields, properties })
      return c.body(null, 204)
    }),
  )
  app.post('/rest/api/3/issue/:issue/remotelink', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      if (!issue) return gone(c)
      if (lacks(issue, 'LINK_ISSUES')) return forbidden(c, 'link issues')
      const { url, title } = body.object as { url: string; title: string }
      const globalId = String(body.globalId ?? url)
      const known = issue.links.find((link) => link.globalId === globalId)
      if (known) Object.assign(known, { url, title })
      else issue.links.push({ globalId, url, title })
      return c.json({ id: 1, self: `${originOf()}/remotelink/1` }, known ? 200 : 201)
    }),
  )
  app.post('/rest/api/3/issue/:issue/comment', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      if (!issue) return gone(c)
      if (lacks(issue, 'ADD_COMMENTS')) return forbidden(c, 'comment')
      const wrong = checkAdf(body.body)
      if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
      const properties = (body.properties ?? []) as { key: string; value: unknown }[]
      const made = world.comment(BOT, issue, body.body, { visibility: body.visibility, properties })
      return c.json(wireComment(made, false), 201)
    }),
  )
  app.get('/rest/api/3/issue/:issue/comment', (c) => {
    const issue = issueOf(c)
    if (!issue) return gone(c)
    const from = Number(c.req.query('startAt') ?? 0)
    const size = Math.min(100, Number(c.req.query('maxResults') ?? 50))
    const ordered = c.req.query('orderBy') === '-created' ? issue.comments.toReversed() : issue.comments
    const withProperties = (c.req.query('expand') ?? '').split(',').includes('properties')
    const shown = ordered.slice(from, from + size).map((one) => wireComment(one, withProperties))
    return c.json({ comments: shown, startAt: from, maxResults: size, total: ordered.length })
  })
  const commentOf = (c: C, issue: FakeIssue) => issue.comments.find(({ id }) => id === c.req.param('comment'))
  app.get('/rest/api/3/issue/:issue/comment/:comment', (c) => {
    const issue = issueOf(c)
    const found = issue && commentOf(c, issue)
    if (!found) return refuse(c, 404, 'Can not find a comment for the id.')
    return c.json(wireComment(found, (c.req.query('expand') ?? '').split(',').includes('properties')))
  })
  app.put('/rest/api/3/issue/:issue/comment/:comment', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      const found = issue && commentOf(c, issue)
      if (!issue || !found) return refuse(c, 404, 'Can not find a comment for the id.')
      if (found.author !== BOT || lacks(issue, 'EDIT_OWN_COMMENTS'))
        return refuse(c, 400, 'You do not have the permission to edit this comment.')
      const wrong = checkAdf(body.body)
      if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
      for (const { key, value } of (body.properties ?? []) as { key: string; value: unknown }[])
        found.properties.set(key, value)
      world.editComment(BOT, issue, found, body.body)
      return c.json(wireComment(found, false))
    }),
  )
  app.delete('/rest/api/3/issue/:issue/comment/:comment', (c) =>
    write(c, () => {
      const issue = issueOf(c)
      const found = issue && commentOf(c, issue)
      if (!issue || !found) return refuse(c, 404, 'Can not find a comment for the id.')
      world.removeComment(BOT, issue, found)
      return c.body(null, 204)
    }),
  )
  app.post('/rest/api/3/issue/:issue/attachments', (c) =>
    write(c, async () => {
      const issue = issueOf(c)
      if (!issue) return gone(c)
      if (c.req.header('x-atlassian-token') !== 'no-check') return problem(c, 403, 'XSRF check failed')
      const { file } = await c.req.parseBody()
      if (!(file instanceof File)) return problem(c, 400, 'no file')
      const made = { id: world.nextId(), filename: file.name, text: await file.text(), createdMs: now() }
      issue.attachments.push(made)
      return c.json([{ id: made.id, filename: made.filename }])
    }),
  )
  return app
}
function searchedOf({ project, key, type, status, labels, summary, description, createdMs, updatedMs }: FakeIssue) {
  return {
    project,
    key,
    type,
    status: status.name,
    labels,
    text: `${summary} ${wikiOf(description)}`,
    createdMs,
    updatedMs,
  }
}
