import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Access, allowed, bodyOf, fail, page } from './access.ts'
import type { People } from './people.ts'
import { artifactWire, attemptWire, pageOf, runWire } from './wire.ts'
import { type C, HOOK_ID, type Repository, type World } from './world.ts'

/** Workflow runs, deliveries and permissions of people: https://docs.github.com/en/rest/actions and https://docs.github.com/en/rest/repos/webhooks */
export function actionRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  world: World,
  access: Access & { isApp(c: C): boolean },
  peopleOf: (name: string) => People,
): void {
  const at = '/repos/:owner/:repo'
  const actions = (level: 'read' | 'write', work: Parameters<typeof allowed>[4]) =>
    allowed(world, access, 'actions', level, work)
  const workflowOf = (repository: Repository, id: string) =>
    repository.workflows.find((one) => String(one.id) === id || one.path.endsWith(`/${id}`))
  const runOf = (repository: Repository, id: string | undefined) => repository.runs.find((one) => one.id === Number(id))

  app.post(
    `${at}/actions/workflows/:workflow/dispatches`,
    actions('write', async (c, repository) => {
      const workflow = workflowOf(repository, c.req.param('workflow') ?? '')
      if (!workflow) return fail(c, 404, 'Not Found')
      const {
        ref,
        inputs = {},
        return_run_details,
      } = (await bodyOf(c)) as {
        ref: string
        inputs?: Record<string, unknown>
        return_run_details?: boolean
      }
      if (repository.git.resolve(ref) === null) return fail(c, 422, `No ref found for: ${ref}`)
      const unexpected = Object.keys(inputs).filter((name) => !workflow.inputs.includes(name))
      if (unexpected.length > 0) return fail(c, 422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`)
      const shown = workflow.showsInputs ? ` ${Object.values(inputs).map(String).join(' ')}` : ''
      const { id } = peopleOf(repository.name).run({
        name: workflow.name,
        path: workflow.path,
        event: 'workflow_dispatch',
        display_title: `${workflow.name}${shown}`,
        head_branch: ref,
        inputs,
        by: access.userOf(c).login,
      })
      if (return_run_details !== true || !workflow.tellsRun) return c.body(null, 204)
      const html_url = `${pageOf(repository)}/actions/runs/${id}`
      return c.json({ workflow_run_id: id, run_url: `https://api.github.com/runs/${id}`, html_url })
    }),
  )
  app.get(
    `${at}/actions/workflows/:workflow/runs`,
    actions('read', (c, repository) => {
      const workflow = workflowOf(repository, c.req.param('workflow') ?? '')
      if (!workflow) return fail(c, 404, 'Not Found')
      const { event, branch, created } = c.req.query()
      const since = Date.parse((created ?? '>=1970-01-01').replace('>=', ''))
      const found = repository.runs.filter(
        (run) =>
          run.path === workflow.path &&
          (event === undefined || run.event === event) &&
          (branch === undefined || run.head_branch === branch) &&
          run.createdAtMs >= since,
      )
      const workflow_runs = page(c, found.toReversed()).map((run) => runWire(repository, run))
      return c.json({ total_count: found.length, workflow_runs })
    }),
  )
  app.get(
    `${at}/actions/runs/:id`,
    actions('read', (c, repository) => {
      const run = runOf(repository, c.req.param('id'))
      return run ? c.json(runWire(repository, run)) : fail(c, 404, 'Not Found')
    }),
  )
  app.get(
    `${at}/actions/runs/:id/jobs`,
    actions('read', (c, repository) => {
      const jobs = runOf(repository, c.req.param('id'))?.jobs ?? []
      const wire = jobs.map(({ id, name, conclusion }) => ({ id, name, conclusion, status: 'completed' }))
      return c.json({ total_count: wire.length, jobs: page(c, wire) })
    }),
  )
  app.get(
    `${at}/actions/runs/:id/artifacts`,
    actions('read', (c, repository) => {
      const run = runOf(repository, c.req.param('id'))
      if (!run) return fail(c, 404, 'Not Found')
      const named = c.req.query('name')
      const found = run.artifacts.filter(({ name }) => named === undefined || name === named)
      const artifacts = page(c, found).map((one) => artifactWire(repository, run, one, world.now()))
      return c.json({ total_count: found.length, artifacts })
    }),
  )
  app.get(
    `${at}/actions/jobs/:id/logs`,
    actions('read', (c) => c.redirect(`${new URL(c.req.url).origin}/storage/logs/${c.req.param('id')}?sig=once`, 302)),
  )
  // Another host in truth, which refuses our token: https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run
  app.get('/storage/logs/:id', (c) => {
    if (c.req.header('authorization') !== undefined) return c.text('Only one auth mechanism allowed', 400)
    const jobs = [...world.repositories.values()].flatMap(({ runs }) => runs.flatMap((run) => run.jobs))
    const found = jobs.find((one) => one.id === Number(c.req.param('id')))
    return found ? c.text(found.log) : c.text('The specified blob does not exist.', 404)
  })
  const listed = (c: C, name: string | null) => {
    const { cursor, per_page = '30' } = c.req.query()
    const all = world.attempts.filter((one) => name === null || one.webhook.repository === name).toReversed()
    const from = cursor === undefined ? 0 : all.findIndex((one) => String(one.id) === cursor.replace('v1_', ''))
    const shown = all.slice(from, from + Number(per_page))
    const next = all[from + shown.length]
    const link =
      next && `<${new URL(c.req.url).origin}${c.req.path}?per_page=${per_page}&cursor=v1_${next.id}>; rel="next"`
    return c.json(shown.map(attemptWire), 200, link ? { link } : {})
  }
  const one = (c: C, id: string | undefined) => {
    const found = world.attempts.find((attempt) => attempt.id === Number(id))
    if (!found) return fail(c, 404, 'Not Found')
    const { headers, payload } = found.webhook
    return c.json({ ...attemptWire(found), request: { headers, payload }, response: { headers: {}, payload: null } })
  }
  const hooks = (work: Parameters<typeof allowed>[4]) => allowed(world, access, 'webhooks', 'read', work)
  app.get(
    `${at}/hooks/:hook/deliveries`,
    hooks((c, { name }) => (c.req.param('hook') === String(HOOK_ID) ? listed(c, name) : fail(c, 404, 'Not Found'))),
  )
  app.get(
    `${at}/hooks/:hook/deliveries/:id`,
    hooks((c) => one(c, c.req.param('id'))),
  )
  const proven = (work: (c: C) => Response) => (c: C) =>
    access.isApp(c) ? work(c) : fail(c, 401, 'A JSON web token could not be decoded')
  app.get(
    '/app/hook/deliveries',
    proven((c) => listed(c, null)),
  )
  app.get(
    '/app/hook/deliveries/:id',
    proven((c) => one(c, c.req.param('id'))),
  )
  app.get(
    `${at}/collaborators/:login/permission`,
    allowed(world, access, 'metadata', 'read', (c, repository) => {
      const permission = repository.collaborators.get(c.req.param('login') ?? '') ?? 'none'
      return c.json({ permission, role_name: permission, user: { login: c.req.param('login') } })
    }),
  )
}
