import { el, externalLink, webAddress } from '../../../adapters/console/page/dom.js'

const readEntities = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
const link = (address, label) => {
  const safe = webAddress(address)
  return safe ? externalLink(safe, {}, label) : label
}
const wrap = (tag, inner) => (text, run) => [el(tag, {}, run ? run(inner(text)) : inner(text))]
const cut = (n) => (text) => text.slice(n, -n)

/** What each platform's markup knows inside a line: the first pattern that fits wins. */
const SLACK = [
  [/`[^`\n]+`/, (t) => [el('code', {}, readEntities(t.slice(1, -1)))]],
  [
    /<(?:https?:[^|>]+)(?:\|[^>]*)?>/,
    (t) => {
      const [address, label = address] = t.slice(1, -1).split('|')
      return [link(readEntities(address), readEntities(label))]
    },
  ],
  [/<[@#!][^>]+>/, (t) => [el('mark', {}, t.slice(1, -1).split('|').at(-1))]],
  [/(?<![\p{L}\p{N}*])\*[^*\n]+\*(?![\p{L}\p{N}*])/u, wrap('strong', cut(1))],
  [/(?<![\p{L}\p{N}_])_[^_\n]+_(?![\p{L}\p{N}_])/u, wrap('em', cut(1))],
  [/(?<![\p{L}\p{N}~])~[^~\n]+~(?![\p{L}\p{N}~])/u, wrap('s', cut(1))],
]
const DISCORD = [
  [/\\[^\p{L}\p{N}\s]/u, (t) => [t.slice(1)]],
  [/`[^`\n]+`/, (t) => [el('code', {}, t.slice(1, -1))]],
  [
    /\[(?:\\.|[^\\[\]])*\]\([^()\s]+\)/,
    (t, run) => {
      const [, label, address] = /^\[([\s\S]*)\]\(([^()\s]+)\)$/.exec(t)
      return [link(address.replace(/^<|>$/g, ''), el('span', {}, run(label)))]
    },
  ],
  [/\*\*(?:\\.|[^\\*])+\*\*/, wrap('strong', cut(2))],
  [/__(?:\\.|[^\\_])+__/, wrap('u', cut(2))],
  [/~~(?:\\.|[^\\~])+~~/, wrap('s', cut(2))],
  [/(?<![\p{L}\p{N}])\*(?:\\.|[^\\*\s])(?:\\.|[^\\*])*\*/u, wrap('em', cut(1))],
  [/(?<![\p{L}\p{N}_])_(?:\\.|[^\\_])+_(?![\p{L}\p{N}_])/u, wrap('em', cut(1))],
  [/\|\|(?:\\.|[^\\|])+\|\|/, wrap('mark', cut(2))],
  [/<@[!&]?\d+>|<#\d+>|@everyone|@here/, (t) => [el('mark', {}, t)]],
  [/https?:\/\/[^\s<>)]+/, (t) => [link(t, t)]],
]
function inline(text, rules, plain) {
  const run = (rest) => {
    const out = []
    while (rest !== '') {
      const hits = rules.flatMap(([pattern, make]) => {
        const found = pattern.exec(rest)
        return found ? [{ at: found.index, text: found[0], make }] : []
      })
      const first = hits.reduce((best, hit) => (best === null || hit.at < best.at ? hit : best), null)
      if (first === null) return [...out, plain(rest)]
      if (first.at > 0) out.push(plain(rest.slice(0, first.at)))
      out.push(...first.make(first.text, run))
      rest = rest.slice(first.at + first.text.length)
    }
    return out
  }
  return run(text)
}
/** Lines become paragraphs, quotes, lists and headings; fences stay as they are. */
function blocks(text, rules, plain, { headings }) {
  return text.split(/(```[\s\S]*?```)/).flatMap((part, i) => {
    if (i % 2 === 1)
      return [
        el(
          'pre',
          {},
          plain(
            part
              .slice(3, -3)
              .replace(/^[\w+-]*\n/, '')
              .replace(/\n$/, ''),
          ),
        ),
      ]
    return part
      .replace(/^\n|\n$/g, '')
      .split('\n')
      .flatMap((line) => {
        if (part.trim() === '') return []
        const run = (rest) => inline(rest, rules, plain)
        const head = headings ? /^(#{1,3}) (.*)$/.exec(line) : null
        if (head) return [el('p', { class: `h h${head[1].length}` }, run(head[2]))]
        if (headings && line.startsWith('-# ')) return [el('p', { class: 'small' }, run(line.slice(3)))]
        const quote = /^(?:>|&gt;) ?(.*)$/.exec(line)
        if (quote) return [el('blockquote', {}, run(quote[1]))]
        const item = /^\s*(?:[-*•]|\d+[.)]) (.*)$/.exec(line)
        if (item) return [el('p', { class: 'item' }, run(line.replace(/^\s*[-*] /, '• ')))]
        return [line.trim() === '' ? el('p', { class: 'gap' }) : el('p', {}, run(line))]
      })
  })
}
export const mrkdwn = (text) => blocks(text, SLACK, readEntities, { headings: false })
export const discordMarkdown = (text) => blocks(text, DISCORD, (t) => t, { headings: true })
export const plainText = (text) => text.split('\n').map((line) => el('p', {}, line))
