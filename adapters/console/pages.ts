import type { Context, Hono } from 'hono'
import type { HookEnv, Pages } from '#contract'
import { WORKSPACE } from './config.ts'
import { checkHost, DOCUMENT_HEADERS, isSignedIn, problem } from './guard.ts'
import type { Sessions } from './session.ts'

interface PagesOptions {
  pages(): Pages | null
  readonly sessions: Sessions
  readonly publicUrl: string | undefined
  /** What somebody sees who is not signed in. */
  locked(): string
}

/** `/docs`: the documentation of the operator's workspace, for whoever is signed in to the console. */
export function mountPages(app: Hono<HookEnv>, { pages, sessions, publicUrl, locked }: PagesOptions): void {
  for (const path of ['/docs', '/docs/*']) app.use(path, checkHost(publicUrl, DOCUMENT_HEADERS))

  app.get('/docs', (c) => c.redirect('/docs/', 308))
  app.get('/docs/*', async (c) => {
    if (!isSignedIn(c, sessions)) {
      const isPage = (c.req.header('accept') ?? '').includes('text/html')
      return isPage ? c.html(locked(), 401) : problem(401, 'Sign in to the console first: the hub printed its link')
    }
    const all = pages()
    const path = pathOf(c)
    if (!all || path === null) return problem(404, 'There is no such page')
    const answer = await all.find(WORKSPACE, path)
    switch (answer.kind) {
      case 'file':
        c.header('Cache-Control', 'private, no-cache')
        c.header('ETag', answer.etag)
        if (c.req.header('if-none-match') === answer.etag) return c.body(null, 304)
        return c.body(answer.body, 200, { 'Content-Type': answer.type })
      case 'folder':
        return c.redirect(`${new URL(c.req.url).pathname}/`, 308)
      case 'missing':
        return c.html(
          note('There is no such page', 'It may have been renamed or removed since the link was made.'),
          404,
        )
      case 'failed':
        return c.html(note('The documentation cannot be shown', answer.reason), 503)
      case 'building':
        c.header('Refresh', '2')
        return c.html(note('The pages are being made', 'This takes some seconds the first time.'), 503)
      default:
        return answer satisfies never
    }
  })
}

/** Below `/docs/`, decoded; null where it is no text. */
function pathOf(c: Context<HookEnv>): string | null {
  try {
    return decodeURIComponent(new URL(c.req.url).pathname.slice('/docs/'.length))
  } catch {
    return null
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char)
/** In the console's own clothes. */
const note = (title: string, text: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escaped(title)}</title>
<link rel="icon" href="/console/assets/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/console/assets/console.css"></head>
<body class="locked"><main class="gate"><h1><img src="/console/assets/icon.svg" alt="" width="28" height="28">AutoDevHub</h1>
<h2>${escaped(title)}</h2><p>${escaped(text)}</p><p class="hint"><a href="/docs/">Documentation</a> · <a href="/">Console</a></p></main></body></html>
`
