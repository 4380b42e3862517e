import {
  type Catalog,
  type Command,
  type CommandCall,
  type CommandInfo,
  type CommandInput,
  type Form,
  HubError,
} from '#contract'
import { checkExamples, checkedFields, type Owners } from './catalog-check.ts'
import { fieldsOf, usageOf } from './fields.ts'
import { spelledLine, spelledValues, spelling } from './mentions.ts'
import { nearestCommands, spokenOf } from './nearest.ts'
import { shortTitle } from './title.ts'
import { checkValues } from './values.ts'
import { createReader, formatLine, type Parsed, type Problem, parseArguments, type Shape, shortened } from './words.ts'

export type Values = Readonly<Record<string, string>>
export type Resolution =
  | {
      readonly kind: 'run'
      readonly command: Command
      readonly args: unknown
      /** The arguments as texts, by name. */
      readonly values: Values
      /** Code of a confirmation that came with the call. */
      readonly confirm: string | null
    }
  | {
      readonly kind: 'invalid'
      readonly command: Command
      readonly problems: readonly Problem[]
      readonly usage: string
      /** What was given and is not at fault: a form asks only for the others. */
      readonly values: Values
    }
  | {
      readonly kind: 'unknown'
      readonly typed: string
      readonly nearest: readonly string[]
      /** Commands that a sentence speaks of, best first; null: it is too short for one. */
      readonly spokenOf: readonly string[] | null
    }
  | { readonly kind: 'empty' }

/** The commands of all plugins, ready to be asked: everything that a schema tells is read once, when it is made. */
export interface CommandCatalog extends Catalog {
  resolve(input: CommandInput): Resolution
  /** The input with the account of each person who is mentioned where its command asks for one; any other text keeps the readable name. */
  withAccounts(call: Pick<CommandCall, 'input' | 'mentions' | 'actor'>): CommandInput
  /** What the acknowledgement says before the job starts; null: nothing, or a question or a refusal will follow. */
  announce(call: Pick<CommandCall, 'input' | 'workspace'>): string | null
  /** The line that resolves to this command with these values again. */
  format(command: Command, values: Values, confirm?: string): string
}

interface Entry {
  readonly command: Command
  readonly info: CommandInfo
  readonly shape: Shape
}
/** Which command a line names, its first words, and where the arguments begin. */
type Found = { readonly entry: Entry | null; readonly words: readonly string[]; readonly from: number }

const MAX_NAME_WORDS = 3
const MENTION = /^@hub[:,]?$/

/**
 * `owners` names the plugin of each command, for the error messages.
 * @throws HubError CONFIG_INVALID: names taken twice, arguments the hub cannot ask for, examples that do not parse
 */
export function createCatalog(commands: readonly Command[], owners: Owners = new Map()): CommandCatalog {
  const entries = new Map<string, Entry>()
  for (const [command, fields] of checkedFields(commands, owners, fieldsOf)) {
    const { name, summary, examples, allow, sideEffects } = command
    const shape = {
      name,
      fields,
      nextWords: nextWordsOf(name, commands),
      confirms: command.confirm !== undefined || command.source !== undefined,
    }
    const info = {
      name,
      summary,
      usage: usageOf(name, fields),
      examples,
      allow,
      sideEffects,
      fields,
      byProject: command.project !== undefined,
    }
    entries.set(name, { command, info, shape })
  }
  const names = [...entries.keys()]

  function resolve(input: CommandInput): Resolution {
    if (typeof input !== 'string') {
      const entry = entries.get(input.command)
      if (!entry) return unknown(input.command.split(' '), names)
      return check(entry, { values: knownValues(entry, input.values), confirm: null, problems: [] })
    }
    const { entry, words, from } = find(entries, input)
    if (entry) return check(entry, parseArguments(entry.shape, input, from))
    return words.length > 0 ? unknown(words, names, input.slice(0, MAX_SENTENCE)) : { kind: 'empty' }
  }
  function withAccounts({ input, mentions, actor }: Pick<CommandCall, 'input' | 'mentions' | 'actor'>): CommandInput {
    if (!mentions) return input
    const found = typeof input === 'string' ? find(entries, input) : { entry: entries.get(input.command), from: 0 }
    const fields = found.entry?.info.fields ?? []
    if (!found.entry || !fields.some((field) => field.person)) return input
    const spell = spelling(mentions, actor)
    return typeof input === 'string'
      ? spelledLine(found.entry.shape, input, found.from, spell)
      : { ...input, values: spelledValues(fields, input.values, spell) }
  }
  function announce({ input, workspace }: Pick<CommandCall, 'input' | 'workspace'>): string | null {
    // Most commands announce nothing: then their arguments need not be read here.
    const named = typeof input === 'string' ? find(entries, input).entry : entries.get(input.command)
    if (!named?.command.announce) return null
    const resolved = resolve(input)
    if (resolved.kind !== 'run') return null
    const { command, args, confirm } = resolved
    try {
      // A question comes first: saying now what will happen would promise it.
      if (!command.announce || (confirm === null && command.confirm?.(args))) return null
      return command.announce(args, workspace)
    } catch {
      // The acknowledgement must not fail over its wording; what is wrong shows when the command itself runs.
      return null
    }
  }
  function isPrivate(input: CommandInput): boolean {
    const resolved = resolve(input)
    if (resolved.kind !== 'run') return true
    return (
      resolved.command.private === true ||
      (resolved.confirm === null && Boolean(resolved.command.confirm?.(resolved.args)))
    )
  }
  function form(run: string): Form | null {
    const { entry, from } = find(entries, run)
    if (!entry || entry.info.fields.length === 0) return null
    const { values } = parseArguments(entry.shape, run, from)
    const { name, summary, fields } = entry.info
    return {
      command: name,
      title: shortTitle(summary, name),
      submit: submitLabel(name),
      // A flag that may be left out is for those who type; a form asks what the command cannot do without.
      fields: fields.flatMap((field) => {
        const value = values[field.name]
        if (value !== undefined) return [{ ...field, value }]
        return field.flag && !field.required ? [] : [field]
      }),
    }
  }
  function format(command: Command, values: Values, confirm?: string): string {
    const entry = entries.get(command.name)
    if (!entry) throw new HubError('NOT_FOUND', `The command '${command.name}' is not in this catalog`)
    return formatLine(entry.shape, values, confirm)
  }
  checkExamples(commands, owners, (command, example) => {
    const resolved = resolve(example)
    if (resolved.kind === 'run' && resolved.command !== command) return `it runs '${resolved.command.name}'.`
    return problemsOf(resolved)[0]?.message ?? null
  })
  return {
    commands: [...entries.values()].map((entry) => entry.info),
    match: (line) => find(entries, line).entry?.info ?? null,
    check: (input) => problemsOf(resolve(input)),
    resolve,
    withAccounts,
    announce,
    isPrivate,
    form,
    format,
  }
}

