import { z } from 'zod'
import {
  type Action,
  type Command,
  type Context,
  defineCommand,
  HubError,
  type Message,
  type TrackerIssue,
} from '#contract'
import { reopen, storyId } from '../../commands/fields.ts'
import { formatReference } from '../../reference.ts'
import { plain, sentenceOf } from '../../render.ts'
import type { Saved } from '../../store.ts'
import { issueCard, showIssueCard } from '../card.ts'
import { syncOthers } from '../job.ts'
import { defaultPlace, rulesOf } from '../rules.ts'
import { type IssueLink, issueFacts } from '../store.ts'
import { syncIssue } from '../sync.ts'
import { toTracked } from '../tracked.ts'
import { linksOf, privateSource, type SyncDesk, storyOf, targetOf } from './desk.ts'
import { issueKey, trackerName } from './fields.ts'
import { alike } from './similar.ts'

export function pushCommands(sync: SyncDesk): readonly Command[] {
  return [
    defineCommand({
      name: 'story push',
      summary: 'Write a story into Jira or Linear; again, it updates the issue',
      args: z.object({
        id: storyId,
        tracker: trackerName,
        project: z.string().trim().max(100).optional().describe('Project, where several are bound'),
        new: z.boolean().default(false).meta({ flag: true }).describe('Make an issue although a similar one exists'),
        reopen,
      }),
      examples: ['story push ST-12 jira', 'story push ST-12 linear PAY'],
      allow: 'member',
      sideEffects: 'outside',
      source: privateSource(sync),
      run: (args, ctx) => push(sync, args, ctx),
    }),
    defineCommand({
      name: 'story link',
      summary: 'Keep the criteria of a story in an issue that exists',
      args: z.object({ id: storyId, tracker: trackerName, issue: issueKey }),
      examples: ['story link ST-12 jira PAY-7'],
      allow: 'member',
      sideEffects: 'outside',
      source: privateSource(sync),
      async run({ id, tracker: plugin, issue: key }, ctx) {
        const story = await storyOf(sync, ctx, id)
        const { issue, place } = await issueOf(sync, ctx, plugin, key)
        const link = await linked(sync, ctx, story, issue, place)
        return done(sync, ctx, link, `${formatReference(story.number)} is in ${issue.key} now.`)
      },
    }),
  ]
}

/** An issue of a bound project, by its key. */
export async function issueOf(sync: SyncDesk, ctx: Context, plugin: string, key: string) {
  const tracker = sync.deps().tracker(plugin)
  const bound = await sync.bindings().list(ctx.workspace, { kind: 'tracker', plugin })
  for (const { targetWorkspace, target, rules } of bound) {
    const place = rulesOf(rules).place ?? defaultPlace(tracker)
    const issue = await tracker.get(targetWorkspace, key, place, ctx.signal)
    // Only what is bound: seeing an issue is no permission to write into its project.
    if (issue && issue.project.toLowerCase() === target.toLowerCase()) return { issue, place }
  }
  throw new HubError('NOT_FOUND', `${key} is in no ${tracker.title} project that is bound here: see "hub projects"`)
}

interface PushArgs {
  readonly id: string
  readonly tracker: string
  readonly project?: string | undefined
  readonly new: boolean
  readonly reopen: boolean
}
async function push(sync: SyncDesk, args: PushArgs, ctx: Context): Promise<Message> {
  const story = await storyOf(sync, ctx, args.id)
  const tracker = sync.deps().tracker(args.tracker)
  const [standing] = await linksOf(sync, story, args.tracker)
  if (standing) return done(sync, ctx, standing, null, { reopen: args.reopen, restore: true })
  const { trackerWorkspace, target, rules } = await targetOf(sync, ctx, args.tracker, args.project)
  const place = rulesOf(rules).place ?? defaultPlace(tracker)
  if (!args.new) {
    const query = { project: target, text: story.draft.title, limit: 10 }
    const { issues } = await tracker.search(trackerWorkspace, query, place, ctx.signal)
    const similar = alike(story.draft.title, issues)
    if (similar.length > 0) return askFirst(story, args, similar, tracker.title)
  }
  const parent = await parentOf(sync, story, args.tracker, trackerWorkspace)
  const reference = formatReference(story.number)
  const { issue } = await tracker.create(
    {
      workspace: trackerWorkspace,
      project: target,
      title: story.draft.title,
      body: bodyOf(story),
      section: {
        storyRef: reference,
        criteria: story.draft.criteria.map((c) => toTracked(c, story.draft.language)),
        notes: [],
        place,
      },
      ...(parent === null ? {} : { parentId: parent }),
      key: await keyOf(sync, story, args.tracker, target),
    },
    ctx.signal,
  )
  const link = await linked(sync, ctx, story, issue, place)
  return done(sync, ctx, link, `${reference} is ${issue.key} now.`)
}

