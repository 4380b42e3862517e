import { z } from 'zod'
import { type Command, defineCommand, HubError } from '#contract'
import { editPart, parseCriterionId, removeCriterion, SENTENCE_PARTS } from '../edit.ts'
import { formatReference, parseReference } from '../reference.ts'
import { renderStory } from '../render.ts'
import type { Saved } from '../store.ts'
import type { StoryDraft } from '../version.ts'
import { byHand, type Desk, inPlace, sourceOf, writerOf } from './desk.ts'
import { reopen, storyId } from './fields.ts'

const part = z
  .string()
  .trim()
  .max(20)
  .describe(`Criterion such as AC-2, or ${SENTENCE_PARTS.join(', ')}`)

export function editCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'story edit',
      summary: 'Write a criterion or a part of the sentence yourself',
      args: z.object({
        id: storyId,
        part,
        text: z
          .string()
          .trim()
          .min(1)
          .max(4000)
          .meta({ rest: true, multiline: true })
          .describe('The new text; "Given …, when …, then …" replaces the steps'),
        reopen,
      }),
      examples: [
        'story edit ST-12 AC-2 Given a saved card, when I pay, then no card number is asked',
        'story edit ST-12 title Pay with a saved card',
      ],
      allow: 'member',
      sideEffects: 'hub',
      source: sourceOf(desk),
      async run(args, ctx) {
        const saved = await desk.store().append(writerOf(ctx), parseReference(args.id), args.reopen, (now) => {
          const edited = editPart(now.draft, args.part, args.text)
          return { draft: edited.draft, generated: now.generated, provenance: byHand(now, [edited.part]) }
        })
        return shown(
          saved,
          `${parseCriterionId(args.part) ?? args.part} is yours now; later drafts will not change it.`,
        )
      },
    }),
    defineCommand({
      name: 'story take',
      summary: 'Take the new wording where your own was kept',
      args: z.object({ id: storyId, part, reopen }),
      examples: ['story take ST-12 AC-2'],
      allow: 'member',
      sideEffects: 'hub',
      source: sourceOf(desk),
      async run(args, ctx) {
        const name = parseCriterionId(args.part) ?? args.part.toLowerCase()
        const saved = await desk.store().append(writerOf(ctx), parseReference(args.id), args.reopen, (now) => ({
          draft: take(now, name),
          generated: now.generated,
          provenance: byHand(now, [name]),
        }))
        return shown(saved, `${name} has the new wording.`)
      },
    }),
  ]
}

function shown(saved: Saved | null, lead: string) {
  if (!saved) throw new HubError('CONFLICT', 'Nothing was changed')
  return inPlace(renderStory(saved, { lead }))
}

function take(now: Saved, name: string): StoryDraft {
  const conflict = now.provenance.conflicts.find((c) => c.part === name)
  if (!conflict)
    throw new HubError('NOT_FOUND', `${formatReference(now.number)} has no other wording of ${name} to take`)
  const { theirs } = conflict
  if (theirs === null && name.startsWith('AC-')) return removeCriterion(now.draft, name)
  if (theirs === null || typeof theirs === 'string') return { ...now.draft, [name]: theirs }
  return { ...now.draft, criteria: now.draft.criteria.map((c) => (c.id === name ? theirs : c)) }
}
