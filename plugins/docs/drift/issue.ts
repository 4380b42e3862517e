import { createHash } from 'node:crypto'
import type { Repositories } from '#contract'
import type { Indexed } from '../index/store.ts'
import { lineLink } from '../links.ts'
import { clip, code, count, plain } from '../text.ts'
import type { BranchKey, DriftStore, Finding, Page } from './store.ts'

const LISTED = 40

/** 'docs/setup.md: `--dry-run` is `--preview` now' */
export function driftLine({ kind, old, new: now, of }: Finding['drift']): string {
  const what = {
    symbol: '',
    member: '',
    parameter: 'parameter ',
    flag: 'flag ',
    variable: 'variable ',
    route: 'route ',
    script: 'script ',
    path: 'file ',
  }[kind]
  const owner = of === null ? '' : ` of ${code(of)}`
  return now === null ? `${what}${code(old)}${owner} is gone` : `${what}${code(old)}${owner} → ${code(now)}`
}

function issueBody(indexed: Indexed, findings: readonly Finding[], notes: readonly string[]): string {
  const byDocument = Map.groupBy(findings.slice(0, LISTED), ({ drift }) => drift.document)
  const parts = [...byDocument].map(([document, all]) => {
    const lines = all.map(({ drift }) => {
      const link = lineLink(indexed, document, drift.line, drift.line)
      const where = link ? `[line ${drift.line}](${link})` : `line ${drift.line}`
      return `- [ ] ${where}: ${driftLine(drift)} (${code(drift.path)})\n      ${code(clip(drift.text, 140))}`
    })
    return `### ${plain(document)}\n\n${lines.join('\n')}`
  })
  const more = findings.length > LISTED ? [`And ${findings.length - LISTED} more.`] : []
  const lead =
    findings.length === 0
      ? 'Nothing is left: every line that was listed here has been changed. This can be closed.'
      : `The code of ${code(indexed.branch)} no longer has what ${count(findings.length, 'place')} in the documentation name${findings.length === 1 ? 's' : ''}.`
  const small = [...notes, 'Closing this declines what is listed; it is not reported again.']
  return [lead, ...parts, ...more, `<sub>${small.map(plain).join(' · ')}</sub>`].join('\n\n')
}

const digestOf = (findings: readonly Finding[]): string =>
  createHash('sha256')
    .update(JSON.stringify(findings.map(({ hash, drift }) => [hash, drift.line, drift.new])))
    .digest('hex')
    .slice(0, 16)

/**
 * Keeps one issue for a branch. When people closed it, what it listed counts as declined; only something new opens another.
 * Null: there was nothing to tell.
 */
export async function settleIssue(
  deps: { readonly drift: DriftStore; readonly port: Repositories; readonly signal: AbortSignal },
  key: BranchKey,
  indexed: Indexed,
  notes: readonly string[],
  fresh: ReadonlySet<string>,
): Promise<Page> {
  const { drift, port, signal } = deps
  const writes = await drift.writes(key)
  const open = (await drift.findings(key)).filter(({ state }) => state !== 'declined')
  if (open.length === 0 && writes.issue?.state !== 'open') return null
  const tell = async (round: number, findings: readonly Finding[]) => {
    const of = digestOf(findings)
    // The commit in the links moves with every push; that alone is no news.
    if (writes.issue?.state === 'open' && writes.issue.of === of && round === writes.issueRound) return writes.issue
    const issue = await port.issue(
      {
        repository: key.repository,
        key: `docs-drift:${key.branch}:${round}`,
        title: `Documentation behind the code of ${key.branch}`,
        body: issueBody(indexed, findings, notes),
      },
      signal,
    )
    // With nothing left to list it is not written again with every push.
    const state = findings.length === 0 && issue.state === 'open' ? 'settled' : issue.state
    await drift.write(key, { issue: { ...issue, state, of }, issueRound: round })
    return issue
  }
  const issue = await tell(writes.issueRound, open)
  if (issue.state === 'open') return issue
  const declined = open.filter(({ hash }) => !fresh.has(hash))
  await drift.mark(
    key,
    declined.map(({ hash }) => hash),
    'declined',
  )
  const news = open.filter(({ hash }) => fresh.has(hash))
  return news.length === 0 ? issue : tell(writes.issueRound + 1, news)
}
