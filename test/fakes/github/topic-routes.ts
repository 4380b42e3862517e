import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Access, allowed, bodyOf, fail, page } from './access.ts'
import { checkComment } from './check.ts'
import type { People } from './people.ts'
import { issueWire, pullWire } from './wire.ts'
import type { Issue, Pull, World } from './world.ts'

/** Pull requests, reviews and issues: https://docs.github.com/en/rest/pulls and https://docs.github.com/en/rest/issues */
export function topicRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  world: World,
  access: Access,
  peopleOf: (name: string) => People,
): void {
  const at = '/repos/:owner/:repo'
  const pulls = (level: 'read' | 'write', work: Parameters<typeof allowed>[4]) =>
    allowed(world, access, 'pull_requests', level, work)
  const issues = (level: 'read' | 'write', work: Parameters<typeof allowed>[4]) =>
    allowed(world, access, 'issues', level, work)
  const byNumber = <T extends { number: number }>(all: readonly T[], number: string | undefined) =>
    all.find((one) => one.number === Number(number))
  const tooLong = (body: unknown) => body !== undefined && body !== null && body !== '' && checkComment(body).length > 0

  app.get(
    `${at}/pulls`,
    pulls('read', (c, repository) => {
      const { state = 'open', head, base } = c.req.query()
      const found = repository.pulls.filter(
        (pull) =>
          (state === 'all' || pull.state === state) &&
          (head === undefined || head === `${pull.headRepository.split('/')[0]}:${pull.branch}`) &&
          (base === undefined || base === pull.base),
      )
      return c.json(page(c, found.toReversed()).map((pull) => pullWire(repository, pull)))
    }),
  )
  app.post(
    `${at}/pulls`,
    pulls('write', async (c, repository) => {
      const { title, head, base, body } = (await bodyOf(c)) as Record<'title' | 'head' | 'base', string> & {
        body?: string
      }
      const { git } = repository
      const isSame = (one: Pull) =>
        one.state === 'open' && one.branch === branch && one.base === base && one.headRepository === repository.name
      const invalid = (message: string) =>
        c.json({ message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }] }, 422)
      const branch = head.replace(/^.*:/, '')
      const [ours, theirs] = [git.refs.get(`heads/${branch}`), git.refs.get(`heads/${base}`)]
      if (ours === undefined) return invalid('head is invalid')
      if (theirs === undefined) return invalid('base is invalid')
      if (tooLong(body)) return invalid('body is too long (maximum is 65536 characters)')
      if (repository.pulls.some(isSame))
        return invalid(`A pull request already exists for ${repository.owner.login}:${branch}.`)
      if (git.ancestors(theirs).has(ours)) return invalid(`No commits between ${base} and ${branch}`)
      const people = peopleOf(repository.name)
      const { number } = people.openPull({ branch, title, body: body ?? '', base, by: access.userOf(c) })
      return c.json(pullWire(repository, people.pull(number)), 201)
    }),
  )
  app.get(
    `${at}/pulls/:number`,
    pulls('read', (c, repository) => {
      const found = byNumber(repository.pulls, c.req.param('number'))
      return found ? c.json(pullWire(repository, found)) : fail(c, 404, 'Not Found')
    }),
  )
  app.patch(
    `${at}/pulls/:number`,
    pulls('write', async (c, repository) => {
      const found = byNumber(repository.pulls, c.req.param('number'))
      if (!found) return fail(c, 404, 'Not Found')
      const { title, body, state } = (await bodyOf(c)) as Partial<Pick<Pull, 'title' | 'body' | 'state'>>
      if (tooLong(body)) return fail(c, 422, 'body is too long (maximum is 65536 characters)')
      const given = { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) }
      Object.assign(found, given, state === undefined ? {} : { state }, { updatedAtMs: world.now() })
      peopleOf(repository.name).pullEvent(found, 'edited', access.userOf(c))
      return c.json(pullWire(repository, found))
    }),
  )
  app.get(
    `${at}/pulls/:number/reviews`,
    pulls('read', (c, repository) => {
      const found = byNumber(repository.pulls, c.req.param('number'))
      return found ? c.json(page(c, found.reviews)) : fail(c, 404, 'Not Found')
    }),
  )
  app.post(
    `${at}/pulls/:number/reviews`,
    pulls('write', async (c, repository) => {
      const found = byNumber(repository.pulls, c.req.param('number'))
      if (!found) return fail(c, 404, 'Not Found')
      const { body = '', event = 'COMMENT' } = (await bodyOf(c)) as { body?: string; event?: string }
      const user = access.userOf(c)
      if (user.login === found.user.login && event !== 'COMMENT')
        return fail(c, 422, 'Can not approve your own pull request')
      const state = event === 'APPROVE' ? 'APPROVED' : event === 'REQUEST_CHANGES' ? 'CHANGES_REQUESTED' : 'COMMENTED'
      const review = { id: world.nextId(), user, state, body }
      found.reviews.push(review)
      return c.json(review)
    }),
  )
  app.get(
    `${at}/issues`,
    issues('read', (c, repository) => {
      const { state = 'open', creator } = c.req.query()
      const fits = (one: Issue | Pull) =>
        (state === 'all' || one.state === state) && (creator === undefined || one.user.login === creator)
      const listed = [
        ...repository.issues.filter(fits).map((one) => issueWire(repository, one)),
        ...repository.pulls.filter(fits).map((one) => ({ ...pullWire(repository, one), pull_request: {} })),
      ]
      return c.json(
        page(
          c,
          listed.sort((a, b) => b.number - a.number),
        ),
      )
    }),
  )
  app.post(
    `${at}/issues`,
    issues('write', async (c, repository) => {
      const { title, body = null } = (await bodyOf(c)) as { title: string; body?: string | null }
      if (tooLong(body)) return fail(c, 422, 'body is too long (maximum is 65536 characters)')
      const at = world.now()
      const number = peopleOf(repository.name).nextNumber()
      const user = access.userOf(c)
      const made: Issue = { number, title, body, state: 'open', user, createdAtMs: at, updatedAtMs: at }
      repository.issues.push(made)
      return c.json(issueWire(repository, made), 201)
    }),
  )
  app.get(
    `${at}/issues/:number`,
    issues('read', (c, repository) => {
      const issue = byNumber(repository.issues, c.req.param('number'))
      if (issue) return c.json(issueWire(repository, issue))
      const pull = byNumber(repository.pulls, c.req.param('number'))
      return pull ? c.json({ ...pullWire(repository, pull), pull_request: {} }) : fail(c, 404, 'Not Found')
    }),
  )
  app.patch(
    `${at}/issues/:number`,
    issues('write', async (c, repository) => {
      const found = byNumber(repository.issues, c.req.param('number'))
      if (!found) return fail(c, 404, 'Not Found')
      const given = (await bodyOf(c)) as Partial<Pick<Issue, 'title' | 'body' | 'state'>>
      if (tooLong(given.body)) return fail(c, 422, 'body is too long (maximum is 65536 characters)')
      const { title = found.title, body = found.body, state = found.state } = given
      Object.assign(found, { title, body, state, updatedAtMs: world.now() })
      return c.json(issueWire(repository, found))
    }),
  )
}
