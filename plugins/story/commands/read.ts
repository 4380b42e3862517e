import { z } from 'zod'
import { type Block, type Command, defineCommand, type Message, type Waiting } from '#contract'
import { formatReference, parseReference } from '../reference.ts'
import { renderGherkin, renderStory } from '../render.ts'
import type { Listed } from '../search/store.ts'
import { type Desk, readerOf, sourceOf } from './desk.ts'
import { storyId, versionFlag } from './fields.ts'

const LISTED = 15
/** Of each kind: what waits should be seen without scrolling. */
const MINE = 5

export function readCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'story show',
      summary: 'Show a story, as a card or as Gherkin',
      args: z.object({
        id: storyId,
        gherkin: z.boolean().default(false).meta({ flag: true }).describe('As a Gherkin feature file'),
        version: versionFlag.describe('An earlier version'),
      }),
      examples: ['story show ST-12', 'story show ST-12 --gherkin', 'story show ST-12 --version 1'],
      allow: 'viewer',
      sideEffects: 'none',
      source: sourceOf(desk),
      async run({ id, gherkin, version }, ctx) {
        const saved = await desk.store().get(ctx.workspace, parseReference(id), version)
        return gherkin
          ? renderGherkin(saved)
          : renderStory(saved, saved.version === saved.latest ? {} : { actions: [] })
      },
    }),
    defineCommand({
      name: 'story list',
      summary: 'List stories, newest first, or find some',
      args: z.object({
        mine: z.boolean().default(false).meta({ flag: true }).describe('Yours, and what waits for approval'),
        query: z.string().trim().max(200).optional().meta({ rest: true }).describe('Words, draft or approved'),
      }),
      examples: ['story list', 'story list saved card', 'story list approved', 'story list --mine'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ query, mine }, ctx) {
        if (mine) {
          const [stories, others] = await Promise.all([
            desk.search().mine(ctx.workspace, MINE + 1, readerOf(ctx)),
            desk.waitingFor(ctx, MINE),
          ])
          return renderMine({ ...stories, others })
        }
        const wanted = (query ?? '').trim()
        return renderList(await desk.search().list(ctx.workspace, wanted, LISTED + 1, readerOf(ctx)), wanted)
      },
    }),
  ]
}

const cellsOf = (r: Listed) => [formatReference(r.number), r.title, r.state, r.updatedAt.toISOString().slice(0, 10)]

function renderMine({
  own,
  waiting,
  others,
}: {
  readonly own: readonly Listed[]
  readonly waiting: readonly Listed[]
  /** Questions of other plugins to this person. */
  readonly others: readonly Waiting[]
}): Message {
  const write = { kind: 'form', label: 'New story', run: 'story', style: 'primary' } as const
  const part = (heading: string, rows: readonly Listed[], none: string, verb: string): readonly Block[] => {
    const shown = rows.slice(0, MINE)
    if (shown.length === 0)
      return [
        { kind: 'heading', text: heading },
        { kind: 'text', markdown: none },
      ]
    const more = rows.length > MINE ? [{ kind: 'note', markdown: `The newest ${MINE}` } as const] : []
    const items = shown.map((r) => {
      const id = formatReference(r.number)
      return { kind: 'button', label: `${verb} ${id}`, run: `story show ${id}` } as const
    })
    return [
      { kind: 'heading', text: heading },
      { kind: 'table', head: ['Story', 'Title', 'State', 'Changed'], rows: shown.map(cellsOf) },
      ...more,
      { kind: 'actions', items },
    ]
  }
  const asked = others.slice(0, MINE)
  const questions: readonly Block[] =
    asked.length === 0
      ? []
      : [
          { kind: 'heading', text: 'Waiting for you' },
          { kind: 'table', head: ['Run', 'What'], rows: asked.map(({ reference, title }) => [reference, title]) },
          {
            kind: 'actions',
            items: asked.map(({ reference, run }) => ({ kind: 'button', label: `Answer ${reference}`, run })),
          },
        ]
  const lines = (rows: readonly Listed[]) =>
    rows.length === 0 ? ['none'] : rows.slice(0, MINE).map((r) => cellsOf(r).join(' · '))
  return {
    text: [
      ...(asked.length > 0
        ? ['Waiting for you', ...asked.map(({ reference, title }) => `${reference} · ${title}`)]
        : []),
      'Your stories',
      ...lines(own),
      'Waiting for approval',
      ...lines(waiting),
    ].join('\n'),
    blocks: [
      ...questions,
      ...part('Your stories', own, 'None yet. Write one as you would say it.', 'Show'),
      { kind: 'actions', items: [write] },
      ...part('Waiting for approval', waiting, 'Nothing waits.', 'Review'),
    ],
  }
}

function renderList(rows: readonly Listed[], query: string): Message {
  if (rows.length === 0) {
    return {
      text:
        query === ''
          ? 'No stories yet. Write one: story As a shopper I want to pay with a saved card'
          : `No story says "${query}". See all with: story list`,
    }
  }
  const shown = rows.slice(0, LISTED)
  const cells = shown.map(cellsOf)
  const more =
    rows.length > LISTED
      ? `The newest ${LISTED}; find older ones with words behind story list`
      : `${shown.length} ${shown.length === 1 ? 'story' : 'stories'}`
  return {
    text: [...cells.map((row) => row.join(' · ')), more].join('\n'),
    blocks: [
      { kind: 'table', head: ['Story', 'Title', 'State', 'Changed'], rows: cells },
      { kind: 'note', markdown: more },
      {
        kind: 'actions',
        items: shown.slice(0, 3).map((r) => {
          const id = formatReference(r.number)
          return { kind: 'button', label: `Show ${id}`, run: `story show ${id}` }
        }),
      },
    ],
  }
}
