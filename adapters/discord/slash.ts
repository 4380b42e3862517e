import type { Catalog, CommandInfo, Field } from '#contract'
import { shorten } from '../shared/cut.ts'
import { createMentionWords, type MentionWords } from '../shared/mentions.ts'
import { isCommandField, optionName, type Registered } from './commands.ts'
import { SIZES } from './limits.ts'
import type { CommandData } from './payloads.ts'
import { decodeText } from './text.ts'

type Option = CommandData['options'][number]
/** Subcommands and their groups hold the options of the command that is meant. */
const isBranch = (option: Option): boolean => option.type === 1 || option.type === 2

export interface Slash {
  readonly command: CommandInfo
  readonly values: Readonly<Record<string, string>>
  readonly mentioned: MentionWords
  /** The option being typed, in a request for suggestions. */
  readonly focused: { readonly field: Field; readonly typed: string } | null
}
/** Null where Discord still knows a command that the hub has no more. */
export function parseSlash(data: CommandData, { byPath }: Registered): Slash | null {
  const words = [data.name]
  let options: readonly Option[] = data.options
  for (let branch = options.find(isBranch); branch; branch = options.find(isBranch)) {
    words.push(branch.name)
    options = branch.options ?? []
  }
  const command = byPath.get(words.join(' '))
  if (!command) return null
  const fields = new Map(command.fields.map((field) => [optionName(field.name), field]))
  const values: Record<string, string> = {}
  const mentioned = createMentionWords()
  let focused: Slash['focused'] = null
  for (const option of options) {
    const field = fields.get(option.name)
    if (!field || option.value === undefined) continue
    const value = decodeText(String(option.value), data.resolved, mentioned)
    values[field.name] = value
    if (option.focused) focused = { field, typed: value }
  }
  return { command, values, mentioned, focused }
}
/** Suggestions from memory: the choices of the argument, or the names of commands. */
export function suggestions({ focused }: Slash, catalog: Catalog): readonly { name: string; value: string }[] {
  if (!focused) return []
  const { field, typed } = focused
  const all = isCommandField(field) ? catalog.commands.map(({ name }) => name) : (field.choices ?? [])
  const wanted = typed.trim().toLowerCase()
  const found = all.filter((one) => one.toLowerCase().includes(wanted) && one.length <= SIZES.choiceText)
  const starting = found.filter((one) => one.toLowerCase().startsWith(wanted))
  return [...new Set([...starting, ...found])]
    .slice(0, SIZES.choices)
    .map((value) => ({ name: shorten(value, SIZES.choiceText), value }))
}
/** Long texts that are required and were left out: a form asks for them. */
export function leavesOpen({ command, values }: Slash): boolean {
  return command.fields.some((field) => field.required && field.multiline && !values[field.name]?.trim())
}
