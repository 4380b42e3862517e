import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { type Body, type Desk, ORIGIN, refuse } from './desk.ts'
import { BOT, FIELD, TYPES } from './world.ts'

/** Issues, their properties and their links. */
export function createIssueRoutes(desk: Desk): Hono<{ Bindings: HttpBindings }> {
  const { world, write, problem, issueOf, gone, lacks, forbidden, wire, historyOf, checkFields } = desk
  const app = new Hono<{ Bindings: HttpBindings }>()
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
      return c.json({ id: made.id, key: made.key, self: `${ORIGIN}/rest/api/3/issue/${made.id}` }, 201)
    }),
  )
  app.get('/rest/api/3/issue/:issue', (c) => {
    const issue = issueOf(c)
    if (!issue) return gone(c)
    const list = (name: string) => (c.req.query(name) ?? '').split(',').filter((one) => one !== '')
    const shown = wire(issue, list('fields'), list('properties'))
    return c.json(list('expand').includes('changelog') ? { ...shown, changelog: historyOf(issue) } : shown)
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
      return c.json({ id: 1, self: `${ORIGIN}/remotelink/1` }, known ? 200 : 201)
    }),
  )
  return app
}
