import {
  type Action,
  type Block,
  type Command,
  type Message,
  type Person,
  roleIncludes,
  type Source,
  type Standing,
} from '#contract'
import type { CommandCatalog, Resolution } from './catalog.ts'
import { shortened } from './words.ts'

/** Only commands that exist are offered: the hub also runs without the plugin that explains it. */
const HELP = 'hub help'
const WHY = 'hub why'
const ROLE = 'hub role'

/** Button values are limited (Slack: 2,000 characters); what a form can ask again need not travel in one. */
const MAX_BUTTON_TEXT = 500

const code = (text: string) => `\`${text.replaceAll('`', "'")}\``
const text = (markdown: string): Block => ({ kind: 'text', markdown })
const actions = (items: readonly Action[]): Block[] => (items.length > 0 ? [{ kind: 'actions', items }] : [])
/** The plain text of a message is its markdown without the code marks. */
const plain = (...lines: readonly string[]) => lines.join('\n').replaceAll('`', '').replaceAll('**', '')
const hasCommand = (catalog: CommandCatalog, name: string) => catalog.commands.some((command) => command.name === name)

export function emptyMessage(catalog: CommandCatalog, person: Person): Message {
  const example = catalog.commands.find((c) => c.sideEffects !== 'outside' && roleIncludes(person.role, c.allow))
    ?.examples[0]
  const line = `What shall I do?${example ? ` For example: ${code(`/${example}`)}` : ''}`
  return { text: plain(line), blocks: [text(line), ...actions(helpButtons(catalog, person, ''))] }
}

export function unknownMessage(
  catalog: CommandCatalog,
  { typed, nearest, spokenOf }: Extract<Resolution, { kind: 'unknown' }>,
  person: Person,
): Message {
  if (spokenOf !== null) return sentenceMessage(catalog, spokenOf, person)
  const near = nearest.flatMap((name) =>
    catalog.commands.filter((c) => c.name === name && roleIncludes(person.role, c.allow)),
  )
  const names = near.map((c) => code(`/${c.name}`)).join(', ')
  const begun = near.length > 0 && near.every((c) => c.name.startsWith(`${typed.toLowerCase()} `))
  const line = begun
    ? `${code(`/${typed}`)} needs one more word: ${names}`
    : `I do not know ${code(typed)}.${names && ` Did you mean ${names}?`}`
  // Pressing may not change anything the person did not ask for: a form asks first, and a harmless command harms nobody.
  const offered = near.slice(0, 3).flatMap((c): Action[] => {
    if (catalog.check(c.name).length > 0) return [{ kind: 'form', label: `/${c.name}`, run: c.name }]
    return c.sideEffects === 'none' ? [{ kind: 'button', label: `/${c.name}`, run: c.name }] : []
  })
  const help = offered.some((action) => action.kind === 'button' && action.run === HELP)
    ? []
    : helpButtons(catalog, person, '')
  return { text: plain(line), blocks: [text(line), ...actions([...offered, ...help])] }
}

/** Somebody talks to us as to a person: say in one line what we listen to, and offer what they seem to mean. */
function sentenceMessage(catalog: CommandCatalog, names: readonly string[], person: Person): Message {
  const allowed = catalog.commands.filter((c) => roleIncludes(person.role, c.allow))
  const meant = names.flatMap((name) => allowed.filter((c) => c.name === name))
  const begin = allowed.filter((c) => !c.name.includes(' ') && catalog.form(c.name) !== null).slice(0, 2)
  const shown = meant.length > 0 ? meant : begin
  const list = shown.map((c) => `${code(`/${shortened(c.examples[0] ?? c.name, 120)}`)}: ${c.summary}`)
  const line = meant.length > 0 ? 'Do you mean this?' : 'I listen to commands, so begin with one:'
  const offered = shown.map((c): Action => {
    const isWhole = catalog.check(c.name).length === 0
    return { kind: isWhole && c.sideEffects === 'none' ? 'button' : 'form', label: `/${c.name}`, run: c.name }
  })
  const pressable = offered.filter(({ kind, label }) => kind === 'button' || catalog.form(label.slice(1)) !== null)
  const lines = list.length > 0 ? [line, ...list] : ['I listen to commands.']
  return {
    text: plain(...lines),
    blocks: [text(lines.join('\n')), ...actions([...pressable, ...helpButtons(catalog, person, '')])],
  }
}

