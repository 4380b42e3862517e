import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { wikiOf } from './check.ts'
import { type Desk, refuse } from './desk.ts'
import { parseJql } from './jql.ts'
import { checkSchema } from './schema.ts'
import type { FakeIssue } from './world.ts'

/** JQL, with an index that may lag: https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/ */
export function createSearchRoutes(desk: Desk): Hono<{ Bindings: HttpBindings }> {
  const { world, problem, wire, now, searchLagMs } = desk
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.post('/rest/api/3/search/jql', async (c) => {
    const body = (await c.req.json()) as {
      jql?: string
      fields?: string[]
      properties?: string[]
      maxResults?: number
      nextPageToken?: string
      reconcileIssues?: number[]
    }
    const wrong = checkSchema('POST', c.req.path, body)
    if (wrong.length > 0) return problem(c, 400, wrong.join(', '))
    const jql = parseJql(body.jql ?? '', now())
    if (typeof jql === 'string') return refuse(c, 400, jql)
    const reconciled = body.reconcileIssues ?? []
    if (reconciled.length > 50 || reconciled.some((id) => !world.issues.has(String(id))))
      return refuse(c, 400, 'reconcileIssues: at most 50 issues, which all exist')
    const lag = searchLagMs()
    const visible = [...world.issues.values()].filter(
      ({ id, project, createdMs }) =>
        !world.project(project)?.lacks.has('BROWSE_PROJECTS') &&
        (lag === 0 || reconciled.includes(Number(id)) || createdMs <= now() - lag),
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
  return app
}
function searchedOf({ id, project, key, type, status, labels, summary, description, createdMs, updatedMs }: FakeIssue) {
  return {
    id,
    project,
    key,
    type,
    status: status.name,
    labels,
    // A search by ids, which is most of them, reads no words.
    get text() {
      return `${summary} ${wikiOf(description)}`
    },
    createdMs,
    updatedMs,
  }
}
