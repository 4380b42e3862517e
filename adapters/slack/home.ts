import type { types } from '@slack/bolt'
import type { Block, Catalog, Message, Place } from '#contract'
import { clean } from '../shared/text.ts'
import { SIZES } from './limits.ts'
import { escapeText } from './mrkdwn.ts'
import { workspaceOf } from './place.ts'
import { atomize, renderAtoms } from './render.ts'
import { split } from './split.ts'

/** What somebody sees first: the answer to this command, asked as them. */
const SHOWN = ['story list --mine', 'hub help'] as const
const CHANNEL = /^home:([UW][A-Z0-9]+):(D[A-Z0-9]+)$/

/** The Home tab of one person as a place: who sees it, and the conversation in which its buttons are answered. */
export interface Home {
  readonly user: string
  readonly direct: string
}
export function homePlace(team: string, { user, direct }: Home): Place {
  return { plugin: 'slack', workspace: workspaceOf(team), channel: `home:${user}:${direct}`, visibility: 'private' }
}
export function homeOf({ channel }: Pick<Place, 'channel'>): Home | null {
  const [, user, direct] = CHANNEL.exec(channel) ?? []
  return user && direct ? { user, direct } : null
}
/** The first of our commands that this hub has. */
export function homeCommand(catalog: Pick<Catalog, 'check'>): string {
  return SHOWN.find((line) => catalog.check(line).length === 0) ?? 'hub help'
}

/** https://docs.slack.dev/surfaces/app-home */
export function homeView(message: Message, { direct }: Home, workspace: string): types.HomeView {
  const blocks = (message.blocks ?? []).filter((block) => block.kind !== 'file').map(withoutTable)
  // What does not fit is left out: the commands behind the buttons show the rest.
  const [fitting] = split({ text: message.text, blocks })
  const rendered = renderAtoms((fitting?.blocks ?? []).flatMap(atomize))
  const text = escapeText(message.text).slice(0, SIZES.section).toWellFormed().trim()
  const plain: types.KnownBlock = { type: 'section', text: { type: 'mrkdwn', text: text || '…', verbatim: true } }
  return { type: 'home', private_metadata: `${workspace} ${direct}`, blocks: rendered.length > 0 ? rendered : [plain] }
}
/** Where what is pressed in the Home tab is answered: the workspace it was published in, and the person's own conversation with the bot. */
export function readHome(privateMetadata: string): { readonly team: string | null; readonly direct: string } | null {
  // Earlier versions wrote the conversation alone.
  const [, team = null, direct] = /^(?:slack:(\S+) )?(D\S+)$/.exec(privateMetadata) ?? []
  return direct ? { team, direct } : null
}
/** Views take no tables: https://docs.slack.dev/reference/block-kit/blocks/table-block. Each row is a line, its first cell in bold. */
function withoutTable(block: Block): Block {
  if (block.kind !== 'table') return block
  const lines = block.rows.map(([first = '', ...rest]) => {
    const [name, ...cells] = [first, ...rest].map((cell) =>
      clean(cell)
        .replace(/[\\`*_[\]<>~|]/g, '\\$&')
        .trim(),
    )
    return [`**${name}**`, ...cells.filter((cell) => cell !== '')].join(' · ')
  })
  return { kind: 'text', markdown: lines.join('\n') }
}
