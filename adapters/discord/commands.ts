import type { CommandInfo, Field } from '#contract'
import { shorten } from '../shared/cut.ts'
import { clean } from '../shared/text.ts'
import { SIZES } from './limits.ts'

/** Numbers of Discord's: https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type */
const SUBCOMMAND = 1
const SUBCOMMAND_GROUP = 2
const STRING = 3
const BOOLEAN = 5
const NUMBER = 10

export interface Option {
  readonly type: number
  readonly name: string
  readonly description: string
  readonly required?: boolean
  readonly autocomplete?: boolean
  readonly max_length?: number
  readonly choices?: readonly { readonly name: string; readonly value: string }[]
  readonly options?: readonly Option[]
}
export interface Registration {
  readonly type: 1
  readonly name: string
  readonly description: string
  readonly options: readonly Option[]
}
interface Node {
  readonly children: Map<string, Node>
  own?: CommandInfo
}
export interface Registered {
  readonly registrations: readonly Registration[]
  /** What `/story new` runs, by its words. */
  readonly byPath: ReadonlyMap<string, CommandInfo>
}

/**
 * The hub's commands as Discord has them: first word the command, second the subcommand, third in a group. A command that has subcommands
 * can take no text itself, so it becomes a subcommand of its own: `/story new`.
 */
export function registered(commands: readonly CommandInfo[]): Registered {
  const roots = new Map<string, Node>()
  for (const command of commands) {
    let level = roots
    let node: Node | undefined
    for (const word of command.name.split(' ')) {
      node = level.get(word) ?? { children: new Map() }
      level.set(word, node)
      level = node.children
    }
    if (node) node.own = command
  }
  const byPath = new Map<string, CommandInfo>()
  const registrations = [...roots].slice(0, SIZES.commands).map(([word, node]) => rootOf(word, node, byPath))
  return { registrations, byPath }
}
function rootOf(word: string, node: Node, byPath: Map<string, CommandInfo>): Registration {
  const description = node.own?.summary ?? [...node.children.keys()].join(', ')
  const base = { type: 1, name: nameOf(word), description: textOf(description) } as const
  if (node.children.size === 0 && node.own) {
    byPath.set(base.name, node.own)
    return { ...base, options: optionsOf(node.own) }
  }
  return { ...base, options: childrenOf(base.name, node, byPath) }
}
function childrenOf(path: string, node: Node, byPath: Map<string, CommandInfo>): Option[] {
  const entries = [...node.children].map(([word, child]) => childOf(path, word, child, byPath))
  if (node.own) entries.unshift(leafOf(path, ownWord(node), node.own, byPath))
  return entries.slice(0, SIZES.commandOptions)
}
function childOf(path: string, word: string, node: Node, byPath: Map<string, CommandInfo>): Option {
  const name = nameOf(word)
  if (node.children.size === 0 && node.own) return leafOf(path, name, node.own, byPath)
  return {
    type: SUBCOMMAND_GROUP,
    name,
    description: textOf(node.own?.summary ?? [...node.children.keys()].join(', ')),
    options: childrenOf(`${path} ${name}`, node, byPath),
  }
}
function leafOf(path: string, name: string, info: CommandInfo, byPath: Map<string, CommandInfo>): Option {
  byPath.set(`${path} ${name}`, info)
  return { type: SUBCOMMAND, name, description: textOf(info.summary), options: optionsOf(info) }
}
/** A word that is free: `/story new <text>`, `/hub role set <person>`. */
function ownWord({ own, children }: Node): string {
  const words = own?.fields.some((field) => field.multiline) ? ['new', 'draft', 'run'] : ['set', 'run', 'new']
  return words.find((word) => !children.has(word)) ?? 'this'
}
/** Required ones first, as Discord demands. A long text may be left out: then a form asks for it. */
function optionsOf({ fields }: CommandInfo): Option[] {
  const options = fields.map(optionOf)
  return [...options.filter((o) => o.required), ...options.filter((o) => !o.required)].slice(0, SIZES.commandOptions)
}
function optionOf(field: Field): Option {
  const base = {
    name: optionName(field.name),
    description: textOf(field.description || field.label),
    ...(field.required && !field.multiline ? { required: true } : {}),
  }
  if (field.kind === 'boolean') return { ...base, type: BOOLEAN }
  if (field.kind === 'number') return { ...base, type: NUMBER }
  const choices = field.choices ?? []
  if (field.kind === 'choice' && areListable(choices)) {
    return { ...base, type: STRING, choices: choices.map((value) => ({ name: value, value })) }
  }
  const max_length = Math.min(field.maxLength ?? SIZES.optionText, SIZES.optionText)
  return { ...base, type: STRING, max_length, ...(completes(field) ? { autocomplete: true } : {}) }
}
function areListable(choices: readonly string[]): boolean {
  return choices.length <= SIZES.choices && choices.every((c) => c !== '' && c.length <= SIZES.choiceText)
}
function completes(field: Field): boolean {
  return field.kind === 'choice' || isCommandField(field)
}
/** An argument that names a command, as that of help, is completed from the catalog. */
export function isCommandField(field: Field): boolean {
  return field.kind === 'text' && field.name === 'command'
}
/** 'dryRun' → 'dry-run'. */
export function optionName(field: string): string {
  return nameOf(field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))
}
function nameOf(word: string): string {
  return word.slice(0, SIZES.commandName)
}
function textOf(text: string): string {
  return shorten(clean(text).replace(/\s+/g, ' ').trim(), SIZES.commandText) || '…'
}
