import { createVerify, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { checkComment } from './check.ts'
import { createFaults, type Faults } from './faults.ts'
import { signGitHub } from './sign.ts'

export { checkComment, readComment } from './check.ts'
export type { GitHubFault } from './faults.ts'

export interface FakeComment {
  readonly id: number
  /** 'octo/app#7' */
  readonly on: string
  body: string
  edited: boolean
  updatedAtMs: number
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
  readonly app: { readonly id: string; readonly privateKey: string; readonly made: () => number }
  readonly comments: FakeComment[]
  readonly reactions: string[]
  /** Bodies that GitHub would refuse. */
  readonly problems: string[]
  readonly faults: Faults
  shown(on?: string): readonly FakeComment[]
  waitFor(enough: (comments: readonly FakeComment[]) => boolean, timeoutMs?: number): Promise<readonly FakeComment[]>
  say(target: Target, said: Said): Promise<Sent>
  deliver(target: Target, event: string, payload: unknown, deliveryId?: string): Promise<Sent>
  goAway(): Promise<void>
  close(): Promise<void>
}
export const ANN = { id: 583_231, login: 'ann', type: 'User' } as const
export const REPO = 'octo/app'
const OWNER = { id: 9_919, login: 'octo' }
const INSTALLATION = 4_242

/** GitHub's side: comments of issues, people, reactions and the tokens of an app, with state. */
export async function startGitHubFake(options: { readonly now?: () => number } = {}): Promise<GitHubFake> {
  const now = options.now ?? Date.now
  const token = 'github_pat_fake0123456789abcdefghij'
  const webhookSecret = "It's a Secret to Everybody"
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const comments: FakeComment[] = []
  const reactions: string[] = []
  const problems: string[] = []
  const faults = createFaults()
  const waiters = new Set<() => void>()
  const installationTokens = new Set<string>()
  let lastId = 1_000
  const app = new Hono<{ Bindings: HttpBindings }>()
  type C = Context<{ Bindings: HttpBindings }>

  const fail = (c: C, status: 401 | 403 | 404 | 422, message: string) => c.json({ message }, status)
  const bearer = (c: C) => /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  const mayWrite = (c: C) => bearer(c) === token || installationTokens.has(bearer(c))
  const isApp = (c: C) => isJwt(bearer(c), pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), now())
  const stored = () => {
    for (const check of [...waiters]) check()
  }
  const wire = ({ id, body, updatedAtMs }: FakeComment) => ({
    id,
    body,
    updated_at: new Date(updatedAtMs).toISOString(),
  })

  /** Checks who asks and what is sent, plays what is armed, and only then does the work. */
  const write = async (c: C, work: (body: string) => Response | FakeComment): Promise<Response> => {
    if (!mayWrite(c)) return fail(c, 401, 'Bad credentials')
    if (!c.req.header('user-agent')) return fail(c, 403, 'Request forbidden by administrative rules')
    const { body } = await c.req.json<{ body?: unknown }>()
    const wrong = checkComment(body)
    const fault = faults.take()
    const run = (): Response => {
      if (wrong.length > 0) {
        problems.push(...wrong)
        return fail(c, 422, wrong.join(', '))
      }
      const done = work(String(body))
      if (done instanceof Response) return done
      stored()
      return c.json(wire(done), 201)
    }
    switch (fault?.kind) {
      case undefined:
        return run()
      case 'rate-limited':
        return c.json({ message: 'You have exceeded a secondary rate limit.' }, 403, {
          'retry-after': String(fault.retryAfterSeconds),
        })
      case 'refuse':
        return c.json({ message: fault.message }, fault.status as 403, { ...fault.headers })
      case 'status':
        if (fault.commit) run()
        return c.text('upstream error', fault.status as 500)
      case 'cut':
        if (fault.commit) run()
        c.env.incoming.socket.destroy()
        return new Response('')
      case 'slow': {
        const answer = run()
        await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
        return answer
      }
    }
  }
  const onOf = (c: C) => `${c.req.param('owner')}/${c.req.param('repo')}#${c.req.param('number')}`
  app.post('/repos/:owner/:repo/issues/:number/comments', (c) =>
    write(c, (body) => {
      const made = { id: ++lastId, on: onOf(c), body, edited: false, updatedAtMs: now() }
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
    return c.json(found.slice((page - 1) * size, page * size).map(wire))
  })
  const react = async (c: C) => {
    if (!mayWrite(c)) return fail(c, 401, 'Bad credentials')
    const { content } = await c.req.json<{ content?: unknown }>()
    reactions.push(`${c.req.path} ${String(content)}`)
    return c.json({ id: ++lastId }, 201)
  }
  app.post('/repos/:owner/:repo/issues/comments/:id/reactions', react)
  app.post('/repos/:owner/:repo/pulls/comments/:id/reactions', react)
  app.post('/repos/:owner/:repo/issues/:number/reactions', react)
  app.get('/user/:id', (c) => {
    if (!mayWrite(c) && !isApp(c)) return fail(c, 401, 'Bad credentials')
    return c.req.param('id') === String(ANN.id) ? c.json({ ...ANN, name: 'Ann Example' }) : fail(c, 404, 'Not Found')
  })
  app.get('/repos/:owner/:repo/installation', (c) =>
    isApp(c) ? c.json({ id: INSTALLATION }) : fail(c, 401, 'A JSON web token could not be decoded'),
  )
  app.post('/app/installations/:id/access_tokens', (c) => {
    if (!isApp(c)) return fail(c, 401, 'A JSON web token could not be decoded')
    if (Number(c.req.param('id')) !== INSTALLATION) return fail(c, 404, 'Not Found')
    const made = `ghs_${randomUUID().replaceAll('-', '')}`
    installationTokens.add(made)
    return c.json({ token: made, expires_at: new Date(now() + 3_600_000).toISOString() }, 201)
  })

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
    },
    comments,
    reactions,
    problems,
    faults,
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
          repository: { full_name: REPO, private: said.isPrivate ?? true, owner: OWNER },
          sender,
          [subject]: isComment ? topic : { ...topic, body },
          ...(isComment
            ? {
                comment: {
                  id: ++lastId,
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
