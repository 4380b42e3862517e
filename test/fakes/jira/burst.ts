/** Jira's own figures, kept apart from the adapter's: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ */
const PER_SECOND: Readonly<Record<string, number>> = { GET: 100, POST: 100, PUT: 50, DELETE: 50 }
const PER_ISSUE = [
  { most: 20, windowMs: 2_000 },
  { most: 100, windowMs: 30_000 },
] as const

/** Counts requests in sliding windows; the reason when one is too many. */
export function createBurst(now: () => number): (method: string, path: string) => string | null {
  const taken = new Map<string, number[]>()
  const isTooMuch = (key: string, most: number, windowMs: number) => {
    const kept = (taken.get(key) ?? []).filter((ms) => ms > now() - windowMs)
    taken.set(key, kept)
    return kept.length >= most
  }
  const count = (key: string) => void taken.set(key, [...(taken.get(key) ?? []), now()])
  return (method, path) => {
    // An endpoint is a route, whatever issue it is asked for.
    const endpoint = `${method} ${path.replace(/\/\d+/g, '/:id')}`
    if (isTooMuch(endpoint, PER_SECOND[method] ?? 100, 1_000)) return 'jira-burst-based'
    const issue = method === 'GET' ? null : (/\/issue\/(\d+)/.exec(path)?.[1] ?? null)
    const tooMany =
      issue !== null && PER_ISSUE.some(({ most, windowMs }) => isTooMuch(`${issue} ${windowMs}`, most, windowMs))
    if (tooMany) return 'jira-per-issue-on-write'
    count(endpoint)
    if (issue !== null) for (const { windowMs } of PER_ISSUE) count(`${issue} ${windowMs}`)
    return null
  }
}
