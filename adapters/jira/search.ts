import { HubError, type IssueQuery } from '#contract'

const WORDS_MAX = 10

/**
 * JQL that cannot leave the project. What people wrote stands in brackets of its own, which it can neither close nor open.
 * https://support.atlassian.com/jira-software-cloud/docs/what-is-advanced-search-in-jira-cloud/
 */
export function jqlOf({ project, query, text, updatedSinceMs, order }: IssueQuery, nowMs: number): string | null {
  const conditions = [`project = ${quoted(project)}`]
  if (query !== undefined && query.trim() !== '') conditions.push(`(${checkedQuery(query)})`)
  if (text !== undefined) {
    const words = wordsOf(text)
    if (words.length === 0) return null
    conditions.push(`(${words.map((word) => `text ~ ${quoted(word)}`).join(' AND ')})`)
  }
  // Relative: an absolute time is read in the time zone of whoever owns the token.
  if (updatedSinceMs !== undefined) conditions.push(`updated >= -${minutesSince(updatedSinceMs, nowMs)}m`)
  const by = order === 'created' ? 'created ASC, id ASC' : 'updated DESC, id DESC'
  return `${conditions.join(' AND ')} ORDER BY ${by}`
}
export function minutesSince(sinceMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((nowMs - sinceMs) / 60_000) + 1)
}
export function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replace(/[\r\n]+/g, ' ')}"`
}
/** Words alone: signs mean something in a search. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}]{2,}/gu) ?? []
  const lower = words.map((word) => word.toLowerCase()).filter((word) => !/^(?:and|or|not)$/.test(word))
  return [...new Set(lower)].slice(0, WORDS_MAX)
}
function checkedQuery(query: string): string {
  let depth = 0
  let quote = ''
  const order = /\border\s+by\b/i.exec(
    query.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (s) => ' '.repeat(s.length)),
  )
  if (order) throw new HubError('INPUT_INVALID', 'Leave ORDER BY out of the query: the order is the hub’s')
  let at = 0
  for (; at < query.length; at += 1) {
    const sign = query[at] ?? ''
    if (sign === '\\' && quote !== '') at += 1
    else if (quote !== '') quote = sign === quote ? '' : quote
    else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '(') depth += 1
    else if (sign === ')') depth -= 1
    if (depth < 0 || (sign === '\\' && quote === '')) break
  }
  if (at < query.length || depth !== 0 || quote !== '')
    throw new HubError(
      'INPUT_INVALID',
      'The query has brackets or quotes that do not match: correct it, or try it in Jira first',
    )
  return query.trim()
}
