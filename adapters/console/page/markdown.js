import { el, externalLink, webAddress } from './dom.js'

// The subset of the message contract: bold, italic, code, list, quote, link. Every scan is bounded, so hostile text costs no more than its length.
const MAX_DEPTH = 5
const MAX_TRIES = 20
/** Marks in one paragraph; browsers take seconds to lay out thousands of inline elements. */
const MAX_MARKS = 400
const LINK = /\[([^[\]\n]{1,500})\]\(([^\s()]{1,2000})\)/y
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +)(.*)$/
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)\s*$/
const ESCAPABLE = /[!-/:-@[-`{-~]/
const WORD = /[\p{L}\p{N}]/u

/** Nodes for a piece of markdown. */
export function markdown(text, depth = 0) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const nodes = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at]
    const fence = FENCE.exec(line)
    if (line.trim() === '') at++
    else if (fence) {
      let end = at + 1
      while (end < lines.length && !lines[end].trimStart().startsWith(fence[1])) end++
      nodes.push(el('pre', { dir: 'ltr', tabindex: 0 }, el('code', {}, lines.slice(at + 1, end).join('\n'))))
      at = end + 1
    } else if (depth < MAX_DEPTH && line.startsWith('>')) {
      let end = at
      while (end < lines.length && lines[end].startsWith('>')) end++
      const inner = lines.slice(at, end).map((quoted) => quoted.replace(/^> ?/, ''))
      nodes.push(el('blockquote', { dir: 'auto' }, markdown(inner.join('\n'), depth + 1)))
      at = end
    } else if (depth < MAX_DEPTH && ITEM.test(line)) {
      const { list, end } = listAt(lines, at, depth)
      nodes.push(list)
      at = end
    } else {
      let end = at + 1
      while (end < lines.length && !startsBlock(lines[end], depth)) end++
      nodes.push(el('p', { dir: 'auto' }, inline(lines.slice(at, end).join('\n'))))
      at = end
    }
  }
  return nodes
}
function startsBlock(line, depth) {
  return line.trim() === '' || FENCE.test(line) || (depth < MAX_DEPTH && (line.startsWith('>') || ITEM.test(line)))
}

function listAt(lines, start, depth) {
  const ordered = /\d/.test(ITEM.exec(lines[start])[2])
  const first = Number.parseInt(ITEM.exec(lines[start])[2], 10)
  const list = el(ordered ? 'ol' : 'ul', { start: ordered && first !== 1 ? first : null, dir: 'auto' })
  let at = start
  while (at < lines.length) {
    const item = ITEM.exec(lines[at])
    if (!item || /\d/.test(item[2]) !== ordered) break
    const indent = item[1].length + item[2].length + item[3].length
    const inner = [item[4]]
    at++
    while (at < lines.length && lines[at].trim() !== '' && leading(lines[at]) >= Math.min(2, indent)) {
      inner.push(lines[at].slice(Math.min(leading(lines[at]), indent)))
      at++
    }
    // An item of one line is a line, not a paragraph.
    list.append(
      el('li', { dir: 'auto' }, inner.length === 1 ? inline(inner[0]) : markdown(inner.join('\n'), depth + 1)),
    )
    if (lines[at]?.trim() === '' && ITEM.test(lines[at + 1] ?? '')) at++
  }
  return { list, end: at }
}
const leading = (line) => line.length - line.trimStart().length

/** Nodes for text inside a line: escapes, code, links, bold, italic. */
function inline(text, depth = 0, budget = { marks: MAX_MARKS }) {
  const nodes = []
  const absent = new Set()
  let plain = ''
  let at = 0
  const push = (node, next) => {
    if (plain) nodes.push(plain)
    plain = ''
    budget.marks--
    nodes.push(node)
    at = next
  }
  const find = (mark, from) => {
    if (absent.has(mark)) return -1
    const found = text.indexOf(mark, from)
    if (found === -1) absent.add(mark)
    return found
  }
  while (at < text.length) {
    if (budget.marks <= 0) {
      plain += text.slice(at)
      break
    }
    const char = text[at]
    if (char === '\\' && ESCAPABLE.test(text[at + 1] ?? '')) {
      plain += text[at + 1]
      at += 2
      continue
    }
    if (char === '`') {
      const mark = /`+/y
      mark.lastIndex = at
      const ticks = mark.exec(text)[0]
      const end = find(ticks, at + ticks.length)
      if (end !== -1) {
        push(el('code', {}, text.slice(at + ticks.length, end).replace(/^ (.*) $/s, '$1')), end + ticks.length)
      } else {
        plain += ticks
        at += ticks.length
      }
      continue
    }
    if (char === '[') {
      LINK.lastIndex = at
      const link = LINK.exec(text)
      const address = link && webAddress(link[2])
      if (address) {
        push(externalLink(address, {}, inline(link[1], MAX_DEPTH, budget)), at + link[0].length)
        continue
      }
    }
    if ((char === '*' || char === '_') && depth < MAX_DEPTH) {
      const mark = text[at + 1] === char ? char + char : char
      const end = closing(text, at, mark, find)
      if (end !== -1) {
        const inner = inline(text.slice(at + mark.length, end), depth + 1, budget)
        push(el(mark.length === 2 ? 'strong' : 'em', {}, inner), end + mark.length)
      } else {
        plain += mark
        at += mark.length
      }
      continue
    }
    plain += char
    at++
  }
  if (plain) nodes.push(plain)
  return nodes
}
/** Where the emphasis opened at `at` ends: beside a word on the inside, and for `_` not within one. */
function closing(text, at, mark, find) {
  const start = at + mark.length
  if (!text[start] || /\s/.test(text[start])) return -1
  if (mark[0] === '_' && WORD.test(text[at - 1] ?? '')) return -1
  let end = find(mark, start + 1)
  for (let tries = 0; end !== -1 && tries < MAX_TRIES; tries++) {
    const inWord = mark[0] === '_' && WORD.test(text[end + mark.length] ?? '')
    const longer = mark.length === 1 && (text[end + 1] === mark || text[end - 1] === mark)
    if (!/\s/.test(text[end - 1]) && text[end - 1] !== '\\' && !inWord && !longer) return end
    end = text.indexOf(mark, end + 1)
  }
  return -1
}
