import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { checkAdf } from './check.ts'
import { type C, type Desk, refuse } from './desk.ts'
import { BOT, type FakeIssue } from './world.ts'

/** Comments and attachments. */
export function createCommentRoutes(desk: Desk): Hono<{ Bindings: HttpBindings }> {
  const { world, write, problem, issueOf, gone, lacks, forbidden, wireComment, now } = desk
  const app = new Hono<{ Bindings: HttpBindings }>()
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