/** The longest name the line begins with. '/story', '@hub story' and, for 'hub help', '@hub help' are understood. */
function find(entries: ReadonlyMap<string, Entry>, line: string): Found {
  const reader = createReader(line)
  const words: string[] = []
  const ends: number[] = []
  let mentioned = false
  while (words.length < MAX_NAME_WORDS) {
    const word = reader.next()
    if (!word || (word.quoted && words.length > 0)) break
    const text = word.text.toLowerCase()
    if (words.length === 0 && (text === '/' || MENTION.test(text))) {
      mentioned ||= text !== '/'
      continue
    }
    words.push(words.length === 0 && text.startsWith('/') ? text.slice(1) : text)
    ends.push(word.end)
    if (word.quoted) break
  }
  for (let length = words.length; length > 0; length--) {
    const name = words.slice(0, length).join(' ')
    const entry = entries.get(name) ?? (mentioned ? entries.get(`hub ${name}`) : undefined)
    if (entry) return { entry, words, from: ends[length - 1] ?? line.length }
  }
  return { entry: null, words, from: line.length }
}

function check(entry: Entry, parsed: Parsed): Resolution {
  const { command, info } = entry
  const invalid = (problems: readonly Problem[]): Resolution => ({
    kind: 'invalid',
    command,
    problems,
    usage: info.usage,
    values: Object.fromEntries(
      Object.entries(parsed.values).filter(([name]) => problems.every((p) => p.field !== name)),
    ),
  })
  if (parsed.problems.length > 0) return invalid(parsed.problems)
  const checked = checkValues(command.args, info.fields, parsed.values)
  if (!checked.ok) return invalid(checked.problems)
  return { kind: 'run', command, args: checked.args, values: checked.values, confirm: parsed.confirm }
}

/** As far as a sentence is looked through for commands. */
const MAX_SENTENCE = 500

function unknown(words: readonly string[], names: readonly string[], sentence = ''): Resolution {
  const [first = ''] = words
  const group = names.filter((name) => name.startsWith(`${first} `))
  const near = nearestCommands(words, group.length > 0 ? group : names)
  const typed = group.length > 0 ? words.slice(0, 2).join(' ') : first
  const isSentence = group.length === 0 && near.length === 0 && words.length > 1
  return {
    kind: 'unknown',
    typed: shortened(typed),
    nearest: near.length > 0 ? near : group,
    spokenOf: isSentence ? spokenOf(sentence.split(/\s+/), names) : null,
  }
}

function problemsOf(resolved: Resolution): readonly Problem[] {
  if (resolved.kind === 'run') return []
  if (resolved.kind === 'invalid') return resolved.problems
  if (resolved.kind === 'empty') return [{ field: null, message: 'Nothing was typed.' }]
  const [nearest] = resolved.nearest
  const cure = nearest ? ` Did you mean ${nearest}?` : ''
  return [{ field: null, message: `There is no command “${resolved.typed}”.${cure}` }]
}

/** What a form may send: anything else in it is not an argument of this command. */
function knownValues(entry: Entry, values: Values): Values {
  const known = entry.info.fields.filter((field) => Object.hasOwn(values, field.name))
  return Object.fromEntries(known.map((field) => [field.name, values[field.name] ?? '']))
}
function nextWordsOf(name: string, commands: readonly Command[]): ReadonlySet<string> {
  const longer = commands.filter((command) => command.name.startsWith(`${name} `))
  return new Set(longer.map((command) => command.name.slice(name.length + 1).split(' ')[0] ?? ''))
}
function submitLabel(name: string): string {
  const [, ...verbs] = name.split(' ')
  const verb = verbs.at(-1) ?? 'run'
  return verb.charAt(0).toUpperCase() + verb.slice(1)
}
