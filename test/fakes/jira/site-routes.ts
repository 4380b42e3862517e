import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { type Desk, ORIGIN, refuse } from './desk.ts'
import { APP_HEADER } from './dynamic-hooks.ts'
import { checkSchema } from './schema.ts'
import { BOT, FIELD, LINE_FIELD, TYPES } from './world.ts'

const PERMISSIONS: Readonly<Record<string, string>> = {
  BROWSE_PROJECTS: 'Browse Projects',
  CREATE_ISSUES: 'Create Issues',
  EDIT_ISSUES: 'Edit Issues',
  ADD_COMMENTS: 'Add Comments',
  EDIT_OWN_COMMENTS: 'Edit Own Comments',
  LINK_ISSUES: 'Link Issues',
}

/** Accounts, projects, fields and permissions. */
export function createSiteRoutes(desk: Desk): Hono<{ Bindings: HttpBindings }> {
  const { world, problem, isSiteAdmin } = desk
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/rest/api/3/myself', (c) => c.json(world.person(c.req.header(APP_HEADER) ?? '') ?? BOT))
  app.get('/rest/api/3/user', (c) => {
    const found = world.person(c.req.query('accountId') ?? '')
    return found ? c.json({ ...found, self: `${ORIGIN}/user` }) : refuse(c, 404, 'Specified user does not exist.')
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
      self: `${ORIGIN}/rest/api/3/project/${found.id}`,
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
    if (!isSiteAdmin()) return refuse(c, 403, 'The user does not have the necessary permission.')
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
  return app
}
