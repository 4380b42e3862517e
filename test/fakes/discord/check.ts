import type { Json } from './state.ts'

/**
 * What Discord refuses in messages, forms and commands, and what a reader sees of them. Written from
 * https://docs.discord.com/developers/resources/message and https://docs.discord.com/developers/components/reference, apart from the
 * adapter's own table.
 */
const obj = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(obj) : [])
const str = (value: unknown): string => (typeof value === 'string' ? value : '')

export function checkMessage(body: Json, files: number, isFresh: boolean): string[] {
  const problems: string[] = []
  const embeds = list(body.embeds)
  const content = str(body.content)
  if (content.length > 2_000) problems.push(`content: ${content.length} of 2000`)
  if (embeds.length > 10) problems.push(`embeds: ${embeds.length} of 10`)
  let total = 0
  for (const [i, embed] of embeds.entries()) {
    const sizes = { title: 256, description: 4_096 }
    for (const [name, max] of Object.entries(sizes)) {
      const text = str(embed[name])
      if (text.length > max) problems.push(`embeds[${i}].${name}: ${text.length} of ${max}`)
      problems.push(...checkMarkdown(text).map((p) => `embeds[${i}].${name}: ${p}`))
      total += text.length
    }
    const footer = str(obj(embed.footer).text)
    if (footer.length > 2_048) problems.push(`embeds[${i}].footer: ${footer.length} of 2048`)
    if (list(embed.fields).length > 25) problems.push(`embeds[${i}].fields`)
    total += footer.length
    const words = `${str(embed.title)}${str(embed.description)}${footer}`
    if (words.trim() === '' && list(embed.fields).length === 0) problems.push(`embeds[${i}]: empty`)
  }
  if (total > 6_000) problems.push(`embeds: ${total} of 6000 characters`)
  problems.push(...checkRows(body.components))
  if (isFresh && content === '' && embeds.length === 0 && files === 0) problems.push('cannot send an empty message')
  const mentions = obj(body.allowed_mentions)
  if (!Array.isArray(mentions.parse) || mentions.parse.length > 0) problems.push('allowed_mentions: may notify people')
  const nonce = body.nonce
  if (nonce !== undefined && (typeof nonce !== 'string' || nonce.length > 25))
    problems.push('nonce: over 25 characters')
  return problems
}
function checkRows(components: unknown): string[] {
  const problems: string[] = []
  const ids = new Set<string>()
  const rows = list(components)
  if (rows.length > 5) problems.push(`components: ${rows.length} rows of 5`)
  for (const [r, row] of rows.entries()) {
    const buttons = list(row.components)
    if (row.type !== 1) problems.push(`components[${r}]: type ${String(row.type)}`)
    if (buttons.length < 1 || buttons.length > 5) problems.push(`components[${r}]: ${buttons.length} buttons of 5`)
    for (const [b, button] of buttons.entries()) {
      const at = `components[${r}][${b}]`
      const label = str(button.label)
      if (button.type !== 2) problems.push(`${at}: type ${String(button.type)}`)
      if (label === '' || label.length > 80) problems.push(`${at}: label of ${label.length}`)
      if (button.style === 5) {
        if (!/^https?:\/\/.{1,505}$/.test(str(button.url))) problems.push(`${at}: url`)
        if (button.custom_id !== undefined) problems.push(`${at}: link with custom_id`)
        continue
      }
      const id = str(button.custom_id)
      if (![1, 2, 3, 4].includes(Number(button.style))) problems.push(`${at}: style`)
      if (id === '' || id.length > 100) problems.push(`${at}: custom_id of ${id.length}`)
      if (ids.has(id)) problems.push(`${at}: custom_id twice`)
      ids.add(id)
    }
  }
  return problems
}
/** Signs of a cut in the wrong place. */
function checkMarkdown(text: string): string[] {
  const problems: string[] = []
  if ((text.match(/```/g)?.length ?? 0) % 2 === 1) problems.push('a code fence that is not closed')
  if (!text.isWellFormed()) problems.push('half a character')
  return problems
}
export function checkModal(view: Json): string[] {
  const problems: string[] = []
  const title = str(view.title)
  if (title === '' || title.length > 45) problems.push(`title of ${title.length}`)
  if (str(view.custom_id) === '' || str(view.custom_id).length > 100) problems.push('custom_id')
  const labels = list(view.components)
  if (labels.length < 1 || labels.length > 5) problems.push(`${labels.length} inputs of 5`)
  const ids = new Set<string>()
  for (const label of labels) {
    const input = obj(label.component)
    const id = str(input.custom_id)
    if (label.type !== 18) problems.push(`component of type ${String(label.type)}`)
    if (str(label.label) === '' || str(label.label).length > 45) problems.push(`label of ${str(label.label).length}`)
    if (str(label.description).length > 100) problems.push('description over 100')
    if (id === '' || id.length > 100 || ids.has(id)) problems.push(`input ${id}`)
    ids.add(id)
    if (input.type === 3 && (list(input.options).length < 1 || list(input.options).length > 25))
      problems.push('options')
    if (input.type === 4 && !(Number(input.max_length ?? 1) >= 1 && Number(input.max_length ?? 1) <= 4_000))
      problems.push('max_length')
    if (![3, 4].includes(Number(input.type))) problems.push(`input of type ${String(input.type)}`)
  }
  return problems
}
const NAME = /^[-_\p{L}\p{N}]{1,32}$/u
export function checkCommands(commands: unknown): string[] {
  const problems: string[] = []
  const named = (all: readonly Json[], at: string) => {
    const names = all.map((one) => str(one.name))
    if (new Set(names).size !== names.length) problems.push(`${at}: a name twice`)
    for (const one of all) {
      const name = str(one.name)
      if (!NAME.test(name) || name !== name.toLowerCase()) problems.push(`${at} ${name}: name`)
      if (str(one.description) === '' || str(one.description).length > 100) problems.push(`${at} ${name}: description`)
    }
  }
  const options = (all: readonly Json[], at: string, depth: number) => {
    if (all.length > 25) problems.push(`${at}: ${all.length} options of 25`)
    named(all, at)
    const isBranch = (one: Json) => one.type === 1 || one.type === 2
    if (all.some(isBranch) && !all.every(isBranch)) problems.push(`${at}: options beside subcommands`)
    const firstOptional = all.findIndex((one) => one.required !== true)
    if (firstOptional >= 0 && all.slice(firstOptional).some((one) => one.required === true))
      problems.push(`${at}: a required option behind an optional one`)
    for (const one of all) {
      const here = `${at} ${str(one.name)}`
      if (one.type === 2 && depth > 0) problems.push(`${here}: a group in a group`)
      if (isBranch(one)) options(list(one.options), here, one.type === 2 ? 1 : 2)
      if (list(one.choices).length > 25) problems.push(`${here}: choices`)
      if (list(one.choices).length > 0 && one.autocomplete === true) problems.push(`${here}: choices and autocomplete`)
    }
  }
  if (!Array.isArray(commands) || commands.length > 100) return ['not a list of at most 100 commands']
  named(list(commands), 'command')
  for (const command of list(commands)) options(list(command.options), `/${str(command.name)}`, 0)
  return problems
}

export interface Reading {
  readonly words: string
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}
/** Text as Discord shows it: code as it stands, outside of it mentions and links live and backslashes gone. */
function readMarkdown(text: string): Reading {
  const mentions: string[] = []
  const links: string[] = []
  const parts = text.split(/(```[\s\S]*?```|(?<!\\)`[^`\n]+`)/)
  const words = parts.map((part, i) => {
    if (i % 2 === 1) return part.replace(/^```[\w+-]*\n|```$|^`|`$/g, '')
    mentions.push(...(part.match(/(?<!\\)<(?:@[!&]?|#)\w+>|@everyone|@here/g) ?? []))
    return part
      .replace(/(?<!\\)\[((?:\\.|[^\\[\]])*)\]\(([^()\s]+)\)/g, (_all, label: string, url: string) => {
        links.push(url)
        return label
      })
      .replace(/https?:\/\/[^\s<>)]+/g, (url) => {
        links.push(url)
        return url
      })
      .replace(/^(?:-# |#{1,3} )/gm, '')
      .replace(/\\([^\p{L}\p{N}\s])/gu, '$1')
  })
  return { words: words.join(''), mentions, links }
}
/** A message as people see it: text, cards, buttons and what its files hold. */
export function readMessage(message: {
  readonly content?: unknown
  readonly embeds?: unknown
  readonly components?: unknown
  readonly files?: readonly { readonly text: string }[]
}): Reading {
  const embeds = list(message.embeds)
  const texts = [str(message.content), ...embeds.flatMap((e) => [str(e.title), str(e.description)])]
  const readings = texts.filter((text) => text !== '').map(readMarkdown)
  const buttons = buttonsOf(message)
  return {
    words: [
      ...readings.map((r) => r.words),
      ...buttons.map((b) => str(b.label)),
      ...(message.files ?? []).map((file) => file.text),
    ].join('\n'),
    mentions: readings.flatMap((r) => r.mentions),
    links: [...readings.flatMap((r) => r.links), ...buttons.map((b) => str(b.url)).filter((url) => url !== '')],
  }
}
export function buttonsOf(message: { readonly components?: unknown }): Json[] {
  return list(message.components).flatMap((row) => list(row.components))
}
