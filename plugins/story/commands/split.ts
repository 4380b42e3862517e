import { z } from 'zod'
import { type Block, type Command, type Context, defineCommand, type Message } from '#contract'
import { withAddenda } from '../engine.ts'
import { formatReference, parseReference } from '../reference.ts'
import { otherNotes, plain, provenanceLine } from '../render.ts'
import type { Part } from '../split.ts'
import type { NewStory, Saved } from '../store.ts'
import type { Provenance, StoryDraft } from '../version.ts'
import { announceModel, type Desk, placeOf, provenance, readerOf, runOf, sourceOf, writerOf } from './desk.ts'
import { storyId } from './fields.ts'

export function splitCommand(desk: Desk): Command {
  return defineCommand({
    name: 'story split',
    summary: 'Cut a story that is too large into smaller ones',
    args: z.object({ id: storyId }),
    examples: ['story split ST-12'],
    allow: 'member',
    sideEffects: 'hub',
    announce: ({ id }, workspace) =>
      announceModel(desk, `Splitting ${formatReference(parseReference(id))}`, '', workspace),
    source: sourceOf(desk),
    run: ({ id }, ctx) => split(desk, id, ctx),
  })
}

async function split(desk: Desk, id: string, ctx: Context): Promise<Message> {
  const store = desk.store()
  const parent = await store.get(ctx.workspace, parseReference(id))
  const before = await store.writtenBy(ctx)
  if (before.length > 0) return renderSplit(parent, before)
  const { run, settled } = runOf(ctx)
  const made = await desk.engine().split(withAddenda(parent.source, parent.addenda), parent.draft, run)
  await settled()
  if (made.parts.length < 2) {
    const reference = formatReference(parent.number)
    return {
      text: `${reference} stays whole: its criteria show no seam that can be seen without a model. Add criteria for failures or permissions, or shorten it with: story refine ${reference} remove AC-n`,
    }
  }
  const { saved } = await store.create(
    writerOf(ctx),
    placeOf(ctx),
    made.parts.map((part, index) =>
      childOf(parent, part, index, provenance({ ...made, tokens: index === 0 ? made.tokens : 0 })),
    ),
    readerOf(ctx),
  )
  return renderSplit(parent, saved)
}

/** Criteria keep their wording and their quotes; ids start anew, because they belong to the new story. */
function childOf(parent: Saved, part: Part, index: number, made: Provenance): NewStory {
  const chosen = part.criteria.flatMap((id) => parent.draft.criteria.filter((c) => c.id === id))
  const criteria = chosen.map((criterion, at) => ({ ...criterion, id: `AC-${at + 1}` }))
  const draft: StoryDraft = {
    ...parent.draft,
    title: part.title,
    goal: part.goal,
    benefit: part.benefit,
    criteria,
    removed: [],
    lastId: criteria.length,
    questions: index === 0 ? parent.draft.questions : [],
    assumptions: index === 0 ? parent.draft.assumptions : [],
    invest: [],
    size: criteria.length <= 2 ? 'S' : criteria.length <= 5 ? 'M' : 'L',
    sizeReason: `${criteria.length} of ${parent.draft.criteria.length} criteria of ${formatReference(parent.number)}`,
  }
  const notes = [`Split from ${formatReference(parent.number)}: ${part.reason}`, ...made.notes].slice(0, 20)
  return {
    source: parent.source,
    sourceHash: null,
    parent: parent.id,
    part: index,
    addenda: parent.addenda,
    draft,
    generated: draft,
    provenance: { ...made, notes },
  }
}

function renderSplit(parent: Saved, children: readonly Saved[]): Message {
  const from = formatReference(parent.number)
  const reasonOf = (child: Saved) => child.provenance.notes[0]?.replace(/^Split from ST-\d+: /, '') ?? ''
  const lines = children.map((child) => ({ id: formatReference(child.number), child }))
  const first = children[0]
  const notes = first ? [provenanceLine(first.provenance), ...otherNotes(first.provenance).slice(1)] : []
  const lead = `${from} as ${children.length} smaller stories; ${from} itself is unchanged.`
  const blocks: Block[] = [
    { kind: 'heading', text: `${from} split into ${children.length}` },
    ...lines.map(
      ({ id, child }): Block => ({
        kind: 'text',
        markdown: `**${id} · ${plain(child.draft.title)}**\n${child.draft.criteria.map((c) => plain(c.title)).join(' · ')}\n_${plain(reasonOf(child))}_`,
      }),
    ),
    { kind: 'note', markdown: [`${from} itself is unchanged`, ...notes.map(plain)].join(' · ') },
    {
      kind: 'actions',
      items: lines.slice(0, 5).map(({ id }) => ({ kind: 'button', label: `Show ${id}`, run: `story show ${id}` })),
    },
  ]
  const text = [
    lead,
    ...lines.map(({ id, child }) => `${id} · ${child.draft.title} (${child.draft.criteria.length} criteria)`),
    ...notes,
  ]
  return { text: text.join('\n'), blocks }
}
