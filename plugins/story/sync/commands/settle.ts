import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Message } from '#contract'
import { provenance, runOf, sourceOf, writerOf } from '../../commands/desk.ts'
import { reopen, storyId } from '../../commands/fields.ts'
import { parseCriterionId } from '../../edit.ts'
import { merge } from '../../merge.ts'
import { formatReference } from '../../reference.ts'
import { plain } from '../../render.ts'
import { refuseApproved, type Saved } from '../../store.ts'
import { refusalOf } from '../apply.ts'
import { issueCard } from '../card.ts'
import { finishedError, isFinished } from '../finished.ts'
import { generateFor } from '../generate.ts'
import type { Agreements, SyncConflict } from '../merge.ts'
import { issueText } from '../stale.ts'
import type { IssueLink } from '../store.ts'
import { hashOf } from '../tracked.ts'
import { linksOf, noIssue, privateSource, type SyncDesk, storyOf } from './desk.ts'
import { issueKey, trackerName } from './fields.ts'
import { done, issueOf } from './push.ts'

export function settleCommands(sync: SyncDesk): readonly Command[] {
  return [
    defineCommand({
      name: 'story criteria',
      summary: 'Write acceptance criteria for an issue',
      args: z.object({ tracker: trackerName, issue: issueKey }),
      examples: ['story criteria jira PAY-12'],
      allow: 'member',
      sideEffects: 'outside',
      async run({ tracker: plugin, issue: key }, ctx) {
        const { issue, place } = await issueOf(sync, ctx, plugin, key)
        const at = { workspace: ctx.workspace, plugin, trackerWorkspace: issue.workspace, issueId: issue.id }
        const standing = await sync.deps().links.get(at)
        if (standing) return done(sync, ctx, standing, null, { restore: true })
        const { author } = writerOf(ctx)
        const { link } = await generateFor(sync.deps(), ctx, issue, { place, author })
        return done(sync, ctx, link, `${issue.key} has its criteria: ${formatReference(link.storyNumber)}.`)
      },
    }),
    defineCommand({
      name: 'story resolve',
      summary: 'Decide whose wording of a criterion stands',
      args: z.object({
        id: storyId,
        part: z.string().trim().max(20).describe('Criterion, such as AC-2'),
        side: z.enum(['story', 'issue']).describe("story: ours; issue: the tracker's"),
        reopen,
      }),
      examples: ['story resolve ST-12 AC-2 issue'],
      allow: 'member',
      sideEffects: 'outside',
      source: privateSource(sync),
      async run({ id, part, side, reopen: isReopened }, ctx) {
        const story = await storyOf(sync, ctx, id)
        const name = parseCriterionId(part) ?? part
        for (const link of await linksOf(sync, story)) {
          const conflict = link.conflicts.find((c) => c.id === name)
          if (!conflict) continue
          if (side === 'issue' && !isReopened) refuseApproved(story)
          const reason = side === 'issue' ? refusalOf(story.draft, conflict) : null
          if (reason !== null) throw unfit(story, link, name, reason)
          const mine = story.draft.criteria.find((c) => c.id === name)
          const agreed = decided(link.agreed, conflict, side, mine ? hashOf(mine) : null)
          const updated = await sync.deps().links.update(link, { agreed })
          const lead = `${name}: ${side === 'story' ? `${formatReference(story.number)}'s wording stands` : "the issue's wording stands"}.`
          return done(sync, ctx, updated, lead, { reopen: isReopened })
        }
        throw new HubError('NOT_FOUND', `${formatReference(story.number)} and its issues do not differ in ${name}`)
      },
    }),
    defineCommand({
      name: 'story refresh',
      summary: 'Draft the criteria anew from the issue as it reads now; what people edited stays',
      args: z.object({ id: storyId, reopen }),
      examples: ['story refresh ST-12'],
      allow: 'member',
      sideEffects: 'outside',
      source: privateSource(sync),
      run: (args, ctx) => refresh(sync, args, ctx),
    }),
    defineCommand({
      name: 'story issues',
      summary: 'See the issues of a story and where they differ',
      args: z.object({ id: storyId }),
      examples: ['story issues ST-12'],
      allow: 'member',
      sideEffects: 'none',
      source: sourceOf(sync.desk),
      async run({ id }, ctx) {
        const story = await storyOf(sync, ctx, id)
        const links = await linksOf(sync, story)
        if (links.length === 0) throw noIssue(story)
        const cards = links.map((link) => {
          const { title } = sync.deps().tracker(link.plugin)
          return issueCard({ link, story, issue: null, outcome: 'same', taken: [], wrote: false }, title)
        })
        return {
          text: cards.map(({ text }) => text).join('\n\n'),
          blocks: cards.flatMap(({ blocks }) => blocks ?? []),
        }
      },
    }),
  ]
}

function unfit(story: Saved, link: IssueLink, part: string, reason: string): HubError {
  const id = formatReference(story.number)
  const cure = `${reason}, or keep ours with "story resolve ${id} ${part} story"`
  return new HubError('INPUT_INVALID', `${part} in ${link.issueKey} does not fit into ${id}. ${cure}`)
}
/** The base that makes the chosen side the one that changed. */
function decided(
  agreed: Agreements,
  { id, issue }: SyncConflict,
  side: 'story' | 'issue',
  storyHash: string | null,
): Agreements {
  const { [id]: _, ...rest } = agreed
  if (side === 'story') return issue === null ? rest : { ...rest, [id]: { tracked: issue, storyHash: '' } }
  // Deleted here, changed there: it comes back, as a person wished.
  if (storyHash === null) return rest
  // Whatever the issue says is new, also where somebody took it back meanwhile.
  return { ...rest, [id]: { tracked: { id, title: '', lines: [] }, storyHash } }
}

async function refresh(sync: SyncDesk, args: { id: string; reopen: boolean }, ctx: Context): Promise<Message> {
  const { store, links, engine, tracker } = sync.deps()
  const story = await storyOf(sync, ctx, args.id)
  const [link] = (await linksOf(sync, story)).filter(({ source }) => source !== null)
  if (!link) throw noIssue(story)
  if (!args.reopen) refuseApproved(story)
  const issue = await tracker(link.plugin).get(link.trackerWorkspace, link.issueId, link.place, ctx.signal)
  if (issue === null) throw new HubError('NOT_FOUND', `${link.issueKey} was deleted, or the hub may no longer see it`)
  if (!args.reopen && isFinished(issue)) throw finishedError(story, issue)
  const text = issueText(issue)
  const [before] = await store.writtenBy(ctx)
  let lead = `${formatReference(story.number)} is drafted from ${issue.key} as it reads now.`
  if (!before) {
    const { run, settled } = runOf(ctx)
    const made = await engine.draft(text, run, { current: story.draft, addenda: story.addenda })
    await settled()
    const saved = await store.append(writerOf(ctx), story.number, args.reopen, (now) => {
      const merged = merge(now.generated, now.draft, made.draft, story.draft)
      return { ...merged, provenance: provenance(made, merged.conflicts), source: text }
    })
    const kept = saved?.provenance.conflicts.map((c) => c.part) ?? []
    if (kept.length > 0) lead += ` People's wording was kept in ${plain(kept.join(', '))}.`
  }
  const current: IssueLink = (await links.get(link)) ?? link
  const updated = current.source === text ? current : await links.update(current, { source: text, stale: [] })
  return done(sync, ctx, updated, lead, { reopen: args.reopen })
}
