import type { Passage } from '../index/store.ts'
import { identifiersOf, termsOf } from '../index/terms.ts'

/** A question as the index is asked for it. */
export interface Query {
  readonly words: readonly string[]
  readonly lexemes: readonly string[]
}
export interface Ranked {
  readonly passage: Passage
  readonly score: number
  /** Share of what was asked that it speaks of, from 0 to 1. */
  readonly coverage: number
}
const MAX_WORDS = 24
const TYPICAL_LENGTH = 120
const FROM_ONE_DOCUMENT = 3

export function queryOf(text: string): Query {
  const words = [...new Set(termsOf(text).map(({ term }) => term))].slice(0, MAX_WORDS)
  const names = [...identifiersOf(text)].map((name) => `i:${name}`)
  return { words, lexemes: [...words, ...names.slice(0, 8)] }
}

/** Best first; a document that says it in many places does not crowd out the others. */
export function rank(
  candidates: readonly Passage[],
  weights: ReadonlyMap<string, number>,
  instead: ReadonlyMap<string, string>,
  query: Query,
): Ranked[] {
  const words = query.words.map((word) => instead.get(word) ?? word)
  const total = words.reduce((sum, word) => sum + (weights.get(word) ?? 0), 0)
  const scored = candidates.map((passage) => {
    const body = termsOf(passage.text).map(({ term }) => term)
    const heading = new Set(termsOf(`${passage.heading} ${passage.path}`).map(({ term }) => term))
    const counts = new Map<string, number>()
    for (const term of body) counts.set(term, (counts.get(term) ?? 0) + 1)
    const damping = 1.2 * (0.25 + (0.75 * body.length) / TYPICAL_LENGTH)
    let score = 0
    let covered = 0
    for (const word of words) {
      const weight = weights.get(word) ?? 0
      const n = counts.get(word) ?? 0
      if (n > 0) score += (weight * n * 2.2) / (n + damping)
      if (heading.has(word)) score += weight * 0.8
      if (n > 0 || heading.has(word)) covered += weight
    }
    const named = identifiersOf(passage.text)
    for (const lexeme of query.lexemes)
      if (lexeme.startsWith('i:') && named.has(lexeme.slice(2))) score += weights.get(lexeme) ?? 0
    // Two words that stand side by side in the question and in the text are probably meant together.
    const pairs = new Set(body.map((term, i) => `${body[i - 1]} ${term}`))
    words.forEach((word, i) => {
      const before = words[i - 1]
      if (before !== undefined && pairs.has(`${before} ${word}`)) score += 0.5 * (weights.get(word) ?? 0)
    })
    const coverage = total === 0 ? 0 : covered / total
    return { passage, score: score * (0.4 + coverage), coverage }
  })
  scored.sort((a, b) => b.score - a.score || a.passage.path.localeCompare(b.passage.path))
  const taken = new Map<string, number>()
  return scored.filter(({ passage, score }) => {
    const document = `${passage.repository} ${passage.path}`
    const nth = (taken.get(document) ?? 0) + 1
    taken.set(document, nth)
    return score > 0 && nth <= FROM_ONE_DOCUMENT
  })
}
