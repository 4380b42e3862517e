import type { Action, Block, DeploymentState, DeploymentView, Message } from '#contract'
import { isOpen } from '../model.ts'
import { clip, count, duration, plain, shortSha } from '../text.ts'

const SHOWN_COMMITS = 4
const SHOWN_STORIES = 5
const SHOWN_ISSUES = 8
const MAX_LINE = 90

export const LOOKS: Readonly<Record<DeploymentState, readonly [string, string]>> = {
  waiting: ['⏸', 'waits for approval'],
  queued: ['🕓', 'is queued'],
  running: ['🚀', 'is being deployed'],
  succeeded: ['✅', 'is live'],
  failed: ['❌', 'failed'],
  cancelled: ['⚪', 'was cancelled'],
  'rolled-back': ['↩', 'was rolled back'],
}

/** What the card shows beyond the deployment itself. */
export interface CardExtra {
  readonly issues: readonly string[]
  readonly environmentUrl: string | null
  /** 'Ada, Ben' and how many are still needed. */
  readonly approvedBy: readonly string[]
  readonly approvalsMissing: number
  /** Can the hub itself bring back what was live before? */
  readonly canRollBack: boolean
  /** What its run left behind, as lines. */
  readonly artifacts: { readonly markdown: string; readonly text: string } | null
  /**
   * Shown to people of another workspace, perhaps to everybody: commands typed there are not about this deployment, so there are links alone, and
   * what stories are called stays where they were written.
   */
  readonly elsewhere: boolean
}

const stateLine = ({ service, environment, state }: DeploymentView): string => {
  const [mark, words] = LOOKS[state]
  return `${mark} ${service} → ${environment} ${words}`
}

/** The one card of a deployment, the same in every place; `text` says all of it where there are no cards. */
export function renderCard(view: DeploymentView, extra: CardExtra): Message & Required<Pick<Message, 'card'>> {
  const { commits, stories, reason } = view
  const facts = factsOf(view)
  const notes = notesOf(view, extra)
  const commitLines = commits
    .slice(-SHOWN_COMMITS)
    .map((c) => `${shortSha(c.sha)} ${clip(c.message, MAX_LINE)} (${c.author})`)
  const storyLines = stories
    .slice(0, SHOWN_STORIES)
    .map((story) => storyLine(extra.elsewhere ? { ...story, title: '' } : story))
  const what = changedLine(view, extra)
  const more = (all: number, shown: number) => (all > shown ? [`and ${all - shown} more`] : [])
  const lists = [
    ...commitLines,
    ...more(commits.length, SHOWN_COMMITS),
    ...storyLines,
    ...more(stories.length, SHOWN_STORIES),
  ]
  const blocks: Block[] = [
    { kind: 'heading', text: stateLine(view) },
    { kind: 'text', markdown: facts.map(plain).join(' · ') },
    ...(reason ? [{ kind: 'text' as const, markdown: `**${plain(reason)}**` }] : []),
    ...(what
      ? [{ kind: 'text' as const, markdown: [plain(what), ...lists.map((l) => `- ${plain(l)}`)].join('\n') }]
      : []),
    ...(extra.artifacts ? [{ kind: 'text' as const, markdown: extra.artifacts.markdown }] : []),
    ...(notes.length > 0 ? [{ kind: 'note' as const, markdown: notes.map(plain).join('\n') }] : []),
    ...(actionsOf(view, extra).length > 0 ? [{ kind: 'actions' as const, items: actionsOf(view, extra) }] : []),
  ]
  const text = [
    stateLine(view),
    facts.join(' · '),
    ...(reason ? [reason] : []),
    ...(what ? [what, ...lists.map((l) => `- ${l}`)] : []),
    ...(extra.artifacts ? [extra.artifacts.text] : []),
    ...notes,
  ].join('\n')
  return { text, blocks, card: { of: `deployment ${view.id}`, revision: view.revision } }
}

function factsOf({ reference, ref, sha, by, startedAtMs, finishedAtMs, rollsBack }: DeploymentView): string[] {
  const what = [...(ref ? [ref] : []), ...(sha ? [shortSha(sha)] : [])]
  return [
    reference,
    ...(what.length > 0 ? [what.join(' @ ')] : []),
    ...(by ? [`by ${by}`] : []),
    ...(finishedAtMs !== null && finishedAtMs - startedAtMs >= 1000
      ? [`took ${duration(finishedAtMs - startedAtMs)}`]
      : []),
    ...(rollsBack ? [`takes back ${rollsBack}`] : []),
  ]
}
function changedLine({ commits, stories }: DeploymentView, { issues }: CardExtra): string | null {
  const parts = [
    ...(commits.length > 0 ? [count(commits.length, 'commit')] : []),
    ...(stories.length > 0 ? [count(stories.length, 'story', 'stories')] : []),
    ...(issues.length > 0 ? [`issues ${issues.slice(0, SHOWN_ISSUES).join(', ')}`] : []),
  ]
  return parts.length > 0 ? `Brings ${parts.join(', ')}` : null
}
export function storyLine({ reference, title, criteria }: DeploymentView['stories'][number]): string {
  const verified = criteria.filter((c) => c.verified).length
  const held =
    criteria.length === 0 ? 'no criteria' : `${verified} of ${count(criteria.length, 'criterion', 'criteria')} verified`
  return `${[reference, clip(title, MAX_LINE)].filter((part) => part !== '').join(' ')}: ${held}`
}
function notesOf({ state, project, repository }: DeploymentView, extra: CardExtra): string[] {
  const { approvedBy, approvalsMissing } = extra
  const needed = state === 'waiting' ? [`${count(approvalsMissing, 'approval')} missing`] : []
  return [
    ...(approvedBy.length > 0 || needed.length > 0
      ? [[...(approvedBy.length > 0 ? [`approved by ${approvedBy.join(', ')}`] : []), ...needed].join(', ')]
      : []),
    ...((project && !extra.elsewhere) || repository
      ? [[extra.elsewhere ? null : project, repository].filter((part) => part !== null).join(' · ')]
      : []),
  ]
}

function actionsOf(view: DeploymentView, { canRollBack, environmentUrl, elsewhere }: CardExtra): Action[] {
  const { reference, state, url } = view
  const button = (label: string, run: string, style?: 'primary' | 'danger'): Action => ({
    kind: 'button',
    label,
    run,
    ...(style ? { style } : {}),
  })
  const all: Action[] = [
    ...(state === 'waiting' ? [button('Approve', `deploy approve ${reference}`, 'primary')] : []),
    ...(state === 'waiting' ? [{ kind: 'form' as const, label: 'Reject', run: `deploy reject ${reference}` }] : []),
    // The hub asks before it runs, on every platform.
    ...(canRollBack ? [button('Roll back', `deploy rollback ${reference}`, 'danger')] : []),
    ...(url ? [{ kind: 'link' as const, label: 'Logs', url }] : []),
    ...(state === 'succeeded' && environmentUrl ? [{ kind: 'link' as const, label: 'Open', url: environmentUrl }] : []),
    button('Details', `deploy show ${reference}`),
    ...(isOpen(state) ? [button('Cancel', `deploy cancel ${reference}`)] : []),
  ]
  return elsewhere ? all.filter(({ kind }) => kind === 'link') : all
}
