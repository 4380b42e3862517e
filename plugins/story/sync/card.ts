import type { Action, Block, Context, Message, Place, TrackedCriterion } from '#contract'
import { formatReference } from '../reference.ts'
import { plain } from '../render.ts'
import type { SourcePlace } from '../store.ts'
import { refusalOf } from './apply.ts'
import { issueText } from './stale.ts'
import type { IssueLink } from './store.ts'
import type { Synced } from './sync.ts'

const SHOWN_CONFLICTS = 3
const SHOWN_DIFF = 1_500

/** How an issue and its story stand to each other: one message, edited with each change. */
export function issueCard(synced: Synced, title: string): Message & Required<Pick<Message, 'card'>> {
  const { link, story, issue } = synced
  const reference = formatReference(story.number)
  const head = `${reference} ↔ ${link.issueKey} · ${story.draft.title}`
  const state = stateOf(synced, title)
  const blocks: Block[] = [
    { kind: 'heading', text: head },
    { kind: 'text', markdown: plain(state) },
  ]
  const actions: Action[] = []
  const lines: string[] = []
  for (const [index, conflict] of link.conflicts.entries()) {
    const { id, story: ours, issue: theirs } = conflict
    const reason = refusalOf(story.draft, conflict)
    lines.push(
      reason === null
        ? `${id} is worded differently in ${reference} and in ${title}.`
        : `${id} in ${title} does not fit into ${reference}. ${reason}, or keep ours.`,
    )
    if (index >= SHOWN_CONFLICTS) continue
    const both = `In ${reference}: ${said(ours)}\nIn ${title}: ${said(theirs)}`
    const head = reason === null ? `${id} is worded differently` : `${id} in ${title} does not fit into ${reference}`
    blocks.push({ kind: 'text', markdown: `**${head}**\n${both}${reason === null ? '' : `\n${plain(reason)}.`}` })
    actions.push({ kind: 'button', label: `${id}: keep ours`, run: `story resolve ${reference} ${id} story` })
    if (reason === null)
      actions.push({ kind: 'button', label: `${id}: take ${title}'s`, run: `story resolve ${reference} ${id} issue` })
  }
  const more = link.conflicts.length - SHOWN_CONFLICTS
  if (more > 0) blocks.push({ kind: 'note', markdown: `${more} more: \`story issues ${reference}\`` })
  if (link.stale.length > 0 && issue && link.source !== null) {
    blocks.push({ kind: 'text', markdown: `**The text behind ${link.stale.join(', ')} has changed**` })
    blocks.push({ kind: 'diff', before: cut(link.source), after: cut(issueText(issue)) })
    actions.push({ kind: 'button', label: 'Refresh', run: `story refresh ${reference}`, style: 'primary' })
  }
  if (link.state === 'paused')
    actions.push({ kind: 'button', label: 'Put the criteria back', run: `story push ${reference} ${link.plugin}` })
  actions.push({ kind: 'link', label: `Open ${link.issueKey}`, url: link.url })
  blocks.push({ kind: 'actions', items: actions })
  const stale = link.stale.length > 0 ? [`The text behind ${link.stale.join(', ')} has changed.`] : []
  return {
    text: [head, state, ...lines, ...stale, link.url].join('\n'),
    blocks,
    card: { of: `issue ${link.plugin} ${link.trackerWorkspace} ${link.issueId}`, revision: link.revision },
  }
}
function stateOf({ link, story }: Synced, title: string): string {
  if (link.state !== 'linked') return `Not in step: ${link.reason ?? 'it was paused'}.`
  const count = story.draft.criteria.length
  return `${title}: ${link.status} · ${count} ${count === 1 ? 'criterion' : 'criteria'} in step`
}
const said = (criterion: TrackedCriterion | null) =>
  criterion === null ? '_deleted_' : plain(cut([criterion.title, ...criterion.lines].join(' · '), 300))
const cut = (text: string, most = SHOWN_DIFF) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)

/** Is there something a person has to know or decide? */
const needsPeople = (link: IssueLink): boolean =>
  link.conflicts.length > 0 || link.stale.length > 0 || link.state === 'paused'

/**
 * Shows the card where the story was asked for, and in the issue only when somebody has to decide: whoever works there sees the criteria anyway.
 * A card that was shown stays true, so one whose matter is settled is shown once more.
 */
export async function showIssueCard(
  ctx: Context,
  synced: Synced,
  title: string,
  before: IssueLink,
  /** Whoever asked reads the answer: there is no need to tell the same place twice. */
  why: 'asked' | 'happened' = 'happened',
): Promise<void> {
  const { link, story } = synced
  if (link.revision === before.revision) return
  const card = issueCard(synced, title)
  const { place } = story
  const isChat = place !== null && place.plugin !== link.plugin
  if (isChat && !(why === 'asked' && ctx.place?.channel === place.channel)) await ctx.show(chatPlace(place), card)
  const settled = needsPeople(before) && !needsPeople(link)
  if (link.state !== 'gone' && (needsPeople(link) || settled)) await ctx.show(issuePlace(link), card)
}
function chatPlace({ thread, ...place }: SourcePlace): Place {
  return thread === undefined ? place : { ...place, thread }
}
export function issuePlace(link: Pick<IssueLink, 'plugin' | 'trackerWorkspace' | 'issueId'>): Place {
  return { plugin: link.plugin, workspace: link.trackerWorkspace, channel: link.issueId, visibility: 'team' }
}
