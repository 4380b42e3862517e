import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { z } from 'zod'
import { type CommandInput, documentPages, type HookEnv, type Hub, HubError, type Posted } from '#contract'
import { loadAssets } from './assets.ts'
import { laneOf, placeOf } from './channel.ts'
import { type ConsoleConfig, OPERATOR, WORKSPACE } from './config.ts'
import { type Feed, refreshJobs, streamThread } from './events.ts'
import { checkCaller, checkHost, cookieName, hasSession, problem } from './guard.ts'
import { mountPages } from './pages.ts'
import { storableText } from './render.ts'
import { makeSessions } from './session.ts'

const PAGE_ROWS = 200
const THREADS = 100

const threadId = z.string().regex(/^[\w-]{1,64}$/)
const text = z.string().transform(storableText)
const commandBody = z.strictObject({
  thread: threadId,
  /** Made by the client for each press or Enter: a double click or a retry with the same id is one command. */
  clientId: z.uuid(),
  input: z.union([
    text.refine((line) => line.trim() !== '', 'Type a command'),
    z.strictObject({ command: z.string().min(1), values: z.record(z.string(), text) }),
  ]),
  /** Message whose button or form this was. */
  on: z.uuid().optional(),
})
const revision = z.coerce.number().int().min(0).catch(0)

/** Typed with or without the slash, as on other platforms. */
function inputOf(input: CommandInput): CommandInput {
  return typeof input === 'string' ? input.trim().replace(/^\/(?=\S)/, '') : input
}
/** What the thread shows of an input. */
function lineOf(input: CommandInput): string {
  if (typeof input === 'string') return input
  const values = Object.values(input.values).filter((value) => value.trim() !== '')
  return [input.command, ...values].join(' ')
}

export function makeSite(hub: Hub<ConsoleConfig>, feed: Feed): Hono<HookEnv> {
  const { config, catalog } = hub
  const { store } = feed
  const sessions = makeSessions(config.token)
  let loaded: ReturnType<typeof loadAssets> | undefined
  const asset = (name: string) => {
    loaded ??= loadAssets()
    return loaded.get(name)
  }
  const pageOf = (name: string) => asset(name)?.body ?? ''
  const app = new Hono<HookEnv>()

  // Named paths only: this app is mounted at `/`, and a `*` here would stand before every other route of the hub.
  for (const path of ['/', '/console/*']) app.use(path, checkHost(config.publicUrl))

  app.get('/', (c) => {
    const token = c.req.query('token')
    if (token !== undefined) {
      if (!sessions.isToken(token)) return c.html(pageOf('locked.html'), 401)
      setCookie(c, cookieName(c), sessions.issue(), {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        secure: config.publicUrl?.startsWith('https:') ?? false,
        maxAge: sessions.maxAgeSeconds,
      })
      return c.redirect('/', 303)
    }
    return hasSession(c, sessions) ? c.html(pageOf('index.html')) : c.html(pageOf('locked.html'), 401)
  })

  // The page's own files hold no data and are needed by the page that says where the link is.
  app.get('/console/assets/:name', (c) => {
    const found = asset(c.req.param('name'))
    if (!found) return problem(404, 'No such file')
    c.header('Cache-Control', 'no-cache')
    c.header('ETag', found.etag)
    if (c.req.header('if-none-match') === found.etag) return c.body(null, 304)
    return c.body(found.body, 200, { 'Content-Type': found.type })
  })

  mountPages(app, {
    pages: () => hub.maybe(documentPages),
    sessions,
    publicUrl: config.publicUrl,
    locked: () => pageOf('locked.html'),
  })

  app.use('/console/*', checkCaller(sessions, config.publicUrl))

  app.get('/console/commands', (c) => c.json({ commands: catalog.commands }))

  app.get('/console/form', (c) => {
    const form = catalog.form(inputOf(c.req.query('run') ?? '') as string)
    return form ? c.json(form) : problem(404, 'There is no form for this command')
  })

  app.post('/console/commands', async (c) => {
    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) return problem(415, 'Send application/json')
    const parsed = commandBody.safeParse(await c.req.json().catch(() => null))
    if (!parsed.success) return problem(400, z.prettifyError(parsed.error))
    const { thread, clientId, on } = parsed.data
    const input = inputOf(parsed.data.input)
    if (typeof input !== 'string') {
      const errors = catalog.check(input)
      if (errors.length > 0) return problem(422, 'Some fields need another look', { errors })
    }
    const source = on === undefined ? null : await store().get(on)
    const posted: Posted | null = source?.thread === thread ? { ...placeOf(thread), message: source.id } : null

    const typed = await store().addTyped(thread, clientId, lineOf(input), input)
    try {
      const receipt = await hub.command({
        workspace: WORKSPACE,
        deliveryId: clientId,
        lane: laneOf(thread),
        actor: OPERATOR,
        actorName: 'Operator',
        place: placeOf(thread),
        input,
        ...(posted === null ? {} : { on: posted }),
      })
      const row =
        typed.jobId === null
          ? await store().settle(typed, { jobState: 'queued', jobId: receipt.id, announce: receipt.announce })
          : typed
      return c.json({ ...receipt, row }, 202)
    } catch (error) {
      const said = error instanceof HubError ? error.message : 'The hub could not take this command.'
      if (typed.jobId === null) {
        const refusal = store().settle(typed, { jobState: 'refused', error: said })
        await refusal.catch((err: unknown) => hub.log.warn({ err, thread }, 'a refused line could not be marked'))
      }
      throw error
    } finally {
      feed.bells.ring(thread)
    }
  })

  app.get('/console/threads', async (c) => c.json({ threads: await store().threads(THREADS) }))

  app.get('/console/threads/:id', async (c) => {
    const id = c.req.param('id')
    if (!threadId.safeParse(id).success) return problem(404, 'No such thread')
    const before = revision.parse(c.req.query('before') ?? 0)
    await refreshJobs(feed, id)
    // The revision is read before the rows: a change between the two is then sent once more, never missed.
    const thread = await store().thread(id)
    const rows = await store().page(id, PAGE_ROWS, before === 0 ? undefined : before)
    return c.json({ id, title: thread?.title ?? null, rev: thread?.rev ?? 0, rows, more: rows.length === PAGE_ROWS })
  })

  app.get('/console/events', (c) => {
    const thread = threadId.safeParse(c.req.query('thread'))
    if (!thread.success) return problem(400, 'Name a thread: /console/events?thread=…')
    return streamThread(
      c,
      feed,
      thread.data,
      revision.parse(c.req.header('last-event-id') ?? c.req.query('after') ?? 0),
    )
  })

  app.get('/console/messages/:id/files/:index', async (c) => {
    const id = z.uuid().safeParse(c.req.param('id'))
    const row = id.success ? await store().get(id.data) : null
    const block = row?.message.blocks?.[Number(c.req.param('index'))]
    if (block?.kind !== 'file') return problem(404, 'No such file')
    // Never shown in place: whatever its type, the browser saves it.
    return c.body(block.text, 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(block.name)}`,
    })
  })
  app.all('/console/*', () => problem(404, 'The console has no such page'))
  return app
}
