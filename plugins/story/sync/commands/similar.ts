import type { TrackerIssue } from '#contract'

const SHOWN = 3
const ALIKE = 0.6
const STOP = new Set(
  'a an and are as at be by for from i in is it of on or so that the their to want we with'.split(' '),
)

const words = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 1 && !STOP.has(word)),
  )

/** Open issues whose titles share most of their words with this one, nearest first. */
export function alike(title: string, issues: readonly TrackerIssue[]): TrackerIssue[] {
  const own = words(title)
  const scored = issues.flatMap((issue) => {
    const theirs = words(issue.title)
    const shared = [...own].filter((word) => theirs.has(word)).length
    const score = shared / Math.max(1, new Set([...own, ...theirs]).size)
    const isOpen = issue.status.category === 'open' || issue.status.category === 'active'
    return score >= ALIKE && isOpen ? [{ issue, score }] : []
  })
  return scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ issue }) => issue)
}
