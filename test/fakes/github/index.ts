import { createVerify, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { type Access, guard } from './access.ts'
import { actionRoutes } from './action-routes.ts'
import { checkComment } from './check.ts'
import { checkRoutes } from './check-routes.ts'
import { createFaults, type Faults, type GitHubFault } from './faults.ts'
import { gitRoutes } from './git-routes.ts'
import { createPeople, type People } from './people.ts'
import { signGitHub } from './sign.ts'
import { topicRoutes } from './topic-routes.ts'
import {
  ANN,
  type Attempt,
  BOT,
  createWorld,
  HOOK_ID,
  INSTALLATION,
  OWNER,
  REPO,
  TOKEN_USER,
  type Webhook,
  type World,
} from './world.ts'

export { checkComment, readComment } from './check.ts'
export type { GitHubFault } from './faults.ts'
export type { Files, People, Pushed, PushOptions } from './people.ts'
export { ANN, BOT, OWNER, REPO, TOKEN_USER, type Webhook } from './world.ts'

export interface FakeComment {
  readonly id: number
  /** 'octo/app#7' */
  readonly on: string
  body: string
  edited: boolean
  updatedAtMs: number
  /** Login of who wrote it; absent: a person. */
  readonly by?: string
}
export interface Sent {
  readonly status: number
  readonly text: string
}
export type Target = (request: { method: 'POST'; headers: Record<string, string>; body: string }) => Promise<Response>
/** A delivery as GitHub makes it; what is left out has a value. */
export interface Said {
  readonly body: string
  readonly number?: number
  readonly title?: string
  readonly about?: string | null
  readonly event?: string
  readonly action?: string
  readonly association?: string
  readonly owner?: { readonly id: number; readonly login: string; readonly type: string }
  readonly sender?: { readonly id: number; readonly login: string; readonly type: string }
  readonly isPrivate?: boolean
  readonly deliveryId?: string
  readonly viaApp?: boolean
}
export interface GitHubFake {
  readonly apiUrl: string
  readonly token: string
  readonly webhookSecret: string
  readonly env: Readonly<Record<'GITHUB_API_URL' | 'GITHUB_TOKEN' | 'GITHUB_WEBHOOK_SECRET', string>>
  /** The stand-in app: what it is called, its key, and how often a token was made for it. */
  readonly app: {
    readonly id: string
    readonly privateKey: string
    readonly made: () => number
    /** Takes it away and installs it again: its tokens are void, and it has another number. */
    reinstall(): void
  }
  readonly comments: FakeComment[]
  readonly reactions: string[]
  /** Bodies that GitHub would refuse. */
  readonly problems: string[]
  readonly faults: Faults
  /** Who may do what; take something away to see what the hub says. */
  readonly permissions: World['permissions']
  readonly lists: World['lists']
  /** Budget of the token; `remaining: 0` refuses everything until then. */
  readonly rate: { limit: number; remaining: number; resetAtMs: number }
  /** Every request that came, oldest first. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[]
  /** GitHub's own list of what it sent, with the answers it got; 0 where nobody answered. */
  readonly attempts: readonly Attempt[]
  /** A repository, made when it is not there, and what people do to it. The default one is `REPO`. */
  repository(name?: string): People
  /** Commits on a branch of the default repository, and hands out the signed webhook: `hub.fetch(new Request(hook, fake.push(…)))`. */
  push: People['push']
  /** Sends a webhook that somebody's act returned, and notes the answer. */
  send(target: Target, webhook: Webhook): Promise<Sent>
  /** From now on every event is sent there by itself, those of the hub's own writes too; null: nobody listens. */
  connect(target: Target | null): void
  /** Resolves when everything that was sent by itself was answered. */
  settled(): Promise<void>
  shown(on?: string): readonly FakeComment[]
  waitFor(enough: (comments: readonly FakeComment[]) => boolean, timeoutMs?: number): Promise<readonly FakeComment[]>
  say(target: Target, said: Said): Promise<Sent>
  deliver(target: Target, event: string, payload: unknown, deliveryId?: string): Promise<Sent>
  goAway(): Promise<void>
  close(): Promise<void>
}

/**
 * GitHub's side, with state: Git objects and branches, pull requests, issues, comments, checks, runs, deliveries, people, and the tokens of an
 * app. It refuses what GitHub refuses, and checks what is sent against GitHub's own description where that is at hand.
 */
export async function startGitHubFake(options: { readonly now?: () => number } = {}): Promise<GitHubFake> {
  const now = options.now ?? Date.now
  const token = 'github_pat_fake0123456789abcdefghij'
  const webhookSecret = "It's a Secret to Everybody"
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const comments: FakeComment[] = []
  const reactions: string[] = []
  const faults = createFaults()
  const waiters = new Set<() => void>()
  const installationTokens = new Set<string>()
  let installation = INSTALLATION
  const app = new Hono<{ Bindings: HttpBindings }>()
  type C = Context<{ Bindings: HttpBindings }>
  const world = createWorld(now, webhookSecret)
  const people = new Map<string, People>()
  const peopleOf = (name = REPO): People => {
    const known = people.get(name) ?? createPeople(world, world.repository(name))
    people.set(name, known)
    return known
  }
  peopleOf(REPO)

  const fail = (c: C, status: 401 | 403 | 404 | 422, message: string) => c.json({ message }, status)
  const bearer = (c: C) => /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  const mayWrite = (c: C) => access.kindOf(c) !== null
  const access: Access = {
    kindOf: (c) => (bearer(c) === token ? 'token' : installationTokens.has(bearer(c)) ? 'app' : null),
    userOf: (c) => (access.kindOf(c) === 'app' ? BOT : TOKEN_USER),
  }
  const isApp = (c: C) => isJwt(bearer(c), pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), now())
  const guarded = guard(app, world, access)
  app.use('*', async (c, next) => {
    const fault = faults.take(`${c.req.method} ${c.req.path}`)
    if (fault === null) return next()
    if (mayStillWork(fault)) await next()
    const answer = await play(c, fault, c.res)
    if (answer !== c.res) {
      c.res = new Response(null)
      c.res = answer
    }
    return undefined
  })
  const mayStillWork = (fault: GitHubFault) => fault.kind === 'slow' || ('commit' in fault && fault.commit)
  const play = async (c: C, fault: GitHubFault, done: Response): Promise<Response> => {
    switch (fault.kind) {
      case 'rate-limited':
        return c.json({ message: 'You have exceeded a secondary rate limit.' }, 403, {
          'retry-after': String(fault.retryAfterSeconds),
        })
      case 'refuse':
        return c.json({ message: fault.message }, fault.status as 403, { ...fault.headers })
      case 'status':
        return c.text('upstream error', fault.status as 500)
      case 'cut':
        c.env.incoming.socket.destroy()
        return new Response('')
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
        return done
    }
  }
  const stored = () => {
    for (const check of [...waiters]) check()
  }
  const wire = ({ id, on, body, updatedAtMs, by = ANN.login }: FakeComment) => ({
    id,
    body,
    user: { login: by, type: by.endsWith('[bot]') ? 'Bot' : 'User' },
    html_url: `https://github.com/${on.replace('#', '/issues/')}#issuecomment-${id}`,
    created_at: new Date(updatedAtMs).toISOString(),
    updated_at: new Date(updatedAtMs).toISOString(),
  })

  /** Checks who asks and what is sent, plays what is armed, and only then does the work. */
  const write = async (c: C, work: (body: string) => Response | FakeComment): Promise<Response> => {
    if (!mayWrite(c)) return fail(c, 401, 'Bad credentials')
    if (!c.req.header('user-agent')) return fail(c, 403, 'Request forbidden by administrative rules')
    if (world.permissions.issues !== 'write')
      return c.json({ message: 'Resource not accessible by personal access token' }, 403, {
        'x-accepted-github-permissions': 'issues=write',
      })
    const { body } = await c.req.json<{ body?: unknown }>()
    const wrong = checkComment(body)
    const fault = faults.take()
    const run = (): Response => {
      if (wrong.length > 0) {
        guarded.problems.push(...wrong)
        return fail(c, 422, wrong.join(', '))
      }
      const done = work(String(body))
      if (done instanceof Response) return done
      stored()
      return c.json(wire(done), 201)
    }
    if (fault === null) return run()
    const done = mayStillWork(fault) ? run() : new Response('')
    return play(c, fault, done)
  }
  const onOf = (c: C) => `${c.req.param('owner')}/${c.req.param('repo')}#${c.req.param('number')}`
  app.post('/repos/:owner/:repo/issues/:number/comments', (c) =>
    write(c, (body) => {
      const { login: by } = access.userOf(c)
      const made = { id: world.nextId(), on: onOf(c), body, edited: false, updatedAtMs: now(), by }
      comments.push(made)
      return made
    }),
  )
  app.patch('/repos/:owner/:repo/issues/comments/:id', (c) =>
    write(c, (body) => {
      const found = comments.find((one) => one.id === Number(c.req.param('id')))
      return found ? Object.assign(found, { body, edited: true, updatedAtMs: now() }) : fail(c, 404, 'Not Found')
    }),
  )
  app.get('/repos/:owner/:repo/issues/:number/comments', (c) => {
    if (!mayWrite(c)) return fail(c, 401, 'Bad credentials')
    const since = Date.parse(c.req.query('since') ?? '1970-01-01')
    const [page, size] = [Number(c.req.query('page') ?? 1), Math.min(100, Number(c.req.query('per_page') ?? 30))]
    const found = comments.filter((one) => one.on === onOf(c) && one.updatedAtMs >= since)
    const last = Math.ceil(found.length / size)
    const link = `<${new URL(c.req.url).origin}${c.req.path}?per_page=${size}&page=${last}>; rel="last"`
    return c.json(found.slice((page - 1) * size, page * size).map(wire), 200, page < last ? { link } : {})
  })
  const react = async (c: C) => {
    if (!mayWrite(c)) return fail(c, 401, 'Bad credentials')
    const { content } = await c.req.json<{ content?: unknown }>()
    reactions.push(`${c.req.path} ${String(content)}`)
    return c.json({ id: world.nextId() }, 201)
  }
  app.post('/repos/:owner/:repo/issues/comments/:id/reactions', react)
  app.post('/repos/:owner/:repo/pulls/comments/:id/reactions', react)
  app.post('/repos/:owner/:repo/issues/:number/reactions', react)
  app.get('/user/:id', (c) => {
    if (!mayWrite(c)) return fail(c, 401, 'Bad credentials')
    return c.req.param('id') === String(ANN.id)
      ? c.json({ ...ANN, name: 'Ann Example', email: 'ann@example.com', suspended_at: null })
      : fail(c, 404, 'Not Found')
  })
  app.get('/user', (c) =>
    access.kindOf(c) === 'token' ? c.json(TOKEN_USER) : fail(c, mayWrite(c) ? 403 : 401, 'Resource not accessible'),
  )
  app.get('/app', (c) =>
    isApp(c) ? c.json({ id: 12_345, slug: 'autodevhub' }) : fail(c, 401, 'A JSON web token could not be decoded'),
  )
  app.get('/app/installations', (c) =>
    isApp(c) ? c.json([{ id: installation, account: OWNER }]) : fail(c, 401, 'A JSON web token could not be decoded'),
  )
  app.get('/repos/:owner/:repo/installation', (c) => {
    if (!isApp(c)) return fail(c, 401, 'A JSON web token could not be decoded')
    const granted = Object.entries(world.permissions).filter(([, level]) => level !== 'none')
    return world.repositories.has(`${c.req.param('owner')}/${c.req.param('repo')}`.toLowerCase())
      ? c.json({ id: installation, permissions: Object.fromEntries(granted) })
      : fail(c, 404, 'Not Found')
  })
  app.post('/app/installations/:id/access_tokens', (c) => {
    if (!isApp(c)) return fail(c, 401, 'A JSON web token could not be decoded')
    if (Number(c.req.param('id')) !== installation) return fail(c, 404, 'Not Found')
    const made = `ghs_${randomUUID().replaceAll('-', '')}`
    installationTokens.add(made)
    return c.json({ token: made, expires_at: new Date(now() + 3_600_000).toISOString() }, 201)
  })

  checkRoutes(app, world, access)
  topicRoutes(app, world, access, peopleOf)
  actionRoutes(app, world, { ...access, isApp }, peopleOf)
  gitRoutes(app, world, access, peopleOf)

  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const shown = (on?: string) => comments.filter((one) => on === undefined || one.on === on)
  const goAway = () =>
    new Promise<void>((resolve) => {
      server.close(() => setImmediate(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  const deliver: GitHubFake['deliver'] = async (target, event, payload, deliveryId = randomUUID()) => {
    const body = JSON.stringify(payload)
    const headers = {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': deliveryId,
      'x-github-hook-id': String(HOOK_ID),
      ...signGitHub(body, webhookSecret),
    }
    const answer = await target({ method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text() }
  }
  return {
    apiUrl,
    token,
    webhookSecret,
    env: { GITHUB_API_URL: apiUrl, GITHUB_TOKEN: token, GITHUB_WEBHOOK_SECRET: webhookSecret },
    app: {
      id: '12345',
      privateKey: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      made: () => installationTokens.size,
      reinstall() {
        installation += 1
        installationTokens.clear()
      },
    },
    comments,
    reactions,
    problems: guarded.problems,
    faults,
    permissions: world.permissions,
    lists: world.lists,
    rate: guarded.rate,
    requests: guarded.requests,
    attempts: world.attempts,
    repository: peopleOf,
    push: (...made) => peopleOf().push(...made),
    async send(target, webhook) {
      const { method, headers, body } = webhook
      const answer = await target({ method, headers, body })
      const attempt = world.attempts.find((one) => one.webhook.deliveryId === webhook.deliveryId && one.status === 0)
      if (attempt) attempt.status = answer.status
      else world.record(webhook, answer.status)
      return { status: answer.status, text: await answer.text() }
    },
    connect: (target) => world.connect(target && (({ method, headers, body }) => target({ method, headers, body }))),
    settled: world.settled,
    shown,
    waitFor: (enough, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(check)
          reject(new Error(`the fake GitHub waited ${timeoutMs} ms in vain; it shows ${JSON.stringify(shown())}`))
        }, timeoutMs)
        const check = () => {
          if (!enough(shown())) return
          clearTimeout(timer)
          waiters.delete(check)
          resolve(shown())
        }
        waiters.add(check)
        check()
      }),
    deliver,
    say(target, said) {
      const { body, number = 7, title = 'Saved cards', about = null, event = 'issue_comment', sender = ANN } = said
      const author_association = said.association ?? 'MEMBER'
      const topic = { number, title, body: about, author_association }
      const isComment = event === 'issue_comment' || event === 'pull_request_review_comment'
      const subject = event === 'issue_comment' || event === 'issues' ? 'issue' : 'pull_request'
      return deliver(
        target,
        event,
        {
          action: said.action ?? (isComment ? 'created' : 'opened'),
          repository: { full_name: REPO, private: said.isPrivate ?? true, owner: said.owner ?? OWNER },
          sender,
          [subject]: isComment ? topic : { ...topic, body },
          ...(isComment
            ? {
                comment: {
                  id: world.nextId(),
                  body,
                  author_association,
                  ...(said.viaApp ? { performed_via_github_app: { id: 1 } } : {}),
                },
              }
            : {}),
        },
        said.deliveryId,
      )
    },
    goAway,
    close: () => (server.listening ? goAway() : Promise.resolve()),
  }
}

function isJwt(text: string, publicKey: string, nowMs: number): boolean {
  const [head, claims, signature, ...rest] = text.split('.')
  if (!head || !claims || !signature || rest.length > 0) return false
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  try {
    if (read(head).alg !== 'RS256') return false
    const { iat, exp, iss } = read(claims)
    const at = nowMs / 1_000
    if (iss !== '12345' || Number(iat) > at || Number(exp) < at || Number(exp) - at > 600) return false
    return createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')
  } catch {
    return false
  }
}
