import { z } from 'zod'
import { type Action, type Command, type Context, defineCommand, HubError, type Message } from '#contract'
import { firstVersion } from '../merge.ts'
import { formatReference, sourceHash } from '../reference.ts'
import { actionsOf, renderStory } from '../render.ts'
import { cleanText } from '../source/clean.ts'
import type { Saved } from '../store.ts'
import { announceModel, type Desk, MAX_TEXT, placeOf, provenance, readerOf, runOf, writerOf } from './desk.ts'

const EXAMPLE = 'story As a shopper I want to pay with a saved card'

export function draftCommand(desk: Desk): Command {
  return defineCommand({
    name: 'story',
    summary: 'Turn what you write into a checked user story',
    args: z.object({
      text: z
        .string()
        .max(MAX_TEXT)
        .refine((text) => cleanText(text) !== '', `is empty: write what you want, for example: ${EXAMPLE}`)
        .meta({ rest: true, multiline: true })
        .describe('What somebody wants, in any words and any language'),
    }),
    examples: [EXAMPLE, 'story Export of invoices fails for customers with more than 500 orders'],
    allow: 'member',
    sideEffects: 'hub',
    announce: ({ text }, workspace) => announceModel(desk, 'Drafting a story', text, workspace),
    run: ({ text }, ctx) => draft(desk, text, ctx),
  })
}

async function draft(desk: Desk, text: string, ctx: Context): Promise<Message> {
  const source = cleanText(text)
  if (source === '')
    throw new HubError('INPUT_INVALID', `There is no text: write what you want, for example: ${EXAMPLE}`)
  const store = desk.store()
  const [before] = await store.writtenBy(ctx)
  if (before) return shown(desk, before, ctx)
  const hash = sourceHash(source)
  const cached = await store.sameSource(ctx.workspace, hash, readerOf(ctx))
  if (cached) return again(cached)
  const { run, settled } = runOf(ctx)
  const made = await desk.engine().draft(source, run)
  await settled()
  const first = firstVersion(made.draft)
  const { saved, fresh } = await store.create(
    writerOf(ctx),
    placeOf(ctx),
    [{ source, sourceHash: hash, draft: first, generated: first, provenance: provenance(made) }],
    readerOf(ctx),
  )
  const [story] = saved
  if (!story) throw new HubError('UNAVAILABLE', 'The story could not be stored')
  return fresh ? shown(desk, story, ctx) : again(story)
}

async function shown(desk: Desk, story: Saved, ctx: Context): Promise<Message> {
  return renderStory(story, { similar: await desk.search().similar(story, readerOf(ctx)) })
}

function again(story: Saved): Message {
  const id = formatReference(story.number)
  const anew: Action =
    story.state === 'approved'
      ? {
          kind: 'button',
          label: 'Draft anew',
          run: `story regenerate ${id} --reopen`,
          confirm: `${id} is approved. Reopen it?`,
        }
      : { kind: 'button', label: 'Draft anew', run: `story regenerate ${id}` }
  return renderStory(story, {
    lead: `The same text was drafted before, so this is ${id} again.`,
    label: `same text as ${id}: cached`,
    actions: [anew, ...actionsOf(story).filter((action) => action.label !== 'Regenerate')],
  })
}
