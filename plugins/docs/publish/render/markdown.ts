import { headingsOf, linesOf } from '../../index/chunks.ts'
import { foreignMarkup } from './foreign-markup.ts'
import { escapeHtml } from './html.ts'
import { linkFrom, mayLink } from './links.ts'
import { loadMarkdownIt, type MarkdownIt, type Token } from './markdown-it.ts'
import type { PlannedRepository } from './plan.ts'

export interface Section {
  readonly level: number
  readonly title: string
  readonly anchor: string
}
export interface Rendered {
  readonly html: string
  readonly sections: readonly Section[]
  /** It holds a Mermaid diagram. */
  readonly diagrams: boolean
  /** It begins with a heading of its own. */
  readonly titled: boolean
}
export interface DocumentPlace {
  readonly repository: PlannedRepository
  readonly path: string
  readonly url: string
}
interface Env extends DocumentPlace {
  readonly anchors: ReadonlyMap<number, string>
  diagrams: boolean
}
/** Beyond this it is data rather than prose, and is shown as it stands. */
const MAX_MARKDOWN = 400_000
const MARKDOWN = /(?:\.(?:md|mdx|markdown)|(?:^|\/)[A-Z]+)$/i
/** Longer lines are made by machines: what looks for links in them may take the square of their length. */
const MAX_LINE = 8_000

/** Documents become markup by CommonMark alone: no template language, no HTML of theirs, no link that runs, no picture from elsewhere. */
export function createMarkdown() {
  const md = new (loadMarkdownIt())({ html: false, linkify: true })
  md.validateLink = mayLink
  foreignMarkup(md)
  rewriteLinks(md)
  taskLists(md)
  rendering(md)
  return (text: string, place: DocumentPlace): Rendered => {
    const lines = linesOf(text)
    const isProse = text.length <= MAX_MARKDOWN && lines.every((line) => line.length <= MAX_LINE)
    if (!MARKDOWN.test(place.path) || !isProse)
      return { html: `<pre class="plain">${escapeHtml(text)}</pre>`, sections: [], diagrams: false, titled: false }
    const headings = headingsOf(lines)
    const env: Env = { ...place, anchors: new Map(headings.map(({ line, anchor }) => [line, anchor])), diagrams: false }
    const html = md.render(withoutFrontMatter(lines).join('\n'), env)
    const sections = headings.map(({ level, title, anchor }) => ({ level, title, anchor }))
    return { html, sections, diagrams: env.diagrams, titled: headings[0]?.level === 1 }
  }
}

/** Its lines become empty, so that the lines below keep their numbers. */
function withoutFrontMatter(lines: readonly string[]): readonly string[] {
  const end = lines[0]?.trimEnd() === '---' ? lines.indexOf('---', 1) : -1
  return end > 0 ? lines.map((line, index) => (index <= end ? '' : line)) : lines
}

function rewriteLinks(md: MarkdownIt): void {
  md.core.ruler.push('links', ({ tokens, env }) => {
    const { repository, path, url } = env as Env
    for (const { children } of tokens) {
      const open: boolean[] = []
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const target = linkFrom(repository, path, url, token.attrGet('href') ?? '')
          open.push(target !== null)
          if (target === null) {
            token.hidden = true
            continue
          }
          token.attrSet('href', target.href)
          if (target.outside) token.attrSet('rel', 'noopener noreferrer')
        } else if (token.type === 'link_close') token.hidden = open.pop() === false
        else if (token.type === 'image') {
          const target = linkFrom(repository, path, url, token.attrGet('src') ?? '')
          token.attrSet('src', open.length > 0 ? '' : (target?.href ?? ''))
        }
      }
    }
  })
}

function taskLists(md: MarkdownIt): void {
  md.core.ruler.push('tasks', ({ tokens }) => {
    tokens.forEach((token, index) => {
      const first = token.children?.[0]
      if (token.type !== 'inline' || tokens[index - 2]?.type !== 'list_item_open' || first?.type !== 'text') return
      const mark = /^\[([ xX])\] /.exec(first.content)?.[1]
      if (mark === undefined) return
      first.content = `${mark === ' ' ? '☐' : '☑'} ${first.content.slice(4)}`
      tokens[index - 2]?.attrSet('class', 'task')
    })
  })
}

function rendering(md: MarkdownIt): void {
  const { rules } = md.renderer
  rules.heading_open = (tokens, index, _, env) => {
    const token = tokens[index]
    const anchor = token?.map ? (env as Env).anchors.get(token.map[0]) : undefined
    if (!token || anchor === undefined) return `<${token?.tag ?? 'p'}>`
    const id = escapeHtml(anchor)
    return `<${token.tag} id="${id}"><a class="anchor" href="#${id}" aria-label="Link to this section" data-pagefind-ignore>#</a>`
  }
  rules.table_open = () => '<div class="table" tabindex="0"><table>'
  rules.table_close = () => '</table></div>'
  // Never loaded: a picture of another host tells it who reads, and those of a private repository would not come.
  rules.image = (tokens, index) => {
    const token = tokens[index]
    const label = escapeHtml(plainText(token?.children ?? []) || 'image')
    const src = token?.attrGet('src') ?? ''
    if (src === '') return `<span class="image">${label}</span>`
    return `<a class="image" href="${escapeHtml(src)}" rel="noopener noreferrer">${label}</a>`
  }
  rules.fence = (tokens, index, _, env) => {
    const { info = '', content = '' } = tokens[index] ?? {}
    const language = /^[\w+#.-]{1,30}/.exec(info.trim())?.[0] ?? ''
    const code = escapeHtml(content)
    if (language === 'mermaid') {
      ;(env as Env).diagrams = true
      return `<figure class="diagram" data-pagefind-ignore><pre><code>${code}</code></pre></figure>\n`
    }
    const label = language === '' ? '' : ` data-language="${escapeHtml(language)}"`
    return `<pre${label} tabindex="0"><code>${code}</code></pre>\n`
  }
}
const plainText = (tokens: readonly Token[]): string => tokens.map(({ content }) => content).join('')
