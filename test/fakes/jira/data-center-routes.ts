import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { wikiOf } from './check.ts'
import { type Body, type C, createDesk, ORIGIN, refuse, type Wiring } from './desk.ts'
import { parseJql } from './jql.ts'
import { BOT, type FakeComment, type FakeIssue, FIELD, isoOf, LINE_FIELD, type Person, TYPES } from './world.ts'

/** Jira's own figure, kept apart from the adapter's. */
const MOST = 32_767
const PERMISSIONS: Readonly<Record<string, string>> = {
  BROWSE_PROJECTS: 'Browse Projects',
  CREATE_ISSUES: 'Create Issues',
  EDIT_ISSUES: 'Edit Issues',
  ADD_COMMENTS: 'Add Comments',
  EDIT_OWN_COMMENTS: 'Edit Own Comments',
  LINK_ISSUES: 'Link Issues',
}
/** An account of Data Center: no account id and no kind, a name to log in with and a key that stays. */
export function userOf({ displayName, accountId }: Person) {
  const name = displayName.split(' ', 1).join('').toLowerCase()
  return {
    self: `${ORIGIN}/user?key=${keyOf({ accountId })}`,
    name,
    key: keyOf({ accountId }),
    displayName,
    active: true,
  }
}
/** A field that changed: of Data Center's own by its id, of others by the name alone. */
export function itemOf(item: object): object {
  const { fieldId, ...rest } = item as { readonly fieldId?: string }
  return fieldId?.startsWith('customfield_') ? { ...rest, fieldtype: 'custom' } : rest
}
export function keyOf({ accountId }: Pick<Person, 'accountId'>): string {
  return `JIRAUSER${Number.parseInt(accountId.slice(-4).replace(/\W|[g-z]/g, '0'), 16)}`
}
/** The REST routes of Jira Data Center that the adapter uses: https://docs.atlassian.com/software/jira/docs/api/REST/9.12.0/ */
export function createDataCenterRoutes(
  wiring: Wiring,
  version: string,
  people: readonly Person[],
  customers: ReadonlySet<string>,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const desk = createDesk(wiring)
  const { world, problem, write, issueOf, gone, lacks, forbidden, now } = desk
  app.get('/rest/api/2/serverInfo', (c) =>
    c.json({ deploymentType: 'Server', version, versionNumbers: version.split('.').map(Number) }),
  )
  app.use('/rest/*', async (c, next) => {
    if (c.req.header('authorization') === wiring.authorization) return next()
    return c.text('', 401, { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' })
  })
  app.all('/rest/api/3/*', (c) => problem(c, 404, `there is no version 3: ${c.req.path}`))

  const wire = (issue: FakeIssue, fields: readonly string[], properties: readonly string[]) => {
    const made = desk.wire(issue, fields, properties)
    return 'creator' in made.fields ? { ...made, fields: { ...made.fields, creator: userOf(issue.creator) } } : made
  }
  /** Oldest first. */
  const historyOf = ({ history }: FakeIssue) => ({
    histories: history.map(({ id, author, atMs, items }) => ({
      id,
      author: userOf(author),
      created: isoOf(atMs),
      items: items.map(itemOf),
    })),
  })
  const wireComment = (issue: FakeIssue, comment: FakeComment, withProperties: boolean) => ({
    ...desk.wireComment(comment, withProperties),
    self: `${ORIGIN}/rest/api/2/issue/${issue.id}/comment/${comment.id}`,
    author: userOf(comment.author),
    updateAuthor: userOf(comment.author),
  })
  const wrongText = (value: unknown): string | null => {
    if (typeof value !== 'string') return 'Operation value must be a string'
    return value.length > MOST
      ? 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.'
      : null
  }
  const wrongIn = (fields: Body): string[] =>
    ['description', FIELD.id].flatMap((id) => {
      const wrong = fields[id] === undefined || fields[id] === null ? null : wrongText(fields[id])
      return wrong === null ? [] : [`${id}: ${wrong}`]
    })
  const list = (c: C, name: string) => (c.req.query(name) ?? '').split(',').filter((one) => one !== '')

  app.get('/rest/api/2/myself', (c) => c.json(userOf(BOT)))
  app.get('/rest/api/2/user', (c) => {
    const found = people.find((one) => keyOf(one) === c.req.query('key'))
    if (!found) return refuse(c, 404, 'The user does not exist')
    return c.json({ ...userOf(found), applicationRoles: { size: customers.has(found.accountId) ? 0 : 1, items: [] } })
  })
  app.get('/rest/api/2/field', (c) => {
    const type = (kind: string) => ({
      type: 'string',
      custom: `com.atlassian.jira.plugin.system.customfieldtypes:${kind}`,
    })
    return c.json([
      { id: 'summary', name: 'Summary', custom: false, schema: { type: 'string', system: 'summary' } },
      { ...FIELD, custom: true, schema: type('textarea') },
      { ...LINE_FIELD, custom: true, schema: type('textfield') },
    ])
  })
  app.get('/rest/api/2/project/:project', (c) => {
    const found = world.project(c.req.param('project'))
    if (!found || found.lacks.has('BROWSE_PROJECTS')) return refuse(c, 404, 'No project could be found.')
    return c.json({ id: found.id, key: found.key, name: found.name })
  })
  app.get('/rest/api/2/mypermissions', (c) => {
    const found = world.project(c.req.query('projectKey') ?? '')
    if (!found) return refuse(c, 404, 'No project could be found.')
    const all = Object.entries(PERMISSIONS).map(([key, name]) => [
      key,
      { key, name, havePermission: !found.lacks.has(key) },
    ])
    return c.json({ permissions: Object.fromEntries(all) })
  })
  app.get('/rest/api/2/issue/createmeta/:project/issuetypes', (c) => {
    const found = world.project(c.req.param('project'))
    const values = !found || found.lacks.has('CREATE_ISSUES') ? [] : TYPES
    return c.json({ maxResults: 50, startAt: 0, total: values.length, isLast: true, values })
  })
  app.post('/rest/api/2/search', async (c) => {
    const body = (await c.req.json()) as Body
    const unknown = Object.keys(body).filter(
      (key) => !/^(?:jql|startAt|maxResults|fields|validateQuery|expand)$/.test(key),
    )
    if (unknown.length > 0) return problem(c, 400, `Unrecognized field "${unknown.join()}"`)
    const jql = parseJql(String(body.jql), now())
    if (typeof jql === 'string') return refuse(c, 400, jql)
    const lag = wiring.searchLagMs()
    const found = [...world.issues.values()]
      .filter(
        ({ project, createdMs }) =>
          !world.project(project)?.lacks.has('BROWSE_PROJECTS') && (lag === 0 || createdMs <= now() - lag),
      )
      .map((issue) => ({
        issue,
        searched: {
          ...issue,
          status: issue.status.name,
          text: `${issue.summary} ${wikiOf(issue.description)}`,
        },
      }))
      .filter(({ searched }) => jql.matches(searched))
      .sort((a, b) => jql.compare(a.searched, b.searched))
    const startAt = Number(body.startAt ?? 0)
    const maxResults = Math.min(1_000, Number(body.maxResults ?? 50))
    const issues = found.slice(startAt, startAt + maxResults)
    return c.json({
      startAt,
      maxResults,
      total: found.length,
      issues: issues.map(({ issue }) => wire(issue, body.fields as string[], [])),
    })
  })
  app.post('/rest/api/2/issue', (c) =>
    write(c, (body) => {
      const fields = (body.fields ?? {}) as Body
      const project = world.project(String((fields.project as Body | undefined)?.key))
      if (!project) return refuse(c, 400, 'project: valid project is required')
      if (project.lacks.has('CREATE_ISSUES')) return refuse(c, 403, 'You do not have permission to create issues.')
      const type = TYPES.find(({ id }) => id === (fields.issuetype as Body | undefined)?.id)
      if (!type) return refuse(c, 400, 'issuetype: issue type is required')
      const wrong = wrongIn(fields)
      if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
      const parent = fields.parent as { id?: string } | undefined
      const made = world.create(BOT, {
        project: project.key,
        type: type.name,
        summary: String(fields.summary),
        description: fields.description ?? null,
        labels: (fields.labels ?? []) as string[],
        parent: parent?.id ?? null,
        properties: (body.properties ?? []) as { key: string; value: unknown }[],
      })
      return c.json({ id: made.id, key: made.key }, 201)
    }),
  )
  app.get('/rest/api/2/issue/:issue', (c) => {
    const issue = issueOf(c)
    if (!issue) return gone(c)
    const shown = wire(issue, list(c, 'fields'), list(c, 'properties'))
    return c.json(list(c, 'expand').includes('changelog') ? { ...shown, changelog: historyOf(issue) } : shown)
  })
  app.put('/rest/api/2/issue/:issue', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      if (!issue) return gone(c)
      if (lacks(issue, 'EDIT_ISSUES')) return forbidden(c, 'edit issues')
      const { description, ...fields } = (body.fields ?? {}) as Body
      const wrong = wrongIn({ description, ...fields })
      if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
      if (Object.keys(fields).some((id) => id !== FIELD.id)) return problem(c, 400, 'Field cannot be set.')
      const properties = (body.properties ?? []) as { key: string; value: unknown }[]
      world.edit(BOT, issue, { ...(description === undefined ? {} : { description }), fields, properties })
      return c.body(null, 204)
    }),
  )
  app.post('/rest/api/2/issue/:issue/remotelink', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      if (!issue) return gone(c)
      if (lacks(issue, 'LINK_ISSUES')) return forbidden(c, 'link issues')
      const { url, title } = body.object as { url: string; title: string }
      const globalId = String(body.globalId)
      const known = issue.links.find((link) => link.globalId === globalId)
      if (known) Object.assign(known, { url, title })
      else issue.links.push({ globalId, url, title })
      return c.json({ id: 1 }, known ? 200 : 201)
    }),
  )
  const wrongComment = ({ body, visibility }: Body): string | null => {
    if (visibility !== undefined && typeof (visibility as Body).value !== 'string')
      return 'visibility: value is missing'
    return wrongText(body)
  }
  app.post('/rest/api/2/issue/:issue/comment', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      if (!issue) return gone(c)
      if (lacks(issue, 'ADD_COMMENTS')) return forbidden(c, 'comment')
      const wrong = wrongComment(body)
      if (wrong !== null) return problem(c, 400, wrong)
      const properties = (body.properties ?? []) as { key: string; value: unknown }[]
      const made = world.comment(BOT, issue, body.body, { visibility: body.visibility, properties })
      return c.json(wireComment(issue, made, false), 201)
    }),
  )
  app.get('/rest/api/2/issue/:issue/comment', (c) => {
    const issue = issueOf(c)
    if (!issue) return gone(c)
    const from = Number(c.req.query('startAt') ?? 0)
    const ordered = c.req.query('orderBy') === '-created' ? issue.comments.toReversed() : issue.comments
    const shown = ordered.slice(from, from + Number(c.req.query('maxResults') ?? 50))
    const comments = shown.map((one) => wireComment(issue, one, list(c, 'expand').includes('properties')))
    return c.json({ comments, startAt: from, total: ordered.length })
  })
  app.get('/rest/api/2/issue/:issue/comment/:comment', (c) => {
    const issue = issueOf(c)
    const found = issue?.comments.find(({ id }) => id === c.req.param('comment'))
    if (!issue || !found) return refuse(c, 404, 'Can not find a comment for the id.')
    return c.json(wireComment(issue, found, list(c, 'expand').includes('properties')))
  })
  app.put('/rest/api/2/issue/:issue/comment/:comment', (c) =>
    write(c, (body) => {
      const issue = issueOf(c)
      const found = issue?.comments.find(({ id }) => id === c.req.param('comment'))
      if (!issue || !found) return refuse(c, 404, 'Can not find a comment for the id.')
      if (found.author !== BOT) return refuse(c, 400, 'You do not have the permission to edit this comment.')
      const wrong = wrongComment(body)
      if (wrong !== null) return problem(c, 400, wrong)
      for (const { key, value } of (body.properties ?? []) as { key: string; value: unknown }[])
        found.properties.set(key, value)
      world.editComment(BOT, issue, found, body.body)
      return c.json(wireComment(issue, found, false))
    }),
  )
  app.delete('/rest/api/2/issue/:issue/comment/:comment', (c) =>
    write(c, () => {
      const issue = issueOf(c)
      const found = issue?.comments.find(({ id }) => id === c.req.param('comment'))
      if (!issue || !found) return refuse(c, 404, 'Can not find a comment for the id.')
      world.removeComment(BOT, issue, found)
      return c.body(null, 204)
    }),
  )
  return app
}
