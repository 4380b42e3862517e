import type { DeploymentView } from '#contract'
import { formatReference } from './reference.ts'
import type { Row } from './rows.ts'

/** A deployment as others see it. `verified` holds 'ST-3 AC-2'. */
export function viewOf(row: Row, verified: ReadonlySet<string> = new Set()): DeploymentView {
  return {
    reference: formatReference(row.number),
    id: row.id,
    workspace: row.workspace,
    project: row.project,
    service: row.service,
    environment: row.environment,
    state: row.state,
    ref: row.ref,
    sha: row.sha,
    repository: row.repository,
    url: row.url,
    by: row.byName,
    revision: row.revision,
    startedAtMs: row.startedAt.getTime(),
    finishedAtMs: row.finishedAt?.getTime() ?? null,
    endRecordedAtMs: row.endRecordedAt?.getTime() ?? null,
    commits: row.commits,
    stories: row.stories.map(({ reference, title, criteria }) => ({
      reference,
      title,
      criteria: criteria.map((c) => ({ ...c, verified: verified.has(`${reference} ${c.id}`) })),
    })),
    rollsBack: row.rollsBack === null ? null : formatReference(row.rollsBack),
    reason: row.reason,
  }
}
