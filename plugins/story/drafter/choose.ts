import type { Criterion } from '../draft.ts'
import type { Seed } from './facts.ts'
import { quoteOf } from './units.ts'

const MAX_CRITERIA = 12
const MAX_FROM_TEXT = 10

/**
 * The scenarios worth reading: all that rest on the text first, then as many assumed ones as the text can carry.
 * A thin text gets a thin draft; a rich one is not padded.
 */
export function choose(seeds: readonly Seed[], unclear: readonly Seed[], text: string): Criterion[] {
  const ranked = seeds
    .filter(
      (seed) =>
        tidy(seed.title, 150) !== '' && tidy(seed.when, 400) !== '' && seed.then.some((line) => tidy(line, 400) !== ''),
    )
    .map((seed, index) => ({
      seed,
      index,
      rank: seed.weight + (seed.unit === undefined ? variety(text, seed.title) : 0),
    }))
    .toSorted((a, b) => b.rank - a.rank || a.index - b.index)
  const fromText = distinct(ranked.filter(({ seed }) => seed.unit !== undefined).map(({ seed }) => seed)).slice(
    0,
    MAX_FROM_TEXT,
  )
  const words = text.split(/\s+/, 60).length
  const wanted = fromText.length >= 7 ? 1 : fromText.length >= 4 ? 2 : words < 8 ? 2 : 3
  const assumed = ranked.filter(({ seed }) => seed.unit === undefined).map(({ seed }) => seed)
  const room = Math.max(3 - fromText.length, Math.min(wanted, MAX_CRITERIA - fromText.length))
  const added: Seed[] = []
  for (const seed of assumed) {
    if (added.length >= room) break
    // Two assumptions of one kind say less than two of different kinds, unless nothing else is left.
    const same = added.filter((other) => other.kind === seed.kind).length
    if (same >= 2 && assumed.some((other) => other.kind !== seed.kind && !added.includes(other))) continue
    if (distinct([...fromText, ...added, seed]).length === fromText.length + added.length + 1) added.push(seed)
  }
  for (const seed of unclear) if (fromText.length + added.length < 3) added.push(seed)
  const order: readonly Criterion['kind'][] = ['happy', 'failure', 'boundary', 'permission', 'quality']
  return [...fromText, ...added].toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).map(toCriterion)
}

/** Among equally good assumptions the text decides, so that similar requests do not all get the same ones. */
function variety(text: string, title: string): number {
  let hash = 7
  for (const char of `${title}|${text.slice(0, 400)}`) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003
  return hash % 5
}

function distinct(seeds: readonly Seed[]): Seed[] {
  const kept: Seed[] = []
  const titles = new Set<string>()
  const bodies = new Set<string>()
  for (const seed of seeds) {
    const title = fold(seed.title)
    const body = fold(`${seed.given.join('|')}|${seed.when}|${seed.then[0] ?? ''}`)
    if (titles.has(title) || bodies.has(body)) continue
    titles.add(title)
    bodies.add(body)
    kept.push(seed)
  }
  return kept
}

function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}|]+/gu, ' ')
    .trim()
}

function toCriterion(seed: Seed): Criterion {
  return {
    title: tidy(seed.title, 150),
    kind: seed.kind,
    given: seed.given
      .map((line) => tidy(line, 400))
      .filter((line) => line !== '')
      .slice(0, 6),
    when: tidy(seed.when, 400),
    then: seed.then
      .map((line) => tidy(line, 400))
      .filter((line) => line !== '')
      .slice(0, 6),
    source: seed.unit === undefined ? null : quoteOf(seed.unit),
  }
}

/** One line, no doubled words from joining clauses, no full stop: steps are not sentences of prose. */
export function tidy(text: string, max: number): string {
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/\b(the|a|an|is|are|to|of|der|die|das) \1\b/gi, '$1')
    .replace(/ ([,.;:!?])/g, '$1')
    .replace(/[\s.,;:]+$/, '')
    .trim()
  if (line.length <= max) return line
  const cut = line.slice(0, max - 1)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), Math.floor(max / 2))).toWellFormed()}…`
}
