import { z } from 'zod'
import { type Action, type Block, type Command, type Context, defineCommand, type Message } from '#contract'
import { namedHere } from '../access.ts'
import { writeAdr } from '../adr/ask.ts'
import { type Draft, quotedSections, titleOf } from '../adr/draft.ts'
import { draftId } from '../adr/keep.ts'
import { proposeAdr } from '../adr/propose.ts'
import { readMessages } from '../adr/read.ts'
import { adrBlocks } from '../adr/render.ts'
import { clip, count, paragraph, plain } from '../text.ts'
import { boundRepository, type Desk, hiddenNote, nothingHere } from './desk.ts'
import { bare } from './passages.ts'

const TITLE = 100
const REPOSITORIES = 3

export function adrCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'docs adr',
      summary: 'Draft a decision record from the conversation it is typed in',
      args: z.object({
        title: z
          .string()
          .trim()
          .max(20_000)
          .meta({ rest: true, multiline: true })
          .optional()
          .describe('What it is called; where the hub cannot read the conversation, its messages below, one a line'),
      }),
      examples: ['docs adr', 'docs adr Use PostgreSQL for the queue'],
      allow: 'member',
      sideEffects: 'hub',
      run: ({ title = '' }, ctx) => drafted(desk, title, ctx),
    }),
    defineCommand({
      name: 'docs adr propose',
      summary: 'Propose a drafted decision record as a pull request',
      args: z.object({
        draft: z
          .string()
          .trim()
          .regex(/^[0-9a-f]{10}$/, 'must be the id of a draft: press its button, or draft it again with /docs adr')
          .describe('Id of the draft'),
        repository: z.string().trim().min(1).max(200).describe('Repository, such as octo/shop'),
      }),
      examples: ['docs adr propose 0a1b2c3d4e octo/shop'],
      allow: 'member',
      sideEffects: 'outside',
      // Words of a conversation become a file that others read.
      async source({ draft: id }, ctx) {
        const draft = await desk.drafts().get(ctx.workspace, id)
        return (
          draft && { what: `The conversation of “${clip(draft.title, 60)}”`, place: draft.place, author: draft.author }
        )
      },
      async run({ draft: id, repository }, ctx) {
        const bound = await boundRepository(desk, ctx, repository)
        const made = await proposeAdr(desk, { id, plugin: bound.plugin, repository: bound.target }, ctx)
        return paragraph(made.markdown, {
          kind: 'actions',
          items: [{ kind: 'link', label: `Pull request #${made.number}`, url: made.url }],
        })
      },
    }),
  ]
}

async function drafted(desk: Desk, given: string, ctx: Context): Promise<Message> {
  const [first = '', ...rest] = given.split('\n')
  const reader = ctx.place && desk.threadsOf(ctx.place.plugin)
  const said = await readMessages(rest.join('\n'), ctx.place, reader, ctx.signal)
  const asker = desk.asker()
  const asked = asker.hasModel
    ? await writeAdr(asker, { workspace: ctx.workspace, title: first.trim(), signal: ctx.signal }, said)
    : null
  const written = asked?.value ?? null
  const sections = written ? written.sections : quotedSections(said)
  const read = count(said.length, 'message')
  if (sections === null)
    return paragraph(
      `**No decision found** in ${read}. Write one that begins with “Decision:”, then ask for the record again.`,
      {
        kind: 'actions',
        items: [{ kind: 'button', label: 'Read again', run: `docs adr ${clip(first, TITLE)}`.trim() }],
      },
    )
  const id = draftId(ctx.workspace, rest.length > 0 ? null : ctx.place, ctx.jobId)
  const before = await desk.drafts().get(ctx.workspace, id)
  const place = ctx.place && {
    plugin: ctx.place.plugin,
    workspace: ctx.place.workspace,
    channel: ctx.place.channel,
    visibility: ctx.place.visibility,
  }
  const cited = Object.values(sections).flatMap((lines) => lines.flatMap(({ cites }) => cites))
  const days = cited.flatMap(({ message }) => said[message]?.day ?? []).sort()
  const draft: Draft = {
    id,
    title: clip(first.trim() || written?.title || titleOf(sections), TITLE),
    day: days.at(-1) ?? before?.day ?? new Date().toISOString().slice(0, 10),
    said: [...said],
    sections,
    made: asked?.value
      ? `${asked.model ?? 'model'} · ${asked.tokens.toLocaleString('en')} tokens`
      : ['quoted from the messages', ...(asked?.notes ?? ['no model configured'])].join('; '),
    place,
    author: { key: `${ctx.actor.account.plugin}:${ctx.actor.account.id}`, name: ctx.actor.name },
    numbers: before?.numbers ?? {},
    proposed: before?.proposed ?? {},
  }
  await desk.drafts().save(ctx.workspace, draft)
  return shown(draft, read, await buttons(desk, ctx, id))
}

/** One button for each repository of the project that this channel belongs to; without a project, of the workspace. */
async function buttons(desk: Desk, ctx: Context, id: string): Promise<Block> {
  const { bound, hidden } = await namedHere(ctx, desk.bindings(), desk.index())
  const { place } = ctx
  const project = place && (await desk.bindings().projectAt(ctx.workspace, place.plugin, place.channel))
  const own = bound.filter((one) => one.project === project)
  const offered = (own.length > 0 ? own : bound).slice(0, REPOSITORIES)
  if (offered.length === 0) return { kind: 'note', markdown: hidden > 0 ? hiddenNote(hidden) : nothingHere(0) }
  const items = offered.map(
    ({ target }, i, all): Action => ({
      kind: 'button',
      label: all.length === 1 ? 'Open pull request' : `Pull request in ${clip(target, 40)}`,
      run: `docs adr propose ${id} ${target}`,
      ...(i === 0 ? { style: 'primary' as const } : {}),
    }),
  )
  return { kind: 'actions', items }
}

function shown(draft: Draft, read: string, ways: Block): Message {
  const markdown = adrBlocks(draft)
  const blocks: Block[] = [
    { kind: 'heading', text: draft.title },
    { kind: 'text', markdown },
    { kind: 'note', markdown: plain([`draft of a decision record from ${read}`, draft.made].join(' · ')) },
    ways,
  ]
  return { text: `${draft.title}\n${bare(markdown)}`, blocks }
}
