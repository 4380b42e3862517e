import type { Drift } from '../drift/detect.ts'
import { describes, mentions } from '../drift/detect.ts'
import { type Hunk, hunkStart, hunkText } from '../drift/hunks.ts'
import { isCode } from '../drift/names.ts'
import { chunksOf, linesOf } from '../index/chunks.ts'
import type { Indexed, IndexStore, Passage } from '../index/store.ts'
import { identifiersOf } from '../index/terms.ts'

/** What a model is shown: sections that speak of what changed, and the stretches of the diff they speak of. */
export interface Material {
  readonly sections: ReadonlyMap<string, Passage>
  readonly hunks: ReadonlyMap<string, Hunk>
  /** What was left out for its size, in words. */
  readonly limits: readonly string[]
}
const SECTIONS = 12
const HUNKS = 24
const SECTION_CHARACTERS = 24_000
const HUNK_CHARACTERS = 1_600
const NAMES = 400
/** A name that so many sections use does not say which of them is meant. */
const EVERYWHERE = 12

export const hunkShown = (hunk: Hunk): string => hunkStart(hunk, HUNK_CHARACTERS)

export async function gather(
  index: IndexStore,
  indexed: Indexed,
  hunks: readonly Hunk[],
  drifts: readonly Drift[],
  /** Documents as an open pull request leaves them. */
  drafted: ReadonlyMap<string, string>,
): Promise<Material> {
  const code = hunks.filter(({ path }) => isCode(path))
  const namesOf = new Map(code.map((hunk) => [hunk, changedNames(hunk)]))
  const names = [...new Set([...drifts.map(({ old }) => old), ...[...namesOf.values()].flatMap((all) => [...all])])]
  const indexedPassages = await index.naming(indexed, names.slice(0, NAMES), 300)
  const { workspace, plugin, repository } = indexed
  const draftedPassages = [...drafted].flatMap(([path, text]) =>
    chunksOf(linesOf(text)).map((chunk): Passage => ({ workspace, plugin, repository, path, ...chunk, sha: null })),
  )
  const passages = [...indexedPassages.filter(({ path }) => !drafted.has(path)), ...draftedPassages]
  const said = passages.map((passage) => ({ passage, names: identifiersOf(passage.text) }))
  const spread = new Map(names.map((name) => [name, said.filter((one) => one.names.has(name)).length]))
  const scored = said
    .map(({ passage, names: own }) => {
      const near = code.filter((hunk) => {
        if (!describes(indexed.settings, passage.path, hunk.path)) return false
        return [...(namesOf.get(hunk) ?? [])].some((name) => own.has(name) && (spread.get(name) ?? 0) <= EVERYWHERE)
      })
      const drifting = drifts.filter((drift) => drift.document === passage.path && mentions(passage, drift).length > 0)
      return { passage, hunks: near, score: drifting.length * 10 + near.length }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.passage.path.localeCompare(b.passage.path))
  let size = 0
  const chosen = scored.slice(0, SECTIONS).filter(({ passage }) => {
    size += passage.text.length
    return size <= SECTION_CHARACTERS
  })
  const spokenOf = new Set(chosen.flatMap((one) => one.hunks))
  for (const drift of drifts) for (const hunk of code) if (hunkText(hunk).includes(drift.old)) spokenOf.add(hunk)
  const shown = [...spokenOf].slice(0, HUNKS)
  const limits = [
    ...(names.length > NAMES ? [`${NAMES} of ${names.length.toLocaleString('en')} changed names were looked for`] : []),
    ...(scored.length > chosen.length ? [`the model read ${chosen.length} of ${scored.length} sections`] : []),
    ...(spokenOf.size > shown.length
      ? [`the model read ${shown.length} of ${spokenOf.size} stretches of the diff`]
      : []),
  ]
  return {
    sections: new Map(chosen.map(({ passage }, i) => [`s${i + 1}`, passage])),
    hunks: new Map(shown.map((hunk, i) => [`h${i + 1}`, hunk])),
    limits,
  }
}

/** Names in the lines that changed, and in those right above them: the function that a changed line is in. */
function changedNames(hunk: Hunk): Set<string> {
  const found = new Set<string>()
  for (const { mark, text } of hunk.lines)
    if (mark !== ' ' || /^\s*(?:export\s|(?:async\s+)?function\s|def\s|class\s|func\s|pub\s)/.test(text))
      for (const name of identifiersOf(text)) found.add(name)
  return found
}
