import type { Action, Block, DeploymentView, Message } from '#contract'
import type { DigestContent } from './content.ts'
import { counted, cut, deploymentLine, duration, moved, percent, spanWords, timeWords } from './format.ts'

export interface Look {
  readonly zone: string
  /** How it comes and how it ends, as markdown of our own. */
  readonly note: string
}
const MAX_GROUPS = 25
const MAX_LINES = 6
const MAX_SERVICES = 8
const MAX_STORIES = 12

/** Pure. What needs somebody first, then what went live, then the figures. Outside text stands in plain fields alone. */
export function renderDigest(content: DigestContent, { zone, note }: Look): Message {
  const { deployments, fromMs, toMs } = content
  const failed = deployments.filter(({ state }) => state === 'failed')
  const back = deployments.filter(({ state, rollsBack }) => state === 'rolled-back' || rollsBack !== null)
  const live = deployments.filter(({ state, rollsBack }) => state === 'succeeded' && rollsBack === null)
  const title = `Deployments · ${spanWords(fromMs, toMs, zone)}`
  if (deployments.length === 0) {
    const text = `Nothing was deployed · ${spanWords(fromMs, toMs, zone)}`
    return {
      text,
      blocks: [
        { kind: 'text', markdown: text },
        { kind: 'note', markdown: note },
      ],
    }
  }
  const cancelled = deployments.filter(({ state }) => state === 'cancelled')
  const counts = [
    failed.length > 0 && `${failed.length} failed`,
    back.length > 0 && `${back.length} rolled back`,
    `${live.length} went live`,
    cancelled.length > 0 && `${cancelled.length} cancelled`,
  ].filter((part) => typeof part === 'string')
  const services = new Set(deployments.map(({ service }) => service)).size
  const when = (one: DeploymentView) => timeWords(one.finishedAtMs ?? toMs, toMs, fromMs, zone)
  const why = (one: DeploymentView) =>
    [deploymentLine(one, when(one)), one.rollsBack && `takes back ${one.rollsBack}`, one.reason && cut(one.reason, 200)]
      .filter((part) => typeof part === 'string')
      .join('\n')
  return {
    text: `${counts.join(', ')} · ${title}`,
    blocks: [
      { kind: 'heading', text: title },
      { kind: 'text', markdown: `**${counts.join(' · ')}** in ${counted(services, 'service')}` },
      ...section('Failed', failed, why),
      ...linksOf(failed),
      ...section('Rolled back', back, why),
      ...section('Went live', live, (one) => deploymentLine(one, when(one))),
      ...criteria(live),
      ...chart(content),
      ...figures(content),
      ...(content.isCut
        ? [{ kind: 'note', markdown: `Only the last ${deployments.length} deployments are told here.` } as const]
        : []),
      { kind: 'note', markdown: note },
    ],
  }
}
/** By service and environment, those with most to say first. */
function section(
  title: string,
  all: readonly DeploymentView[],
  line: (one: DeploymentView) => string,
): readonly Block[] {
  if (all.length === 0) return []
  const groups = new Map<string, DeploymentView[]>()
  for (const one of all) {
    const key = `${cut(one.service, 60)} → ${cut(one.environment, 40)}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const sorted = [...groups].sort(([a], [b]) => a.localeCompare(b))
  const items = sorted.slice(0, MAX_GROUPS).map(([label, ones]) => ({
    label,
    value: [
      ...ones.slice(0, MAX_LINES).map(line),
      ...(ones.length > MAX_LINES ? [`and ${ones.length - MAX_LINES} more`] : []),
    ].join('\n'),
  }))
  const rest = sorted.length - items.length
  return [
    { kind: 'heading', text: title },
    { kind: 'fields', items },
    ...(rest > 0 ? [{ kind: 'note', markdown: `and ${counted(rest, 'more service', 'more services')}` } as const] : []),
  ]
}
function linksOf(failed: readonly DeploymentView[]): readonly Block[] {
  const items = failed
    .slice(0, 5)
    .flatMap(({ url, reference }): Action[] => (url ? [{ kind: 'link', label: `Open ${reference}`, url }] : []))
  return items.length > 0 ? [{ kind: 'actions', items }] : []
}
/** Each story once, with its criteria as they stand now: what went live unverified comes first. */
function criteria(live: readonly DeploymentView[]): readonly Block[] {
  const stories = new Map(
    live.flatMap(({ stories: carried }) => carried.map((story) => [story.reference, story] as const)),
  )
  const all = [...stories.values()].filter((story) => story.criteria.length > 0)
  const open = (story: (typeof all)[number]) => story.criteria.filter(({ verified }) => !verified).length
  const total = all.reduce((sum, story) => sum + story.criteria.length, 0)
  const unverified = all.reduce((sum, story) => sum + open(story), 0)
  if (total === 0) return []
  const sorted = all.sort((a, b) => open(b) - open(a) || a.reference.localeCompare(b.reference))
  const items = sorted.slice(0, MAX_STORIES).map((story) => ({
    label: `${story.reference} ${cut(story.title, 60)}`,
    value: [...story.criteria]
      .sort((a, b) => Number(a.verified) - Number(b.verified))
      .slice(0, MAX_LINES)
      .map(({ title, verified }) => `${verified ? '✓ verified' : '○ unverified'}: ${cut(title, 100)}`)
      .concat(story.criteria.length > MAX_LINES ? [`and ${story.criteria.length - MAX_LINES} more`] : [])
      .join('\n'),
  }))
  return [
    { kind: 'heading', text: 'Acceptance criteria that went live' },
    { kind: 'text', markdown: `${total - unverified} verified · **${unverified} unverified**` },
    { kind: 'fields', items },
    ...(sorted.length > items.length
      ? [
          {
            kind: 'note',
            markdown: `and ${counted(sorted.length - items.length, 'more story', 'more stories')}`,
          } as const,
        ]
      : []),
  ]
}
/** One bar for each service: the share that succeeded. */
function chart({ deployments }: DigestContent): readonly Block[] {
  const tally = new Map<string, { done: number; total: number }>()
  for (const { service, state } of deployments) {
    if (state === 'cancelled') continue
    const { done, total } = tally.get(service) ?? { done: 0, total: 0 }
    tally.set(service, { done: done + (state === 'succeeded' ? 1 : 0), total: total + 1 })
  }
  const bars = [...tally].sort(([a, x], [b, y]) => y.total - x.total || a.localeCompare(b)).slice(0, MAX_SERVICES)
  if (bars.length === 0) return []
  return [
    { kind: 'heading', text: 'Succeeded' },
    ...bars.map(
      ([service, { done, total }]): Block => ({
        kind: 'progress',
        label: `${cut(service, 40)} · ${done} of ${total}`,
        done,
        total,
      }),
    ),
  ]
}
/** The four keys of each service, with how they moved since the time before. */
function figures({ measures, before }: DigestContent): readonly Block[] {
  const rows = [...measures]
    .filter(({ deployments }) => deployments > 0)
    .sort((a, b) => b.deployments - a.deployments || a.service.localeCompare(b.service))
    .slice(0, MAX_SERVICES)
    .map((now) => {
      const then = before.find(({ service }) => service === now.service)
      return [
        cut(now.service, 40),
        moved(now.deployments, then?.deployments ?? null, String),
        moved(now.medianLeadTimeMs, then?.medianLeadTimeMs ?? null, duration),
        moved(now.failureRate, then?.failureRate ?? null, percent),
        moved(now.medianRestoreMs, then?.medianRestoreMs ?? null, duration),
      ]
    })
  if (rows.length === 0) return []
  return [
    { kind: 'heading', text: 'Against the time before' },
    { kind: 'table', head: ['Service', 'Deploys', 'Lead time', 'Failures', 'Restore'], rows },
  ]
}
