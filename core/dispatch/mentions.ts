import { type CommandCall, type Field, type Mentions, mentionOf } from '#contract'
import { createReader, FLAG, parseArguments, type Shape } from './words.ts'

type Spell = (word: string) => string | null
/** How a word that is a mention is written where an account is wanted; null for any other word. */
export function spelling(mentions: Mentions, { plugin }: CommandCall['actor']): Spell {
  return (word) => {
    if (!Object.hasOwn(mentions, word)) return null
    const id = mentions[word] ?? null
    return mentionOf(word, id === null ? null : { plugin, id })
  }
}
export function spelledValues(
  fields: readonly Field[],
  values: Readonly<Record<string, string>>,
  spell: Spell,
): Readonly<Record<string, string>> {
  const spelled = { ...values }
  for (const { name, person } of fields) {
    const account = person ? spell(values[name]?.trim() ?? '') : null
    if (account !== null) spelled[name] = account
  }
  return spelled
}
/** Its arguments begin at `from`. Its text, where it takes one, stays as people see it. */
export function spelledLine(shape: Shape, line: string, from: number, spell: Spell): string {
  const rest = shape.fields.find((field) => field.rest)
  const text = (rest && parseArguments(shape, line, from).values[rest.name]) ?? ''
  const start = text === '' ? line.length : line.lastIndexOf(text)
  const spelled = respelled(line, from, spell, { start, end: start + text.length })
  const { values } = parseArguments(shape, spelled, from)
  const isMissed = shape.fields.some(({ name, person }) => person && spell(values[name] ?? '') !== null)
  // The same words stood in another place: better an account too many than a name.
  return isMissed ? respelled(line, from, spell, { start: line.length, end: line.length }) : spelled
}
/** Words alone, in quotes and behind `--name=`. */
function respelled(line: string, from: number, spell: Spell, but: { readonly start: number; readonly end: number }) {
  const reader = createReader(line, from)
  let written = ''
  let copied = 0
  for (let word = reader.next(); word; word = reader.next()) {
    const [flag = ''] = FLAG.exec(line.slice(word.start, word.end)) ?? []
    const start = flag.endsWith('=') ? word.start + flag.length : word.start
    const account = spell(start === word.start ? word.text : reader.valueAt(start))
    if (account === null || (start >= but.start && start < but.end)) continue
    written += line.slice(copied, start) + account
    copied = reader.at()
  }
  return written + line.slice(copied)
}
