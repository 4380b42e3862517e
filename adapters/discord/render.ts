import type { APIEmbed } from 'discord.js'
import type { Block, Message } from '#contract'
import { markdownPieces, pieces } from '../shared/cut.ts'
import { diffText } from '../shared/lines.ts'
import { clean } from '../shared/text.ts'
import type { Press } from './buttons.ts'
import * as element from './elements.ts'
import { SIZES } from './limits.ts'
import { escapeText, fence, toDiscord } from './markdown.ts'

/** Discord's blurple; the bar on the left of each message. */
const COLOUR = 0x5865f2
/** Text of one atom, with room for what joins them. */
const ATOM = SIZES.description - 96

export interface AttachedFile {
  readonly name: string
  readonly mediaType: string
  readonly text: string
}
/** What is sent to Discord for one part. */
export interface DiscordBody {
  readonly embeds: readonly APIEmbed[]
  readonly components: readonly element.Row[]
  /** Nobody is ever notified: https://docs.discord.com/developers/resources/message#allowed-mentions-object */
  readonly allowed_mentions: { readonly parse: never[] }
  readonly files: readonly AttachedFile[]
  /** Commands of buttons that are kept by key, to be stored before the message is sent. */
  readonly stored: readonly (readonly [key: string, press: Press])[]
}

export function render(message: Message): DiscordBody {
  const blocks = message.blocks ?? []
  const others = blocks.filter((block) => block.kind !== 'file')
  const atoms = others.length > 0 ? others.flatMap(atomize) : textAtoms(message.text)
  const rows: element.BuiltRow[] = []
  let buttons = 0
  for (const atom of atoms) {
    if (atom.kind !== 'actions') continue
    rows.push(element.buttonRow(atom.items, buttons))
    buttons += atom.items.length
  }
  return {
    embeds: [embedOf(atoms)],
    components: rows.map(({ row }) => row),
    allowed_mentions: { parse: [] },
    files: blocks.flatMap((block) => (block.kind === 'file' ? [fileOf(block)] : [])),
    stored: rows.flatMap(({ stored }) => stored),
  }
}
function fileOf({ name, mediaType, text }: Extract<Block, { kind: 'file' }>): AttachedFile {
  return { name: name.replace(/[^\w.-]+/g, '-').slice(-SIZES.fileName) || 'file.txt', mediaType, text: clean(text) }
}
/** Plain text as blocks that show it as it is. */
export function textAtoms(text: string): readonly Atom[] {
  return pieces(text, (p) => escapeText(p).length <= ATOM, ATOM).map((value) => ({ kind: 'plain', text: value }))
}

