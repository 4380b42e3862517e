import { createHash } from 'node:crypto'

interface Page {
  readonly title: string
  readonly lines: readonly string[]
  readonly link: { readonly label: string; readonly url: string }
}
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { display: grid; min-height: 100vh; margin: 0; place-items: center; background: Canvas; color: CanvasText }
main { max-width: 30rem; padding: 2.5rem }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25 }
p { margin: 0 0 .75rem }
a { display: inline-block; margin-top: 1rem; padding: .6rem 1.1rem; border-radius: .5rem; background: #1f2328; color: #fff; text-decoration: none }
a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
@media (prefers-color-scheme: dark) { a { background: #f0f2f5; color: #1f2328 } }`

/** No script, nothing from elsewhere, and no style but its own. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** One thing said, one thing to do. */
export function page({ title, lines, link }: Page): string {
  const said = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main>
<h1>${escapeHtml(title)}</h1>
${said}
<a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a>
</main></body>
</html>`
}
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}
