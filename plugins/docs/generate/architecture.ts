import { count } from '../text.ts'
import { importsOf } from './imports.ts'
import type { ResolveImport } from './resolve-import.ts'

/** More than that nobody reads, and a renderer makes a knot of it. */
const NODES = 28
const EDGES = 90
const DEEPEST = 6
const LABEL = 60

export interface CodeFile {
  readonly path: string
  readonly text: string
}
export interface Drawn {
  readonly mermaid: string
  /** What it shows and what was left out, in words. */
  readonly note: string
}

/** A diagram of the folders below one folder, by what their files import; null where there is nothing to draw. */
export function draw(folder: string, files: readonly CodeFile[], resolve: ResolveImport, unread: number): Drawn | null {
  const root = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`
  const inside = new Set(files.map(({ path }) => path))
  if (inside.size === 0) return null
  const links: [string, string][] = []
  for (const { path, text } of files)
    for (const specifier of importsOf(path, text)) {
      const target = resolve(path, specifier)
      if (target !== null && target !== path && inside.has(target)) links.push([path, target])
    }
  const { groupOf, groups } = grouped([...inside].sort(), root)
  const weights = new Map<string, number>()
  for (const [from, to] of links) {
    const [a, b] = [groupOf(from), groupOf(to)]
    if (a !== b) weights.set(JSON.stringify([a, b]), (weights.get(JSON.stringify([a, b])) ?? 0) + 1)
  }
  const edges = [...weights].map(([key, weight]) => {
    const [from = '', to = ''] = JSON.parse(key) as string[]
    return { from, to, weight }
  })
  const degree = (name: string) =>
    edges.reduce((sum, { from, to, weight }) => sum + (from === name || to === name ? weight : 0), 0)
  const shown = groups
    .toSorted((a, b) => degree(b) - degree(a) || (a < b ? -1 : 1))
    .slice(0, NODES)
    .sort()
  const kept = edges
    .filter(({ from, to }) => shown.includes(from) && shown.includes(to))
    .sort((a, b) => b.weight - a.weight || (a.from + a.to < b.from + b.to ? -1 : 1))
  const idOf = new Map(shown.map((name, i) => [name, `n${i + 1}`]))
  const lines = [
    'flowchart LR',
    ...shown.map((name) => `  ${idOf.get(name)}["${mermaidLabel(name)}"]`),
    ...kept
      .slice(0, EDGES)
      .sort((a, b) => (a.from === b.from ? (a.to < b.to ? -1 : 1) : a.from < b.from ? -1 : 1))
      .map(({ from, to }) => `  ${idOf.get(from)} --> ${idOf.get(to)}`),
  ]
  const left = [
    ...(groups.length > shown.length ? [`${groups.length - shown.length} less connected parts`] : []),
    ...(kept.length > EDGES ? [`${kept.length - EDGES} weaker arrows`] : []),
    ...(unread > 0 ? [count(unread, 'file that was not read', 'files that were not read')] : []),
  ]
  const what = `${count(shown.length, 'part')} of ${count(inside.size, 'file')}, with an arrow where one imports another; packages of others and tests are not shown`
  return { mermaid: lines.join('\n'), note: left.length === 0 ? what : `${what}; left out: ${left.join(', ')}` }
}

/** Files one by one where they are few, else the deepest folders that are few enough. */
function grouped(paths: readonly string[], root: string) {
  const rel = (path: string) => path.slice(root.length)
  const ways = [
    (path: string) => rel(path),
    ...Array.from({ length: DEEPEST }, (_, i) => (path: string) => {
      const folders = rel(path).split('/').slice(0, -1)
      return folders.length === 0 ? rel(path) : `${folders.slice(0, DEEPEST - i).join('/')}/`
    }),
    (path: string) => (rel(path).includes('/') ? `${rel(path).split('/')[0]}/` : './'),
  ]
  const fitting = ways.find((way) => new Set(paths.map(way)).size <= NODES) ?? ways.at(-1) ?? rel
  return { groupOf: fitting, groups: [...new Set(paths.map(fitting))] }
}

/**
 * A name as Mermaid shows it, whatever it holds: everything but letters, digits and a few marks is written as its code.
 * https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
export function mermaidLabel(name: string): string {
  const characters = Array.from(name.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' '))
  const short = characters.length > LABEL ? ['…', ...characters.slice(1 - LABEL)] : characters
  return short.map((one) => (/^[A-Za-z0-9/_-]$/.test(one) ? one : `#${one.codePointAt(0)};`)).join('')
}