export type Atom = Exclude<Block, { kind: 'file' }> | { readonly kind: 'plain'; readonly text: string }
/** Blocks small enough that each fits into one message. Whoever splits a message splits between these. */
export function atomize(block: Block): readonly Atom[] {
  switch (block.kind) {
    case 'heading': {
      const text = clean(block.text).replace(/\s+/g, ' ').trim()
      if (text === '') return []
      return pieces(text, (p) => escapeText(p).length <= ATOM - 4, ATOM).map((p) => ({ kind: 'heading', text: p }))
    }
    case 'text':
    case 'note':
      return markdownPieces(block.markdown, (p) => textOf({ kind: block.kind, markdown: p }).length <= ATOM, ATOM - 200)
        .map((markdown) => ({ kind: block.kind, markdown }) as const)
        .filter((atom) => textOf(atom) !== '')
    case 'code':
      return codePieces(block.text, block.language)
    case 'diff':
      return codePieces(diffText(block.before, block.after), 'diff')
    case 'table':
      return block.head.length + block.rows.length === 0 ? [] : codePieces(element.table(block.head, block.rows))
    case 'fields':
      return block.items.flatMap(fieldAtoms)
    case 'progress': {
      const labels = pieces(clean(block.label), (p) => escapeText(p).length <= ATOM - 100, ATOM - 100)
      const before = labels.slice(0, -1).map((text) => ({ kind: 'plain', text }) as const)
      return [...before, { ...block, label: labels.at(-1) ?? '' }]
    }
    case 'actions': {
      const printed = block.items
        .filter((item) => !element.isButton(item))
        .flatMap((i) => atomize(element.printedAction(i)))
      const buttons = block.items.filter(element.isButton)
      const rows: Atom[] = []
      for (let i = 0; i < buttons.length; i += SIZES.buttonsInRow) {
        rows.push({ kind: 'actions', items: buttons.slice(i, i + SIZES.buttonsInRow) })
      }
      return [...printed, ...rows]
    }
    case 'file':
      return codePieces(block.text)
    default:
      return block satisfies never
  }
}
function codePieces(text: string, language?: string): Atom[] {
  return pieces(clean(text), (p) => fence(p, language).length <= ATOM, ATOM - 200).map((piece) => ({
    kind: 'code',
    text: piece,
    ...(language === undefined ? {} : { language }),
  }))
}
function fieldAtoms(item: { readonly label: string; readonly value: string }): Atom[] {
  const text = fieldText(item)
  if (text.length <= ATOM) return text === '' ? [] : [{ kind: 'fields', items: [item] }]
  return [...textAtoms(item.label), ...textAtoms(item.value)]
}
function fieldText({ label, value }: { readonly label: string; readonly value: string }): string {
  const name = escapeText(label).trim()
  const text = escapeText(value).trim()
  if (name === '' || text === '') return name || text
  return `**${name}${/[:?!.]$/.test(name) ? '' : ':'}**${text.includes('\n') ? '\n' : ' '}${text}`
}
/** What an atom adds to the text of a message; buttons stand below it. */
function textOf(atom: Atom): string {
  switch (atom.kind) {
    case 'heading':
      return `### ${escapeText(atom.text)}`
    case 'plain':
      return escapeText(atom.text)
    case 'text':
      return toDiscord(atom.markdown)
    case 'note':
      return small(toDiscord(atom.markdown))
    case 'code':
      return fence(atom.text, atom.language)
    case 'diff':
      return fence(diffText(atom.before, atom.after), 'diff')
    case 'table':
      return fence(element.table(atom.head, atom.rows))
    case 'fields':
      return atom.items.map(fieldText).join('\n')
    case 'progress':
      return `${escapeText(atom.label)}\n${element.progressText(atom.done, atom.total)}`
    case 'actions':
      return ''
    default:
      return atom satisfies never
  }
}
/** Small grey lines; a fence cannot be one. */
function small(text: string): string {
  if (text.includes('```')) return text
  return text
    .split('\n')
    .map((line) => (line.trim() === '' ? line : `-# ${line.replace(/^(?:### |> )/, '')}`))
    .join('\n')
}
/** Lines that belong together stand close; anything else is parted by an empty line. */
export function joined(atoms: readonly Atom[]): string {
  let out = ''
  let before: Atom['kind'] | null = null
  for (const atom of atoms) {
    const text = textOf(atom)
    if (text.trim() === '') continue
    const close = before === 'heading' || (before === atom.kind && (atom.kind === 'fields' || atom.kind === 'plain'))
    out += before === null ? text : `${close ? '\n' : '\n\n'}${text}`
    before = atom.kind
  }
  return out
}
/** The first heading is the title of the card. */
function embedOf(atoms: readonly Atom[]): APIEmbed {
  const { title, body } = titleOf(atoms)
  const description = joined(body)
  if (title !== null) return { title, color: COLOUR, ...(description === '' ? {} : { description }) }
  return { color: COLOUR, description: description || '(no text)' }
}
export function titleOf(atoms: readonly Atom[]): { title: string | null; body: readonly Atom[] } {
  const [first, ...rest] = atoms
  if (first?.kind !== 'heading') return { title: null, body: atoms }
  const title = escapeText(first.text)
  return title.length <= SIZES.title ? { title, body: rest } : { title: null, body: atoms }
}
