import { z } from 'zod'
import {
  type Action,
  type Block,
  type Catalog,
  type Command,
  type CommandInfo,
  defineCommand,
  type Field,
  type Message,
  type Role,
  roleIncludes,
} from '#contract'
import { code, paragraph } from './text.ts'

const EFFECT = {
  none: 'changes nothing',
  hub: 'changes what the hub stores',
  outside: 'changes something outside the hub',
} as const
/** Rows of buttons tire the eye, and platforms cut them (Discord: five in a row). */
const MAX_BUTTONS = 10
/** Above these nobody reads what each of them does: what begins with the same word shares a line, and its button tells more. */
const MAX_LINES = 20

export function helpCommands(catalog: Catalog): readonly Command[] {
  return [
    defineCommand({
      name: 'hub help',
      summary: 'Show what you can do, or how one command works',
      args: z.object({ command: z.string().max(200).optional().meta({ rest: true }).describe('Command to explain') }),
      examples: ['hub help', 'hub help hub why'],
      allow: 'viewer',
      private: true,
      sideEffects: 'none',
      run: ({ command }, ctx) => ({ ...help(catalog, ctx.actor.role, command ?? ''), only: ctx.actor.account }),
    }),
  ]
}

function help(catalog: Catalog, role: Role | null, topic: string): Message {
  const name = topic.trim().toLowerCase().replace(/^\//, '')
  if (name === '') return overview(catalog, role)
  const info = catalog.match(name) ?? catalog.match(`hub ${name}`)
  const group = catalog.commands.filter((command) => command.name.startsWith(`${firstWord(info?.name ?? name)} `))
  const others = group.filter((command) => command !== info && roleIncludes(role, command.allow))
  if (!info) {
    if (others.length > 0) return list(`${code(`/${firstWord(name)}`)} can do this:`, others)
    return paragraph(catalog.check(name)[0]?.message ?? '', {
      kind: 'actions',
      items: [button('All commands', 'hub help')],
    })
  }
  if (!roleIncludes(role, info.allow)) {
    return paragraph(`${code(`/${info.name}`)} needs the role **${info.allow}**; you are ${role ?? 'nobody here'}.`, {
      kind: 'actions',
      items: [button('Why?', `hub why ${info.name}`)],
    })
  }
  return detail(info, info.name === firstWord(info.name) ? others : [])
}

function overview(catalog: Catalog, role: Role | null): Message {
  const allowed = catalog.commands.filter((command) => roleIncludes(role, command.allow))
  const groups = new Map<string, CommandInfo[]>()
  for (const command of allowed) {
    const word = firstWord(command.name)
    groups.set(word, [...(groups.get(word) ?? []), command])
  }
  const lines = [...groups.values()].map((commands) => commands.map(line).join('\n'))
  const shown = allowed.length > MAX_LINES ? [...groups].map(([word, commands]) => inOneLine(word, commands)) : lines
  const topics = [...groups.keys()].slice(0, MAX_BUTTONS).map((word) => button(word, `hub help ${word}`))
  const how = 'Type a command, or say it to me in a message. `/hub help <command>` explains one.'
  return {
    text: [...lines, how].join('\n').replaceAll('`', ''),
    blocks: [
      { kind: 'heading', text: 'What I can do for you' },
      ...shown.map((markdown): Block => ({ kind: 'text', markdown })),
      { kind: 'note', markdown: how },
      { kind: 'actions', items: topics },
    ],
  }
}
const line = (command: CommandInfo) => `${code(`/${command.name}`)} ${command.summary}`
/** '`/story` Turn what you write into a checked user story', and below it the words that may follow. */
function inOneLine(word: string, commands: readonly CommandInfo[]): string {
  const [own] = commands.filter(({ name }) => name === word)
  const further = commands.flatMap(({ name }) => (name === word ? [] : [name.slice(word.length + 1)]))
  return [own ? line(own) : code(`/${word}`), further.join('\u00a0· ')].filter(Boolean).join(own ? '\n' : ' ')
}
function list(title: string, commands: readonly CommandInfo[]): Message {
  return paragraph([title, ...commands.map(line)].join('\n'))
}

function detail(info: CommandInfo, others: readonly CommandInfo[]): Message {
  const examples = info.examples.map((example) => `/${example}`).join('\n')
  const rule = `For ${info.allow} and above · ${EFFECT[info.sideEffects]}`
  const args = info.fields.map((field) => ({ label: field.label, value: explain(field) }))
  const usage = `/${info.usage}`
  const ask: Action[] =
    info.fields.length > 0 ? [{ kind: 'form', label: 'Fill in', run: info.name, style: 'primary' }] : []
  const further = others.length > 0 ? [`See also:\n${others.map(line).join('\n')}`] : []
  return {
    text: [
      `/${info.name}: ${info.summary}`,
      `Usage: ${usage}`,
      ...args.map(({ label, value }) => `${label}: ${value}`),
      `Examples:\n${examples}`,
      rule,
      ...further.map((text) => text.replaceAll('`', '')),
    ].join('\n'),
    blocks: [
      { kind: 'heading', text: `/${info.name}` },
      { kind: 'text', markdown: `${info.summary}\nUsage: ${code(usage)}` },
      ...(args.length > 0 ? [{ kind: 'fields', items: args } as const] : []),
      { kind: 'code', text: examples },
      ...further.map((markdown): Block => ({ kind: 'text', markdown })),
      { kind: 'note', markdown: rule },
      ...(ask.length > 0 ? [{ kind: 'actions', items: ask } as const] : []),
    ],
  }
}
function explain(field: Field): string {
  const facts = [
    field.required ? 'required' : 'optional',
    ...(field.choices ? [`one of ${field.choices.join(', ')}`] : []),
    ...(field.kind === 'number' ? ['a number'] : []),
    ...(field.maxLength === undefined ? [] : [`up to ${field.maxLength.toLocaleString('en')} characters`]),
  ].join(', ')
  return field.description ? `${field.description} (${facts})` : facts
}

const firstWord = (name: string) => name.split(/\s/)[0] ?? ''
const button = (label: string, run: string): Action => ({ kind: 'button', label, run })
