import { distance } from 'fastest-levenshtein'

/** A slip of the finger: one letter in a short word, a third of a long one. */
const slips = (text: string) => Math.max(1, Math.floor(text.length / 3))

/** The one name that `typed` was probably meant to be, or null. */
export function closestName(typed: string, names: readonly string[]): string | null {
  return rank(typed, names, (name, text) => distance(text, name))[0] ?? null
}

/** Command names that the first words of a line were probably meant to be, best first. */
export function nearestCommands(words: readonly string[], names: readonly string[]): readonly string[] {
  const [first = ''] = words
  return rank(first, names, (name) => {
    const parts = name.split(' ')
    const whole = distance(words.slice(0, parts.length).join(' '), name)
    const lone = parts.length > 1 ? distance(first, parts.at(-1) ?? '') + 0.5 : Number.POSITIVE_INFINITY
    return Math.min(whole, lone)
  }).slice(0, 3)
}

function rank(typed: string, names: readonly string[], off: (name: string, typed: string) => number): string[] {
  // Nobody mistypes a command of 40 letters; without the limit a pasted page would be compared with every name.
  const text = typed.slice(0, 40).toLowerCase()
  return names
    .map((name) => ({ name, by: off(name.toLowerCase(), text) }))
    .filter(({ name, by }) => by <= slips(name))
    .sort((a, b) => a.by - b.by || a.name.localeCompare(b.name))
    .map(({ name }) => name)
}
