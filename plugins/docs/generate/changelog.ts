import type { Comparison } from '#contract'
import { linesOf } from '../index/chunks.ts'
import { clip, count, plain } from '../text.ts'
import { classify, KINDS, type Kind } from './change-kind.ts'

type Commit = Comparison['commits'][number]

/** One thing that was merged, as its title says it. */
interface Merged {
  readonly kind: Kind
  readonly isBreaking: boolean
  readonly text: string
  readonly sha: string
  readonly pull: number | null
  /** Issues that its message closes. */
  readonly issues: readonly number[]
}
const MOST = 200
const OWN = /^(?:Merge pull request #\d+ from \S+?[/:]autodevhub\/|Documentation follows |docs: record the decision )/
/** Written by the hub, and merged by a person. */
export const isOwnWork = (message: string): boolean => OWN.test(message)
const CLOSES = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[ :]{1,3}#(\d{1,9})\b/gi

/**
 * What reached the branch: one entry for each pull request, and for each commit that came without one. Newest first. Work on tests, build and
 * documentation, and what was taken back again, is left out.
 */
export function unreleasedOf(commits: readonly Commit[], head: string): readonly Merged[] {
  const line = mainLine(commits, head)
  const undone = new Set<string>()
  for (const { sha, message } of line) {
    const taken = /^This reverts commit ([0-9a-f]{7,40})/m.exec(message)?.[1]
    const target = taken && line.find((one) => one.sha.startsWith(taken))
    if (target) undone.add(sha).add(target.sha)
  }
  return line
    .filter(({ sha, message }) => !undone.has(sha) && !isOwnWork(message))
    .map(mergedBy)
    .filter((one) => one !== null)
}

/** Where a merge tells nothing of what it merged, its own commits tell it. */
function mainLine(commits: readonly Commit[], head: string): Commit[] {
  const known = new Map(commits.map((commit) => [commit.sha, commit]))
  const found: Commit[] = []
  const seen = new Set<string>()
  const waiting = [known.has(head) ? head : (commits.at(-1)?.sha ?? '')]
  for (let sha = waiting.shift(); sha !== undefined; sha = waiting.shift()) {
    const commit = known.get(sha)
    if (!commit || seen.has(sha)) continue
    seen.add(sha)
    const [first, ...others] = commit.parents
    const isBare = others.length > 0 && titleOf(commit.message) === null
    if (!isBare) found.push(commit)
    waiting.unshift(...(first === undefined ? [] : [first]), ...(isBare ? others : []))
  }
  return found
}

/** What a message is about; null for a merge that says no more than that it is one. */
function titleOf(message: string): { readonly title: string; readonly pull: number | null } | null {
  const [first = '', ...rest] = linesOf(message).map((line) => line.trim())
  const pulled = /^Merge pull request #(\d{1,9}) from (\S+)/.exec(first)
  if (pulled || /^Merge (?:remote-tracking )?(?:branch|branches|tag|commit)\b/.test(first)) {
    const said = rest.find((line) => line !== '')
    if (pulled) return { title: said ?? pulled[2] ?? '', pull: Number(pulled[1]) }
    return said === undefined ? null : { title: said, pull: null }
  }
  const squashed = /^(.*\S)\s+\(#(\d{1,9})\)$/.exec(first.slice(0, 1_000))
  return squashed ? { title: squashed[1] ?? '', pull: Number(squashed[2]) } : { title: first, pull: null }
}

function mergedBy({ sha, message }: Commit): Merged | null {
  const { title, pull } = titleOf(message) ?? { title: '', pull: null }
  const { kind, isBreaking, text } = classify(title, message)
  if (kind === null || text === '') return null
  const issues = [...new Set([...message.matchAll(CLOSES)].map(([, n]) => Number(n)))].filter((n) => n !== pull)
  return { kind, isBreaking, text, sha, pull, issues: issues.slice(0, 5) }
}

/** The release that a change log ends with, from its own headings outside of generated sections. */
export function newestRelease(above: string, below: string): string | null {
  for (const line of [...linesOf(below), ...linesOf(above)]) {
    const version = /^##\s+(?:\[)?v?(\d+\.\d+\.\d+[\w.+-]{0,40})/.exec(line)?.[1]
    if (version !== undefined) return version
  }
  return null
}

/** In the form of https://keepachangelog.com/en/1.1.0/; without its heading where the document has one above. */
export function changelogText(
  merged: readonly Merged[],
  at: {
    readonly url: string
    readonly base: string
    readonly branch: string
    readonly hasHeading: boolean
    readonly truncated: boolean
  },
): string {
  const compare = `${at.url}/compare/${encodeURIComponent(at.base)}...${encodeURIComponent(at.branch)}`
  const heading = at.hasHeading ? [] : [`## [Unreleased](${compare})`]
  const listed = merged.slice(0, MOST)
  const groups = KINDS.flatMap((kind) => {
    const all = listed.filter((one) => one.kind === kind)
    return all.length === 0 ? [] : [`### ${kind}\n\n${all.map((one) => entryLine(one, at.url)).join('\n')}`]
  })
  const small = [
    ...(merged.length > MOST ? [`${count(merged.length - MOST, 'older change')} not listed`] : []),
    ...(at.truncated ? ['the host did not list every commit'] : []),
  ]
  const none = groups.length === 0 ? ['Nothing yet.'] : []
  // No number of what is left out: each commit would change it.
  const rest = [...small, 'tests, build, documentation and what was taken back are left out']
  const note = `<sub>[All commits](${compare}) · ${rest.join(' · ')}</sub>`
  return [...heading, ...groups, ...none, note].join('\n\n')
}

function entryLine({ text, isBreaking, pull, sha, issues }: Merged, url: string): string {
  const made = pull === null ? `[${sha.slice(0, 7)}](${url}/commit/${sha})` : `[#${pull}](${url}/pull/${pull})`
  const closes = issues.map((n) => `[#${n}](${url}/issues/${n})`)
  const sources = [made, ...(closes.length > 0 ? [`closes ${closes.join(', ')}`] : [])].join(', ')
  return `- ${isBreaking ? '**Breaking:** ' : ''}${shown(text)} (${sources})`
}
/** Words of others: spans of code stay, nothing else formats, links or mentions. */
function shown(text: string): string {
  const clipped = clip(text, 200)
  // A name of code keeps its case.
  const isWord = /^\p{Ll}+(?=$|[\s,.:;!?])/u.test(clipped)
  const title = isWord ? clipped.charAt(0).toUpperCase() + clipped.slice(1) : clipped
  return title
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? part : plain(part).replaceAll('@', '@\u200B')))
    .join('')
}