/**
 * The same story again is the same issue, even after a lost answer or a button that was pressed twice. A tracker knows a key for ever, so each issue
 * that is gone makes another one.
 */
async function keyOf({ deps }: SyncDesk, story: Saved, plugin: string, target: string): Promise<string> {
  const gone = await deps().links.countGone(story.workspace, story.id, plugin)
  return [story.workspace, story.id, target, ...(gone > 0 ? [gone] : [])].join(':')
}

/** A part of a split becomes a sub-task of the issue of the whole. */
async function parentOf(
  sync: SyncDesk,
  story: Saved,
  plugin: string,
  trackerWorkspace: string,
): Promise<string | null> {
  if (story.parent === null) return null
  const links = await linksOf(sync, { workspace: story.workspace, id: story.parent }, plugin)
  return links.find((link) => link.trackerWorkspace === trackerWorkspace)?.issueId ?? null
}
function bodyOf({ draft }: Saved): string {
  const questions =
    draft.questions.length > 0 ? ['', '**Open questions**', '', ...draft.questions.map((q) => `- ${plain(q)}`)] : []
  return [plain(sentenceOf(draft)), ...questions].join('\n')
}

async function linked(
  sync: SyncDesk,
  ctx: Context,
  story: Saved,
  issue: TrackerIssue,
  place: IssueLink['place'],
): Promise<IssueLink> {
  const { links } = sync.deps()
  const at = { workspace: ctx.workspace, plugin: issue.plugin, trackerWorkspace: issue.workspace, issueId: issue.id }
  await links.insert({
    ...at,
    ...issueFacts(issue),
    storyId: story.id,
    storyNumber: story.number,
    place,
    state: 'linked',
    reason: null,
    agreed: {},
    conflicts: [],
    stale: [],
    source: null,
    backfill: null,
  })
  const link = await links.get(at)
  if (link?.storyId === story.id) return link
  const other = link ? formatReference(link.storyNumber) : 'another story'
  throw new HubError('CONFLICT', `${issue.key} holds the criteria of ${other}: an issue has one story`)
}

/** Brings it into step and says how it stands, where the command was typed. */
export async function done(
  sync: SyncDesk,
  ctx: Context,
  link: IssueLink,
  lead: string | null,
  options: { readonly reopen?: boolean; readonly restore?: boolean } = {},
): Promise<Message> {
  const tracker = sync.deps().tracker(link.plugin)
  const synced = await syncIssue(sync.deps(), ctx, link, options)
  await syncOthers(ctx, sync.deps().links, synced)
  await showIssueCard(ctx, synced, tracker.title, link, 'asked')
  const { card: _, ...message } = issueCard(synced, tracker.title)
  const said = lead ?? outcome(synced, link)
  return {
    ...message,
    text: `${said}\n${message.text}`,
    blocks: [{ kind: 'text', markdown: plain(said) }, ...(message.blocks ?? [])],
    inPlace: true,
  }
}
function outcome(
  { outcome: how, wrote, taken, link, story }: Awaited<ReturnType<typeof syncIssue>>,
  { issueKey: key }: IssueLink,
): string {
  const reference = formatReference(story.number)
  if (how === 'gone') return `${key} is gone: ${link.reason ?? 'the hub cannot see it'}. Push again to make a new one.`
  if (how === 'finished') return `${key} is ${link.status}, so it was left alone: add --reopen to change it.`
  if (how === 'paused') return `${key} was left alone: ${link.reason ?? 'it is paused'}.`
  if (how === 'same') return `${key} says the same as ${reference} already.`
  const took = taken.length > 0 ? ` ${reference} took over ${taken.join(', ')}.` : ''
  return `${wrote ? `${key} is updated.` : `${key} was up to date.`}${took}`
}

function askFirst(story: Saved, args: PushArgs, similar: readonly TrackerIssue[], title: string): Message {
  const id = formatReference(story.number)
  const lead = `${title} has ${similar.length === 1 ? 'an issue' : 'issues'} much like ${id}. Nothing was made yet.`
  const items: Action[] = [
    ...similar.map(
      (issue): Action => ({
        kind: 'button',
        label: `Use ${issue.key}`,
        run: `story link ${id} ${args.tracker} ${issue.key}`,
      }),
    ),
    {
      kind: 'button',
      label: 'Make a new one',
      run: `story push ${id} ${args.tracker}${args.project ? ` ${args.project}` : ''} --new`,
    },
  ]
  const list = similar.map((issue) => `${issue.key} ${issue.title} (${issue.status.name})`)
  return {
    text: [lead, ...list].join('\n'),
    blocks: [
      { kind: 'text', markdown: plain(lead) },
      {
        kind: 'text',
        markdown: similar.map((i) => `- [${i.key}](${i.url}) ${plain(i.title)} · ${plain(i.status.name)}`).join('\n'),
      },
      { kind: 'actions', items },
    ],
    inPlace: true,
  }
}