export function invalidMessage(
  catalog: CommandCatalog,
  { command, problems, usage, values }: Extract<Resolution, { kind: 'invalid' }>,
): Message {
  const lines = problems.map((problem) => problem.message).join('\n')
  const how = `Usage: ${code(`/${usage}`)}`
  const example = `Example: ${code(`/${shortened(command.examples[0], 120)}`)}`
  const line = catalog.format(command, values)
  const run = line.length <= MAX_BUTTON_TEXT ? line : command.name
  const form = catalog.form(run) ? [{ kind: 'form', label: 'Fill in', run, style: 'primary' } as const] : []
  return {
    text: plain(lines, how, example),
    blocks: [text(lines), text(`${how}\n${example}`), ...actions(form)],
  }
}

export function deniedMessage(denial: {
  readonly catalog: CommandCatalog
  readonly command: Command
  readonly person: Person
  readonly standing: Standing
  readonly admins: readonly string[]
  readonly workspace: string
}): Message {
  const { catalog, command, person, standing, admins, workspace } = denial
  const has = person.role === null ? 'you have no role here' : `you are ${person.role}`
  const rule = `${code(`/${command.name}`)} needs the role **${command.allow}**; ${has}.`
  const account = `${person.account.plugin}:${person.account.id}`
  const grant = hasCommand(catalog, ROLE) ? code(`/${ROLE} ${account} ${command.allow} --workspace=${workspace}`) : null
  const cure = cureOf(standing, admins, grant)
  // Somebody without any role could not run it either.
  const why = hasCommand(catalog, WHY) && person.role !== null
  const lines = why ? [rule, `${cure} ${code(`/${WHY} ${command.name}`)} explains it.`] : [rule, cure]
  const buttons: Action[] = why ? [{ kind: 'button', label: 'Why?', run: `${WHY} ${command.name}` }] : []
  return { text: plain(...lines), blocks: [text(lines.join('\n')), ...actions(buttons)] }
}
/** A name is what its owner typed somewhere: none of its characters may format or link. */
const plainName = (name: string) => name.replace(/[`*_~[\]<>|\\]/g, '')

function cureOf(standing: Standing, admins: readonly string[], grant: string | null): string {
  if (standing.from === 'unconnected') return 'The hub is not connected to this workspace; its operator can connect it.'
  if (admins.length === 0) {
    const how = grant ? ` in the console: ${grant}` : '.'
    return `This workspace has no admin yet. The hub's operator can grant it${how}`
  }
  const more = admins.length > 3 ? ` or ${admins.length - 3} others` : ''
  return `${admins.slice(0, 3).map(plainName).join(', ')}${more} can grant it.`
}

/** Names what was asked for and who may show it, and nothing of what it says. */
export function notShownMessage({ what, author }: Source): Message {
  const line = `${what} was written in a private conversation. Only ${plainName(author.name)} can show it elsewhere; those who were there find it there.`
  return { text: plain(line), blocks: [text(line)] }
}

export function confirmMessage(asked: {
  readonly question: string
  readonly line: string
  readonly command: Command
  /** A code came with the call, and it did not hold. */
  readonly refused: boolean
}): Message {
  const { question, line, command, refused } = asked
  const note = refused
    ? 'That confirmation was not valid: it may be used, older than half an hour, changed, or somebody else’s. Confirm again.'
    : 'Only you can confirm this, within half an hour.'
  return {
    text: `${question}\n${note}\n/${line}`,
    blocks: [
      text(question),
      { kind: 'note', markdown: note },
      {
        kind: 'actions',
        items: [
          {
            kind: 'button',
            label: 'Yes, do it',
            run: line,
            style: command.sideEffects === 'outside' ? 'danger' : 'primary',
          },
        ],
      },
    ],
  }
}

function helpButtons(catalog: CommandCatalog, person: Person, topic: string): Action[] {
  const help = catalog.commands.find((c) => c.name === HELP)
  if (!help || !roleIncludes(person.role, help.allow)) return []
  return [{ kind: 'button', label: 'Help', run: topic ? `${HELP} ${topic}` : HELP }]
}
