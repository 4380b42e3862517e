import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { createBurst } from './burst.ts'
import { createCommentRoutes } from './comment-routes.ts'
import { createDesk, type Wiring } from './desk.ts'
import { createIssueRoutes } from './issue-routes.ts'
import { createSearchRoutes } from './search-routes.ts'
import { createSiteRoutes } from './site-routes.ts'

/** The REST routes of Jira Cloud that the adapter uses: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ */
export function createRestRoutes(wiring: Wiring): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const desk = createDesk(wiring)
  const burst = createBurst(wiring.now)
  // Open to everybody, in every version of the API.
  app.get('/rest/api/2/serverInfo', (c) => c.json({ deploymentType: 'Cloud', version: '1001.0.0-SNAPSHOT' }))
  app.use('/rest/*', async (c, next) => {
    if (c.req.header('authorization') !== wiring.authorization)
      return c.json({ message: 'Client must be authenticated to access this resource.', 'status-code': 401 }, 401)
    const tooMuch = wiring.hasLimits() ? burst(c.req.method, c.req.path) : null
    if (tooMuch !== null) {
      wiring.turnedAway()
      return c.json({ errorMessages: ['Rate limit exceeded.'] }, 429, {
        'retry-after': '1',
        'ratelimit-reason': tooMuch,
      })
    }
    return next()
  })
  app.route('/', createSiteRoutes(desk))
  app.route('/', createSearchRoutes(desk))
  app.route('/', createIssueRoutes(desk))
  app.route('/', createCommentRoutes(desk))
  return app
}
