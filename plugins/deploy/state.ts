import type { DeploymentState } from '#contract'
import { isOpen } from './model.ts'
import type { Report } from './report.ts'

/** What reports can change of a deployment. */
export interface Standing {
  /** Started by the hub, which knows when; clocks elsewhere cut off the milliseconds or are behind. */
  readonly own: boolean
  readonly state: DeploymentState
  readonly ref: string | null
  readonly sha: string | null
  readonly repository: string | null
  readonly url: string | null
  readonly environmentUrl: string | null
  readonly byName: string | null
  readonly reason: string | null
  readonly reportedAt: Date | null
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

const RANK: Readonly<Record<DeploymentState, number>> = {
  waiting: 0,
  queued: 1,
  running: 2,
  succeeded: 3,
  failed: 3,
  cancelled: 3,
  'rolled-back': 4,
}
const MAX_REASON = 300

/** A deployment of which nobody has heard yet; null for one that is reported only when it is gone. */
export function firstStanding(report: Report, nowMs: number): Standing | null {
  if (report.state === 'inactive') return null
  const at = new Date(timeOf(report, nowMs))
  return {
    own: false,
    state: report.state,
    ref: report.ref,
    sha: report.sha,
    repository: report.repository,
    url: report.url,
    environmentUrl: report.environmentUrl,
    byName: report.by,
    reason: reasonOf(report),
    reportedAt: at,
    startedAt: at,
    finishedAt: isOpen(report.state) ? null : at,
  }
}

/**
 * What a report makes of a deployment that is known; null when it is no news. A report of an older time, or of the same time and an earlier
 * state, only fills in what was not known: reports are delivered in any order and more than once.
 */
export function applyReport(current: Standing, report: Report, nowMs: number): Standing | null {
  const at = timeOf(report, nowMs)
  const filled: Standing = {
    ...current,
    ref: current.ref ?? report.ref,
    sha: current.sha ?? report.sha,
    repository: current.repository ?? report.repository,
    url: current.url ?? report.url,
    environmentUrl: current.environmentUrl ?? report.environmentUrl,
    byName: current.byName ?? report.by,
    startedAt: !current.own && at < current.startedAt.getTime() ? new Date(at) : current.startedAt,
  }
  const next = isNews(current, report, at) ? moved(filled, report, at) : filled
  return same(current, next) ? null : next
}

function moved(current: Standing, report: Report, at: number): Standing {
  const state = stateAfter(current.state, report)
  const { url, environmentUrl } = report
  return {
    ...current,
    url: url ?? current.url,
    environmentUrl: environmentUrl ?? current.environmentUrl,
    state,
    // Told again, the end stays where it was.
    finishedAt: isOpen(state)
      ? null
      : state === current.state
        ? current.finishedAt
        : new Date(Math.max(at, current.startedAt.getTime())),
    reason: state === current.state ? (reasonOf(report) ?? current.reason) : reasonOf(report),
    reportedAt: new Date(at),
  }
}

function isNews(current: Standing, report: Report, at: number): boolean {
  // Taken back is the hub's own knowledge, which no source has.
  if (current.state === 'rolled-back') return false
  if (current.reportedAt === null || at > current.reportedAt.getTime()) return true
  return at === current.reportedAt.getTime() && report.state !== 'inactive' && RANK[report.state] > RANK[current.state]
}

/** Something else took its place: what had ended has ended as it did. */
function stateAfter(current: DeploymentState, report: Report): DeploymentState {
  if (report.state !== 'inactive') return report.state
  return isOpen(current) ? 'cancelled' : current
}

/** A clock that is ahead would shut out every later report. */
const timeOf = (report: Report, nowMs: number): number => Math.min(report.atMs, nowMs)
function reasonOf(report: Report): string | null {
  if (report.state !== 'failed' && report.state !== 'cancelled') return null
  return report.description?.replace(/\s+/g, ' ').trim().slice(0, MAX_REASON) || null
}

/** The time of the last report alone shows nowhere, and still counts: an older report must stay older. */
function same(a: Standing, b: Standing): boolean {
  const keys = Object.keys(b) as (keyof Standing)[]
  return keys.every((key) => plainOf(a[key]) === plainOf(b[key]))
}
/** Does anybody see the difference? Otherwise no card is edited. */
export function looksDifferent(a: Standing, b: Standing): boolean {
  return !same({ ...a, reportedAt: null }, { ...b, reportedAt: null })
}
const plainOf = (value: string | boolean | Date | null) => (value instanceof Date ? value.getTime() : value)
