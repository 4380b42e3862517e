import { createHash } from 'node:crypto'
import type { Edit } from '../drift/store.ts'
import { chunksOf, linesOf } from '../index/chunks.ts'

export type Applied = { readonly text: string } | { readonly problem: string }

/** Of what it changes, not of why: the same change in a later run is the same edit. */
export function editHash({ path, find, replace }: Edit): string {
  const folded = [path, find, replace].map((part) => part.replace(/\s+/g, ' ').trim())
  return createHash('sha256').update(JSON.stringify(folded)).digest('hex').slice(0, 32)
}

/** Puts one edit into the section it names. Every byte outside of it stays, line ends included. */
export function applyEdit(text: string, edit: Pick<Edit, 'heading' | 'find' | 'replace'>): Applied {
  if (edit.find.trim() === '') return { problem: 'find is empty' }
  const fitting = chunksOf(linesOf(text)).filter(
    (chunk) => chunk.heading === edit.heading && chunk.text.includes(edit.find),
  )
  const [section] = fitting
  if (!section) return { problem: `“${edit.find.slice(0, 60)}” does not stand in the section` }
  const starts = lineStarts(text)
  const from = starts[section.startLine - 1] ?? 0
  const to = starts[section.endLine] ?? text.length
  const body = text.slice(from, to)
  const pattern = new RegExp(edit.find.split('\n').map(escaped).join('\\r?\\n'), 'g')
  const places = [...body.matchAll(pattern)]
  const [place] = places
  if (fitting.length > 1 || places.length !== 1 || !place)
    return { problem: `“${edit.find.slice(0, 60)}” stands there more than once: give more of the line` }
  const eol = body.includes('\r\n') ? '\r\n' : '\n'
  const replacement = edit.replace.replace(/\r?\n/g, eol)
  return {
    text: text.slice(0, from + place.index) + replacement + text.slice(from + place.index + place[0].length),
  }
}
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length)
  return starts
}
