import type { DeploymentState, DeploymentView, Message } from '#contract'
import { LOOKS, storyLine } from '../card/render.ts'
import { clip, count, plain, shortSha } from '../text.ts'

const SHOWN_SPOTS = 25
const SHOWN_STORIES = 3
const MAX_LINE = 90
/** Failures first: they are why somebody reads this in the morning. */
const ORDER: readonly DeploymentState[] = [
  'failed',
  'rolled-back',
  'waiting',
  'queued',
  'running',
  'succeeded',
  'cancelled',
]
const SAID: Readonly<Record<DeploymentState, string>> = {
  failed: 'failed',
  'rolled-back': 'rolled back',
  waiting: 'waiting',
  queued: 'queued',
  running: 'running',
  succeeded: 'live',
  cancelled: 'cancelled',
}

/** Several deployments in one message, by service and environment: how each place stands, and what came before in the same time. */
export function renderGroup(
  id: string,
  views: readonly DeploymentView[],
  elsewhere: boolean,
): Message & Required<Pick<Message, 'card'>> {
  const heading = `${count(views.length, 'deployment')}: ${countsOf(views)}`
  const spots = spotsOf(views)
  const shown = spots.slice(0, SHOWN_SPOTS).map((spot) => linesOf(spot, elsewhere))
  const more = spots.length > SHOWN_SPOTS ? [`and ${spots.length - SHOWN_SPOTS} more services`] : []
  const markdown = [
    ...shown.map(({ lead, facts, under }) =>
      [`- **${plain(lead)}** ${plain(facts)}`, ...under.map((line) => `  - ${plain(line)}`)].join('\n'),
    ),
    ...more,
  ].join('\n')
  const text = [
    heading,
    ...shown.flatMap(({ lead, facts, under }) => [`- ${lead} ${facts}`, ...under.map((line) => `  ${line}`)]),
    ...more,
  ].join('\n')
  return {
    text,
    blocks: [
      { kind: 'heading', text: heading },
      { kind: 'text', markdown },
      ...(elsewhere
        ? []
        : [{ kind: 'actions' as const, items: [{ kind: 'button' as const, label: 'Status', run: 'deploy status' }] }]),
    ],
    card: { of: `deployments ${id}`, revision: views.reduce((sum, view) => sum + view.revision, 0) },
  }
}

function countsOf(views: readonly DeploymentView[]): string {
  return ORDER.flatMap((state) => {
    const n = views.filter((view) => view.state === state).length
    return n === 0 ? [] : [`${n} ${SAID[state]}`]
  }).join(', ')
}
/** The deployments of one service in one place, newest first. */
type Spot = readonly [DeploymentView, ...DeploymentView[]]
function spotsOf(views: readonly DeploymentView[]): readonly Spot[] {
  const all = new Map<string, DeploymentView[]>()
  for (const view of views.toReversed()) {
    const key = `${view.service} ${view.environment}`
    all.set(key, [...(all.get(key) ?? []), view])
  }
  const rank = ([{ state }]: Spot) => ORDER.indexOf(state)
  return [...all.values()]
    .flatMap(([first, ...rest]): Spot[] => (first ? [[first, ...rest]] : []))
    .sort((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b), 'en'))
}
const nameOf = ([{ service, environment }]: Spot): string => `${service} → ${environment}`

function linesOf([last, ...before]: Spot, elsewhere: boolean) {
  const [mark] = LOOKS[last.state]
  const what = [...(last.ref ? [last.ref] : []), ...(last.sha ? [shortSha(last.sha)] : [])].join(' @ ')
  const facts = [SAID[last.state], last.reference, ...(what ? [what] : []), ...(last.by ? [`by ${last.by}`] : [])]
  const stories = new Map([last, ...before].flatMap((view) => view.stories).map((story) => [story.reference, story]))
  const told = [...stories.values()].map((story) => storyLine(elsewhere ? { ...story, title: '' } : story))
  const under = [
    ...(last.reason ? [clip(last.reason, MAX_LINE)] : []),
    ...told.slice(0, SHOWN_STORIES),
    ...(told.length > SHOWN_STORIES ? [`and ${told.length - SHOWN_STORIES} more stories`] : []),
    ...(before.length > 0
      ? [`before it ${before.map(({ reference, state }) => `${reference} ${SAID[state]}`).join(', ')}`]
      : []),
  ]
  return { lead: `${mark} ${last.service} → ${last.environment}`, facts: facts.join(' · '), under }
}
