import type { Commit } from '../model.ts'

const STORY = /\bST-([1-9]\d{0,8})\b/gi
const ISSUE = /(?<![\w/#-])(#[1-9]\d{0,8}|[A-Z][A-Z0-9]{1,9}-[1-9]\d{0,8})\b/g
const MOST = 50

/** References to stories, as the hub writes them, in the order they were first mentioned. */
export function storiesIn(commits: readonly Pick<Commit, 'message'>[]): string[] {
  return found(commits, STORY, (match) => `ST-${match[1]}`)
}
/** Keys of issues: '#12' and 'PAY-12'. What looks like a story is none. */
export function issuesIn(commits: readonly Pick<Commit, 'message'>[]): string[] {
  return found(commits, ISSUE, (match) => match[1] ?? '').filter((key) => !key.startsWith('ST-'))
}
function found(
  commits: readonly Pick<Commit, 'message'>[],
  pattern: RegExp,
  name: (match: RegExpMatchArray) => string,
): string[] {
  const all = new Set(commits.flatMap(({ message }) => [...message.matchAll(pattern)].map(name)))
  return [...all].filter((key) => key !== '').slice(0, MOST)
}
