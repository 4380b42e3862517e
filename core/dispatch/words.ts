import type { Field } from '#contract'
import { flagName } from './fields.ts'

/**
 * How a line is read.
 * - Words are separated by blanks. Quotes (straight or curly) group words when they open a word and close at its end, so `don't` stays a word.
 * - A backslash makes a quote, a blank, a dash or a backslash ordinary; before anything else it is ordinary itself (`C:\temp`).
 * - `--name value`, `--name=value` and `--yes-or-no` may stand anywhere before the rest of the line, and behind a rest of one line, as usage shows
 *   them; `--` ends them. Pasted text of several lines is taken whole.
 *   Every argument can be given by its name. Chat clients turn `--` into a long dash, which is read as what was typed.
 * - The `rest` argument takes what remains as typed: line breaks and quotes included.
 */
export interface Shape {
  readonly name: string
  readonly fields: readonly Field[]
  /** Words that would turn `name` into a longer command ('show' for 'story'): quoted where they begin the arguments. */
  readonly nextWords: ReadonlySet<string>
  /** Reads `--confirm=<code>`, which belongs to the hub and not to the command. */
  readonly confirms: boolean
}
export interface Problem {
  /** Argument it is about; null for the line as a whole. */
  readonly field: string | null
  readonly message: string
}
export interface Parsed {
  readonly values: Readonly<Record<string, string>>
  readonly confirm: string | null
  readonly problems: readonly Problem[]
}
interface Word {
  readonly text: string
  /** Written with quotes or escapes: never a flag, never part of a command's name. */
  readonly quoted: boolean
  readonly start: number
  readonly end: number
}

