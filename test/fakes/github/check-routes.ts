import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Access, allowed, bodyOf, fail, page } from './access.ts'
import { checkWire } from './wire.ts'
import type { CheckRun, Status, World } from './world.ts'

const DESCRIPTION = 140

/** Check runs, which only an app may write, and commit statuses: https://docs.github.com/en/rest/checks and https://docs.github.com/en/rest/commits/statuses */
export function checkRoutes(app: Hono<{ Bindings: HttpBindings }>, world: World, access: Access): void {
  const at = '/repos/:owner/:repo'
  const writes = (work: Parameters<typeof allowed>[4]) =>
    allowed(world, access, 'checks', 'write', (c, repository) =>
      access.kindOf(c) === 'app' ? work(c, repository) : fail(c, 403, 'You must authenticate via a GitHub App.'),
    )
  const take = (run: CheckRun, body: Record<string, unknown>) => {
    const { name, conclusion, output, details_url, external_id } = body as Partial<CheckRun>
    const status = conclusion ? 'completed' : ((body.status as string | undefined) ?? run.status)
    Object.assign(run, { status, ...(conclusion === undefined ? {} : { conclusion }) })
    if (status !== 'completed') run.conclusion = null
    if (name !== undefined) run.name = name
    if (output !== undefined) run.output = output
    if (details_url !== undefined) run.details_url = details_url
    if (external_id !== undefined) run.external_id = external_id
  }
  app.post(
    `${at}/check-runs`,
    writes(async (c, repository) => {
      const body = await bodyOf(c)
      const sha = String(body.head_sha)
      if (!repository.git.commits.has(sha)) return fail(c, 422, `No commit found for SHA: ${sha}`)
      const made: CheckRun = {
        id: world.nextId(),
        head_sha: sha,
        name: '',
        status: 'queued',
        conclusion: null,
        external_id: '',
        details_url: null,
        output: { title: null, summary: null },
      }
      take(made, body)
      repository.checks.push(made)
      return c.json(checkWire(repository, made), 201)
    }),
  )
  app.patch(
    `${at}/check-runs/:id`,
    writes(async (c, repository) => {
      const found = repository.checks.find((one) => one.id === Number(c.req.param('id')))
      if (!found) return fail(c, 404, 'Not Found')
      take(found, await bodyOf(c))
      return c.json(checkWire(repository, found))
    }),
  )
  app.get(
    `${at}/commits/:ref/check-runs`,
    allowed(world, access, 'checks', 'read', (c, repository) => {
      const sha = repository.git.resolve(c.req.param('ref') ?? '')
      const { check_name } = c.req.query()
      const found = repository.checks.filter(
        (one) => one.head_sha === sha && (check_name === undefined || one.name === check_name),
      )
      const check_runs = page(c, found.toReversed()).map((one) => checkWire(repository, one))
      return c.json({ total_count: found.length, check_runs })
    }),
  )
  app.get(
    `${at}/commits/:ref/statuses`,
    allowed(world, access, 'statuses', 'read', (c, repository) => {
      const sha = repository.git.resolve(c.req.param('ref') ?? '')
      return c.json(page(c, repository.statuses.filter((one) => one.sha === sha).toReversed()))
    }),
  )
  app.post(
    `${at}/statuses/:sha`,
    allowed(world, access, 'statuses', 'write', async (c, repository) => {
      const given = (await bodyOf(c)) as Partial<Status>
      const sha = c.req.param('sha') ?? ''
      if (!repository.git.commits.has(sha)) return fail(c, 422, `No commit found for SHA: ${sha}`)
      const { state = '', context = 'default', description = null, target_url = null } = given
      if ((description ?? '').length > DESCRIPTION)
        return fail(c, 422, 'Validation Failed: description is too long (maximum is 140 characters)')
      const made: Status = { id: world.nextId(), sha, context, state, description, target_url }
      repository.statuses.push(made)
      return c.json(made, 201)
    }),
  )
}
