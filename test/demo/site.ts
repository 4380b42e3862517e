import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import type { Desk, Reaction } from './desk.ts'
import { PEOPLE } from './people.ts'
import { TROUBLES, type Trouble } from './pipeline.ts'
import { SWITCHES } from './switches.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', html: 'text/html' }
/** The console's page lends its helpers. Paths are those of the sources, so that imports read the same in both. */
const FILES = /^\/(?:test\/demo\/page\/[a-z-]+\.(?:js|css)|adapters\/console\/page\/dom\.js)$/
const POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
/** How often the stand-ins are looked at while somebody watches. */
const LOOK_MS = 60

const who = z.enum(PEOPLE).default('ann')
const trouble = z.object({ name: z.enum(TROUBLES), on: z.boolean() })
const actions = z.discriminatedUnion('do', [
  z.object({ do: z.literal('say'), who, text: z.string().min(1), thread: z.string().nullable() }),
  z.object({ do: z.literal('press'), who, item: z.string(), button: z.number().int().min(0) }),
  z.object({ do: z.literal('submit'), who, form: z.string(), values: z.record(z.string(), z.string()) }),
  z.object({ do: z.literal('switch'), name: z.enum(SWITCHES), on: z.boolean() }),
])
type Action = z.infer<typeof actions>

export function createSite(
  desks: readonly Desk[],
  about: { readonly consoleUrl: string; readonly tries: Readonly<Record<string, string>> },
  troubles: Set<Trouble>,
) {
  const ending = new AbortController()
  const app = new Hono()
  app.use(async (c, next) => {
    // A page of another site must not reach a server that only this machine should.
    if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(c.req.header('host') ?? '')) return c.text('loopback only', 403)
    await next()
    c.header('content-security-policy', POLICY)
    c.header('x-content-type-options', 'nosniff')
    c.header('cache-control', 'no-store')
  })
  const file = (path: string) =>
    new Response(readFileSync(`${ROOT}${path}`), {
      headers: { 'content-type': `${TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain'}; charset=utf-8` },
    })
  app.get('/', () => file('test/demo/page/index.html'))
  app.get('/about', (c) => c.json({ ...about, troubles: [...troubles] }))
  app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      const last = new Map<string, string>()
      while (!stream.aborted && !ending.signal.aborted) {
        for (const desk of desks) {
          const data = JSON.stringify(snapshot(desk))
          if (last.get(desk.name) === data) continue
          last.set(desk.name, data)
          await stream.writeSSE({ event: 'desk', data })
        }
        await stream.sleep(LOOK_MS)
      }
    }),
  )
  const isElsewhere = (c: Context) => c.req.header('sec-fetch-site') === 'cross-site'
  app.post('/trouble', async (c) => {
    const asked = trouble.safeParse(await c.req.json().catch(() => null))
    if (!asked.success || isElsewhere(c)) return c.json({ error: 'no such trouble' }, 400)
    troubles[asked.data.on ? 'add' : 'delete'](asked.data.name)
    return c.json({})
  })
  app.post('/do/:desk', async (c) => {
    const desk = desks.find(({ name }) => name === c.req.param('desk'))
    const action = actions.safeParse(await c.req.json().catch(() => null))
    if (!desk || !action.success) return c.json({ error: 'no such action' }, 400)
    if (isElsewhere(c)) return c.json({ error: 'another site' }, 403)
    try {
      return c.json(await run(desk, action.data))
    } catch (error) {
      return c.json({ error: error instanceof Error ? error.message : String(error) } satisfies Reaction)
    }
  })
  app.get('*', (c) => {
    const path = new URL(c.req.url).pathname
    return FILES.test(path) ? file(path.slice(1)) : c.text('not found', 404)
  })
  return { fetch: app.fetch, close: () => ending.abort() }
}
async function run(desk: Desk, action: Action): Promise<Reaction> {
  switch (action.do) {
    case 'say':
      return desk.say(action.who, action.text.trim(), action.thread)
    case 'press':
      return desk.press(action.who, action.item, action.button)
    case 'submit':
      return desk.submit(action.who, action.form, action.values)
    case 'switch':
      desk.switches.on[action.on ? 'add' : 'delete'](action.name)
      return {}
    default:
      return action satisfies never
  }
}
function snapshot(desk: Desk) {
  const { name, title, hint } = desk
  return {
    name,
    title,
    hint,
    switches: [...desk.switches.on],
    items: [...desk.items()].sort((a, b) => a.atMs - b.atMs),
    refusals: desk.refusals(),
    wire: desk.wire(),
  }
}
