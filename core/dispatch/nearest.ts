import { distance } from 'fastest-levenshtein'

/** Nobody mistypes a command of 40 letters; without the limit a pasted page would be compared with every name. */
const MAX_TYPED = 40

/** How far off, or infinity where it is no slip of the finger: two swapped letters count as two. */
function slip(typed: string, name: string): number {
  const off = distance(typed.slice(0, MAX_TYPED).toLowerCase(), name.toLowerCase())
  return off <= Math.min(3, Math.ceil(name.length / 3)) ? off : Number.POSITIVE_INFINITY
}

/** The one name that `typed` was probably meant to be, or null. */
export function closestName(typed: string, names: readonly string[]): string | null {
  return ranked(names, (name) => slip(typed, name))[0] ?? null
}

/** Command names that the first words of a line were probably meant to be, best first. */
export function nearestCommands(words: readonly string[], names: readonly string[]): readonly string[] {
  const [first = ''] = words
  return ranked(names, (name) => {
    const parts = name.split(' ')
    const last = parts.at(-1) ?? ''
    // 'help' alone for 'hub help'; but 'add a criterion', said below a story, is no 'hub webhook add'.
    // A word of three letters is a letter away from too many: 'add' is no 'docs adr'.
    const most = last.length > 3 ? 1 : 0
    const lone =
      parts.length === 2 && distance(first.slice(0, MAX_TYPED), last) <= most ? 1.5 : Number.POSITIVE_INFINITY
    return Math.min(slip(words.slice(0, parts.length).join(' '), name), lone)
  }).slice(0, 3)
}

/** Commands whose words stand in a sentence: 'can you deploy web?' speaks of 'deploy', 'deploy plan' where both words are said. Best first. */
export function spokenOf(words: readonly string[], names: readonly string[]): readonly string[] {
  const said = new Set(words.map((word) => word.toLowerCase().replace(/[^\p{L}\p{N}-]/gu, '')))
  return names
    .filter((name) => name.split(' ').every((part) => said.has(part)))
    .sort((a, b) => b.length - a.length)
    .slice(0, 3)
}

/** The longer of two equally near names explains more of what was typed. */
function ranked(names: readonly string[], distanceOf: (name: string) => number): string[] {
  return names
    .map((name) => ({ name, off: distanceOf(name) }))
    .filter(({ off }) => Number.isFinite(off))
    .sort((a, b) => a.off - b.off || b.name.length - a.name.length)
    .map(({ name }) => name)
}
