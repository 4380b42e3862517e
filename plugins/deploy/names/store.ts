import { and, desc, eq, gte, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Db } from '#contract'
import { sameTarget } from '../history/store.ts'
import type { Report } from '../report.ts'
import { GOING, type Spot } from '../rows.ts'
import { deploymentSources, deployments } from '../tables.ts'

type Reader = Pick<Db, 'select'>
/** A report under another name belongs to a deployment that ended no longer ago than this. */
const SAME_WITHIN_MS = 10 * 60_000

export async function byAlias(tx: Reader, workspace: string, source: string, sourceId: string): Promise<number | null> {
  const [row] = await tx
    .select({ number: deploymentSources.number })
    .from(deploymentSources)
    .where(
      and(
        eq(deploymentSources.workspace, workspace),
        eq(deploymentSources.source, source),
        eq(deploymentSources.sourceId, sourceId),
      ),
    )
  return row?.number ?? null
}
/** Several services of one repository: the page of the run tells which of those the hub started is meant. */
async function ofRun(tx: Reader, { workspace, environment }: Spot, { url }: Report): Promise<number | null> {
  if (url === null) return null
  const [row] = await tx
    .select({ number: deployments.number })
    .from(deployments)
    .where(
      and(
        inArray(deployments.state, [...GOING]),
        eq(deployments.workspace, workspace),
        eq(deployments.environment, environment),
        sql`(${url} = ${deployments.url} or starts_with(${url}, ${deployments.url} || '/'))`,
      ),
    )
    .limit(1)
  return row?.number ?? null
}
/** The same deployment as somebody else calls it: the hub started it, or one of two reporters was first. */
async function adopted(tx: Reader, target: Spot, report: Report): Promise<number | null> {
  const [row] = await tx
    .select({ number: deployments.number, sha: deployments.sha })
    .from(deployments)
    .where(
      and(
        sameTarget(target),
        report.sha === null
          ? undefined
          : or(
              isNull(deployments.sha),
              eq(deployments.sha, report.sha),
              eq(sql`left(${deployments.sha}, 7)`, report.sha),
            ),
        or(
          inArray(deployments.state, [...GOING]),
          and(
            gte(deployments.finishedAt, new Date(report.atMs - SAME_WITHIN_MS)),
            report.sha === null ? sql`false` : eq(deployments.sha, report.sha),
          ),
        ),
        sql`not exists (select 1 from ${deploymentSources} s where s.workspace = ${deployments.workspace}
          and s.number = ${deployments.number} and s.source = ${report.source})`,
      ),
    )
    .orderBy(desc(deployments.number))
    .limit(1)
  return row?.number ?? null
}

/** The number of a deployment that is known under another name; null for one that nobody has heard of. */
export async function knownAs(tx: Reader, target: Spot, report: Report): Promise<number | null> {
  return (await ofRun(tx, target, report)) ?? (await adopted(tx, target, report))
}
