import { el } from './dom.js'

/** Beyond this many line pairs the two texts are shown one after the other. */
const MAX_PAIRS = 250_000

/** Lines of both texts, each marked removed, added or kept. */
function diffLines(before, after) {
  const a = before.split('\n')
  const b = after.split('\n')
  if (a.length * b.length > MAX_PAIRS) {
    return [...a.map((text) => ({ kind: 'removed', text })), ...b.map((text) => ({ kind: 'added', text }))]
  }
  // Longest common subsequence: common[i][j] is its length for a from i and b from j.
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1])
    }
  }
  const lines = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'kept', text: a[i] })
      i++
      j++
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push({ kind: 'removed', text: a[i++] })
    } else {
      lines.push({ kind: 'added', text: b[j++] })
    }
  }
  return lines
}

const TAGS = { removed: 'del', added: 'ins', kept: 'span' }
export function diff(block) {
  const lines = diffLines(block.before, block.after).map(({ kind, text }) =>
    el(TAGS[kind], { class: kind }, text || ' '),
  )
  return el('pre', { class: 'diff', tabindex: 0, role: 'region', 'aria-label': 'Changes' }, lines)
}