const CLOSERS: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '„': '“”', '‘': '’', '«': '»' }
const ESCAPABLE = /["'“”„‘’«»\\\s\-—–]/
export const FLAG = /^(?:--|[—–])([A-Za-z][A-Za-z0-9-]*)(=|$)/
/** A flag with which a text ends. */
const LAST_FLAG = /(?:^|\s)(?:--|[—–])([A-Za-z][A-Za-z0-9-]*)(?:=("[^"]*"|\S*)|\s+("[^"]*"|[^\s"—–-]\S*))?$/
/** Longer than any flag with its value. */
const MAX_TAIL = 300
/** Marks that show nothing: pasted text and right-to-left keyboards put them before the first word. */
const INVISIBLE = /[\u200b\u200e\u200f\u2060\u2066-\u2069]/

/** A line with more mistakes than this is not a command; nobody reads the sixth. */
const MAX_PROBLEMS = 5

/** As `\s` of a regular expression, without one for each character of plain text. */
function isBlank(line: string, at: number): boolean {
  const code = line.charCodeAt(at)
  if (code <= 0x7f) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  return /\s/.test(line.charAt(at))
}

/** Reads a line word by word, each character a constant number of times. */
export function createReader(line: string, from = 0) {
  let at = from
  /** Openers that are known to find no closer any more; without this, a line of lone quotes would be searched again and again. */
  const hopeless = new Set<string>()

  function skipBlanks() {
    while (at < line.length && (isBlank(line, at) || INVISIBLE.test(line.charAt(at)))) at++
  }
  /** The quoted text that opens at `at`, or null when nothing closes it: then the quote is an ordinary character. */
  function quotedText(): string | null {
    const opener = line.charAt(at)
    const closers = CLOSERS[opener]
    if (!closers || hopeless.has(opener)) return null
    let text = ''
    let copied = at + 1
    for (let i = at + 1; i < line.length; i++) {
      const character = line.charAt(i)
      if (character === '\\') {
        const next = line.charAt(i + 1)
        if (next !== '\\' && next !== opener && !(next !== '' && closers.includes(next))) continue
        text += line.slice(copied, i)
        copied = ++i
      } else if (closers.includes(character) && (i + 1 === line.length || isBlank(line, i + 1))) {
        at = i + 1
        return text + line.slice(copied, i)
      }
    }
    hopeless.add(opener)
    return null
  }
  function bareText(): string {
    let text = ''
    while (at < line.length && !isBlank(line, at)) {
      if (line.charAt(at) === '\\' && ESCAPABLE.test(line.charAt(at + 1))) at++
      text += line.charAt(at++)
    }
    return text
  }
  function next(): Word | null {
    skipBlanks()
    if (at >= line.length) return null
    const start = at
    const quoted = quotedText()
    if (quoted !== null) return { text: quoted, quoted: true, start, end: at }
    const text = bareText()
    return { text, quoted: text !== line.slice(start, at), start, end: at }
  }
  return {
    next,
    /** Where the next word is looked for. */
    at: () => at,
    /** The next word without consuming it, or null at the end. */
    peek(): Word | null {
      const before = at
      const word = next()
      at = before
      return word
    },
    /** Moves into a word, to what follows `--name=`, and reads that. */
    valueAt(position: number): string {
      at = position
      if (at >= line.length || isBlank(line, at)) return ''
      return quotedText() ?? bareText()
    },
    /** All that follows, as typed. */
    remainder(): string {
      skipBlanks()
      return line.slice(at).trim()
    },
  }
}

/** Reads the arguments of a command from `line`, beginning at `from`, behind its name. */
export function parseArguments(shape: Shape, line: string, from: number): Parsed {
  const reader = createReader(line, from)
  const values: Record<string, string> = {}
  const problems: Problem[] = []
  const byFlag = new Map(shape.fields.map((field) => [flagName(field.name), field]))
  const positional = shape.fields.filter((field) => !field.flag)
  let confirm: string | null = null
  let flagsEnded = false

  const nextPositional = () => positional.find((field) => !Object.hasOwn(values, field.name))
  const problem = (field: string | null, message: string) => problems.push({ field, message })

  /** Takes a flag; false when the word is none, so that it is read as text. */
  function takeFlag(word: Word): boolean {
    const match = FLAG.exec(line.slice(word.start, word.end))
    if (!match) return false
    const name = (match[1] ?? '').toLowerCase()
    const field = byFlag.get(name)
    const mine = field !== undefined || (name === 'confirm' && shape.confirms)
    // A long dash begins ordinary sentences too: it is a flag only where the command has one of that name.
    if (!mine && !line.startsWith('--', word.start)) return false
    reader.next()
    if (!mine) {
      problem(null, `There is no option --${name}. Put -- before text that begins with dashes.`)
      return true
    }
    const given = match[2] === '=' ? reader.valueAt(word.start + match[0].length) : null
    if (!field) confirm = given ?? takeValue() ?? ''
    else if (Object.hasOwn(values, field.name)) problem(field.name, `--${name} is given twice.`)
    else if (field.kind === 'boolean') values[field.name] = given ?? 'true'
    else {
      const value = given ?? takeValue()
      if (value === null) problem(field.name, `--${name} needs a value.`)
      else values[field.name] = value
    }
    return true
  }
  function takeValue(): string | null {
    const word = reader.peek()
    if (!word || FLAG.test(line.slice(word.start, word.end))) return null
    reader.next()
    return word.text
  }

  for (let word = reader.peek(); word && problems.length < MAX_PROBLEMS; word = reader.peek()) {
    if (!flagsEnded && !word.quoted && word.text === '--') {
      flagsEnded = true
      reader.next()
      continue
    }
    if (!flagsEnded && takeFlag(word)) continue
    const field = nextPositional()
    if (field?.rest) {
      let text = reader.remainder()
      for (let last = flagsEnded ? null : lastFlag(text, shape); last; last = lastFlag(text, shape)) {
        text = text.slice(0, last.start).trimEnd()
        if (!last.field) confirm = last.value
        else if (Object.hasOwn(values, last.field.name)) problem(last.field.name, `--${last.name} is given twice.`)
        else values[last.field.name] = last.value
      }
      if (text !== '') values[field.name] = text
      break
    }
    if (!field) {
      problem(null, `Nothing is expected at “${shortened(reader.remainder())}”.`)
      break
    }
    values[field.name] = word.text
    reader.next()
  }
  return { values, confirm, problems }
}

interface LastFlag {
  readonly name: string
  /** Null for the confirmation. */
  readonly field: Field | null
  readonly value: string
  readonly start: number
}
/** The flag of this command with which a text of one line ends. Whatever else begins with dashes there is text. */
function lastFlag(text: string, { fields, confirms }: Shape): LastFlag | null {
  if (text.includes('\n')) return null
  const from = Math.max(0, text.length - MAX_TAIL)
  // With one character more, so that what begins in the middle of a word is not taken for a beginning.
  const match = LAST_FLAG.exec(from === 0 ? text : `x${text.slice(from)}`)
  if (!match) return null
  const name = (match[1] ?? '').toLowerCase()
  const field = fields.find((one) => one.flag && flagName(one.name) === name) ?? null
  if (!field && !(confirms && name === 'confirm')) return null
  const isYesOrNo = field?.kind === 'boolean'
  // '--dry and more' is text: such a flag has no value of its own.
  if (isYesOrNo && match[3] !== undefined) return null
  const given = match[2] ?? match[3] ?? (isYesOrNo ? 'true' : null)
  if (given === null) return null
  return {
    name,
    field,
    value: given.replace(/^"(.*)"$/, '$1'),
    start: from === 0 ? match.index : from + match.index - 1,
  }
}

/** The line that `parseArguments` reads back as the same values: what buttons carry and people can type. */
export function formatLine(shape: Shape, values: Readonly<Record<string, string>>, confirm?: string): string {
  const words = confirm === undefined ? [shape.name] : [shape.name, `--confirm=${confirm}`]
  const given = shape.fields.filter((field) => values[field.name] !== undefined && values[field.name] !== '')
  for (const field of given.filter((f) => f.flag)) words.push(namedWord(field, values[field.name] ?? ''))
  let inOrder = true
  for (const field of shape.fields.filter((f) => !f.flag)) {
    const value = values[field.name]
    if (value === undefined || value === '') inOrder = false
    else if (!inOrder || (field.rest && !isPlainRest(value, shape, words.length === 1)))
      words.push(namedWord(field, value))
    else if (field.rest) words.push(value)
    else words.push(isPlainWord(value, shape, words.length === 1) ? value : quote(value))
  }
  return words.join(' ')
}

const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`
function namedWord(field: Field, value: string): string {
  const name = `--${flagName(field.name)}`
  if (field.kind === 'boolean') return value === 'true' ? name : `${name}=${value}`
  return /^[\p{L}\p{N}_.:/@#-]+$/u.test(value) ? `${name}=${value}` : `${name}=${quote(value)}`
}
/** Would this word be read back as it stands? */
function isPlainWord(value: string, shape: Shape, first: boolean): boolean {
  if (first && shape.nextWords.has(value.toLowerCase())) return false
  return (
    !/[\s\\]/.test(value) && !(value.charAt(0) in CLOSERS) && !/^[-—–]/.test(value) && !INVISIBLE.test(value.charAt(0))
  )
}
function isPlainRest(value: string, shape: Shape, first: boolean): boolean {
  if (value.trim() !== value || INVISIBLE.test(value.charAt(0))) return false
  if (lastFlag(value, shape)) return false
  const word = createReader(value).next()
  if (!word || word.text === '--' || FLAG.test(value.slice(word.start, word.end))) return false
  return !(first && shape.nextWords.has(word.text.toLowerCase()))
}
/** The first words of a long text, for quoting it in a message. */
export const shortened = (text: string, maxText = 40) => {
  const line = text.slice(0, maxText * 2).replace(/\s+/g, ' ')
  return line.length > maxText ? `${line.slice(0, maxText - 1)}…` : line
}
