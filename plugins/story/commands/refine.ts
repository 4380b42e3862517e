import { z } from 'zod'
import { type Command, type Context, defineCommand, type Message } from '#contract'
import { readMaterial, withAddenda } from '../engine.ts'
import { addOffline, applyLiteral, isLiteral } from '../instruction.ts'
import { sameStory } from '../match.ts'
import { type Merged, merge } from '../merge.ts'
import { formatReference, parseReference } from '../reference.ts'
import { actionsOf, plain, renderStory } from '../render.ts'
import { cleanText } from '../source/clean.ts'
import { findQuote } from '../source/spans.ts'
import { type NewVersion, refuseApproved, type Saved } from '../store.ts'
import type { FreshDraft } from '../version.ts'
import { announceModel, byHand, type Desk, inPlace, provenance, runOf, sourceOf, writerOf } from './desk.ts'
import { reopen, storyId } from './fields.ts'

export function refineCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'story refine',
      summary: 'Change a story by an instruction; what people edited stays',
      args: z.object({
        id: storyId,
        instruction: z
          .string()
          .max(4000)
          .refine((text) => cleanText(text) !== '', 'is empty: write what should change')
          .meta({ rest: true, multiline: true })
          .describe('What should change'),
        reopen,
      }),
      examples: ['story refine ST-12 add a criterion for refunds', 'story refine ST-12 remove AC-3'],
      allow: 'member',
      sideEffects: 'hub',
      announce: ({ id, instruction }, workspace) =>
        isLiteral(instruction)
          ? `Changing ${formatReference(parseReference(id))}`
          : announceModel(desk, `Refining ${formatReference(parseReference(id))}`, instruction, workspace),
      source: sourceOf(desk),
      run: (args, ctx) => refine(desk, args, ctx),
    }),
    defineCommand({
      name: 'story regenerate',
      summary: 'Draft a story anew from its text; what people edited stays',
      args: z.object({ id: storyId, reopen }),
      examples: ['story regenerate ST-12', 'story regenerate ST-12 --reopen'],
      allow: 'member',
      sideEffects: 'hub',
      announce: ({ id }, workspace) =>
        announceModel(desk, `Drafting ${formatReference(parseReference(id))} anew`, '', workspace),
      source: sourceOf(desk),
      run: (args, ctx) => regenerate(desk, args, ctx),
    }),
  ]
}

const conflictLead = (merged: readonly { part: string }[]) =>
  merged.length > 0
    ? ` Your own wording was kept in ${merged.map((c) => c.part).join(', ')}; take the new one below if you prefer it.`
    : ''

function mergedVersion(
  now: Saved,
  seen: Saved,
  fresh: FreshDraft,
  made: Parameters<typeof provenance>[0],
): NewVersion & Merged {
  const merged = merge(now.generated, now.draft, fresh, seen.draft)
  return { ...merged, provenance: provenance(made, merged.conflicts) }
}

async function refine(
  desk: Desk,
  args: { id: string; instruction: string; reopen: boolean },
  ctx: Context,
): Promise<Message> {
  const number = parseReference(args.id)
  const store = desk.store()
  const [before] = await store.writtenBy(ctx)
  if (before) return inPlace(renderStory(before, { lead: `Refined to v${before.version}.` }))
  const current = await store.get(ctx.workspace, number)
  if (!args.reopen) refuseApproved(current)
  const instruction = cleanText(args.instruction)

  if (applyLiteral(current.draft, instruction)) {
    let done = ''
    const saved = await store.append(writerOf(ctx), number, args.reopen, (now) => {
      const applied = applyLiteral(now.draft, instruction)
      if (!applied) return null
      done = applied.done
      return { draft: applied.draft, generated: now.generated, provenance: byHand(now), instruction }
    })
    return inPlace(renderStory(saved ?? current, { lead: `${done || 'Done'}.` }))
  }

  const { run, settled } = runOf(ctx)
  const material = withAddenda(current.source, [...current.addenda, instruction])
  const made = await desk.engine().revise(material, current.draft, instruction, run)
  await settled()
  const { draft } = made
  if (draft) {
    const saved = await store.append(writerOf(ctx), number, args.reopen, (now) => ({
      ...mergedVersion(now, current, draft, made),
      addenda: [...now.addenda, instruction],
      instruction,
    }))
    return inPlace(
      renderStory(saved ?? current, { lead: `Refined as asked.${conflictLead(saved?.provenance.conflicts ?? [])}` }),
    )
  }
  let done: string | null = null
  const saved = await store.append(writerOf(ctx), number, args.reopen, (now) => {
    const addenda = [...now.addenda, instruction]
    const { spans } = readMaterial(withAddenda(now.source, addenda))
    const cite = (quote: string) => {
      const found = findQuote(spans, quote)
      return found && { span: found.span.id, quote: found.quote }
    }
    const added = addOffline(now.draft, instruction, cite, desk.draftOffline)
    if (!added) return null
    done = added.done
    return {
      draft: added.draft,
      generated: now.generated,
      addenda,
      provenance: provenance(made, now.provenance.conflicts),
      instruction,
    }
  })
  if (saved && done !== null)
    return inPlace(renderStory(saved, { lead: `${done}, drafted offline from your instruction.` }))
  return couldNot(current, instruction, made.notes)
}

/** Honest about what cannot be done without a model, with what can. */
function couldNot(story: Saved, instruction: string, notes: readonly string[]): Message {
  const id = formatReference(story.number)
  const first = story.draft.criteria[0]?.id ?? 'AC-1'
  const why = `${id} was not changed: without a model I cannot work out "${instruction.slice(0, 200)}" (${notes.join('; ')}).`
  const how = [
    'This works without one:',
    `story refine ${id} add a criterion for …`,
    `story refine ${id} remove ${first}`,
    `story refine ${id} rename ${first} to …`,
    `story edit ${id} ${first} Given …, when …, then …`,
  ]
  return {
    text: [why, ...how].join('\n'),
    blocks: [
      { kind: 'text', markdown: plain(why) },
      { kind: 'text', markdown: [how[0], ...how.slice(1).map((line) => `- \`${line}\``)].join('\n') },
      { kind: 'actions', items: actionsOf(story).filter((a) => a.label === 'Refine' || a.label === 'Show Gherkin') },
    ],
  }
}

async function regenerate(desk: Desk, args: { id: string; reopen: boolean }, ctx: Context): Promise<Message> {
  const number = parseReference(args.id)
  const store = desk.store()
  const [before] = await store.writtenBy(ctx)
  if (before) return inPlace(renderStory(before, { lead: `Drafted anew: v${before.version}.` }))
  const current = await store.get(ctx.workspace, number)
  if (!args.reopen) {
    refuseApproved(current)
    await desk.refuseFinished(current, ctx)
  }
  const { run, settled } = runOf(ctx)
  const made = await desk.engine().draft(current.source, run, { current: current.draft, addenda: current.addenda })
  await settled()
  const saved = await store.append(writerOf(ctx), number, args.reopen, (now) => {
    const next = mergedVersion(now, current, made.draft, made)
    // A version that says the same would only push the one that people know away.
    return sameStory(next.draft, now.draft) && next.conflicts.length === 0 && now.state === 'draft' ? null : next
  })
  if (saved)
    return inPlace(
      renderStory(saved, { lead: `Drafted anew: v${saved.version}.${conflictLead(saved.provenance.conflicts)}` }),
    )
  const why =
    made.by === 'offline'
      ? 'The offline drafter writes the same draft for the same text'
      : 'The new draft says the same'
  return inPlace(renderStory(current, { lead: `${why}, so v${current.version} stands.` }))
}
