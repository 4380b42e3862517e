import type { MarkdownIt } from './markdown-it.ts'

/** Tags that shape a page and say nothing: left out, and what stands between them is kept. Any other is shown as it was written. */
const SHAPES = new Set(
  (
    'a abbr b big blockquote br center code dd details div dl dt em font h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p picture pre s samp small ' +
    'source span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var'
  ).split(' '),
)
const TAG = /^<\/?([a-z][a-z0-9]*)(?:\s[^<>]{0,2000})?\/?>/i
/** Bounds keep a document of nothing but openings from taking the square of its length. */
const MAX_COMMENT_LINES = 40
const LOOKED_AT = 3_000
const IMAGE_ALT = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i

/** HTML of a document has no effect and, where it only shapes, no place on the page either: comments, layout and pictures of a README. */
export function foreignMarkup(md: MarkdownIt): void {
  md.inline.ruler.before('autolink', 'foreign-markup', (state, silent) => {
    if (state.src[state.pos] !== '<') return false
    const rest = state.src.slice(state.pos, state.pos + LOOKED_AT)
    const comment = rest.startsWith('<!--') ? rest.indexOf('-->', 4) : -1
    if (comment > 0) {
      state.pos += comment + 3
      return true
    }
    const [tag, name = ''] = TAG.exec(rest) ?? []
    if (tag === undefined) return false
    const isImage = name.toLowerCase() === 'img'
    if (!isImage && !SHAPES.has(name.toLowerCase())) return false
    if (!silent) {
      if (isImage) {
        const [, double, single] = IMAGE_ALT.exec(tag) ?? []
        const label = double ?? single ?? ''
        if (label !== '') state.push('text', '', 0).content = label
      } else if (/^br$/i.test(name)) state.push('hardbreak', 'br', 0)
    }
    state.pos += tag.length
    return true
  })
  // A comment over several lines, such as the marks of a generated section.
  md.block.ruler.before(
    'paragraph',
    'comment',
    (state, start, end, silent) => {
      const from = (state.bMarks[start] ?? 0) + (state.tShift[start] ?? 0)
      if (!state.src.startsWith('<!--', from)) return false
      for (let line = start; line < Math.min(end, start + MAX_COMMENT_LINES); line += 1) {
        const close = state.src.slice(state.bMarks[line], state.eMarks[line]).lastIndexOf('-->')
        if (close < 0) continue
        const after = state.src.slice((state.bMarks[line] ?? 0) + close + 3, state.eMarks[line])
        if (after.trim() !== '') return false
        if (!silent) state.line = line + 1
        return true
      }
      return false
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  )
}
