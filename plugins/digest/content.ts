import type { DeliveryMeasures, Deployments, DeploymentView } from '#contract'

/** What was deployed in a time, and how that compares with the time before. */
export interface DigestContent {
  readonly fromMs: number
  readonly toMs: number
  /** Their end was recorded in it, whenever they ended: those that ended last first. */
  readonly deployments: readonly DeploymentView[]
  /** There were more than are listed. */
  readonly isCut: boolean
  readonly measures: readonly DeliveryMeasures[]
  readonly before: readonly DeliveryMeasures[]
}
const PAGE = 500
const MAX_PAGES = 4

export async function readContent(
  deployments: Deployments,
  workspace: string,
  fromMs: number,
  toMs: number,
): Promise<DigestContent> {
  const found = new Map<string, DeploymentView>()
  let until = toMs
  let isCut = true
  for (let page = 0; page < MAX_PAGES && isCut; page++) {
    // What is reported after its hour belongs to the next window: by the time at which it ended it would be in none.
    const listed = await deployments.list(workspace, { by: 'recorded', fromMs, toMs: until, limit: PAGE })
    for (const one of listed) found.set(one.id, one)
    isCut = listed.length >= PAGE
    // The end of a time is not part of it: several may have been recorded in the same millisecond as the last one listed.
    const last = Math.min(...listed.map(({ endRecordedAtMs }) => endRecordedAtMs ?? until))
    if (isCut && last + 1 >= until) break
    until = last + 1
  }
  const [measures, before] = await Promise.all([
    deployments.measures(workspace, fromMs, toMs),
    deployments.measures(workspace, fromMs - (toMs - fromMs), fromMs),
  ])
  const ended = [...found.values()].sort((a, b) => (b.finishedAtMs ?? 0) - (a.finishedAtMs ?? 0))
  return { fromMs, toMs, deployments: ended, isCut, measures, before }
}

const KEEP_MS = 60_000
const MAX_KEPT = 50

/** At the hour a whole team is sent the same window: it is read once. */
export function keepContent(
  read: (workspace: string, fromMs: number, toMs: number) => Promise<DigestContent>,
  now: () => number,
): (workspace: string, fromMs: number, toMs: number) => Promise<DigestContent> {
  const kept = new Map<string, { readonly atMs: number; readonly content: Promise<DigestContent> }>()
  return (workspace, fromMs, toMs) => {
    const key = JSON.stringify([workspace, fromMs, toMs])
    const known = kept.get(key)
    if (known && now() - known.atMs < KEEP_MS) return known.content
    const content = read(workspace, fromMs, toMs)
    kept.delete(key)
    kept.set(key, { atMs: now(), content })
    for (const oldest of kept.keys()) if (kept.size > MAX_KEPT) kept.delete(oldest)
    content.catch(() => kept.delete(key))
    return content
  }
}
