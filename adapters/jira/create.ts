import { HubError, type KeyValue, type NewIssue } from '#contract'
import type { JiraClient } from './client.ts'
import { fromMarkdown } from './from-markdown.ts'
import { SEARCH_SETTLES_MS, SIZES } from './limits.ts'
import { CREATED_PROPERTY, labelOf } from './mark.ts'
import { issueTypes, page } from './payloads.ts'
import { ask } from './sdk.ts'
import { quoted } from './search.ts'

const KEPT_MS = 90 * 24 * 3_600_000

interface Attempt {
  readonly id?: string
  readonly startedMs: number
}
/**
 * Makes one issue of one key. Jira has no key of ours, so the attempt is noted before it is made; one that was not answered is looked for by its
 * label until the search must show it. https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/
 */
export async function createOnce(
  client: JiraClient,
  kv: KeyValue,
  asked: NewIssue,
  signal: AbortSignal,
  now: () => number,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const noted = `create:${asked.workspace}:${asked.project}:${asked.key}`
  const before = attemptOf(await kv.get(noted))
  if (before?.id !== undefined) return { id: before.id, created: false }
  const done = async (id: string, created: boolean) => {
    await kv.set(noted, { id, startedMs: now() } satisfies Attempt, KEPT_MS)
    return { id, created }
  }
  const found = await findCreated(client, asked, signal)
  if (found !== null) return done(found, false)
  if (before !== null && now() - before.startedMs < SEARCH_SETTLES_MS)
    throw new HubError(
      'UNAVAILABLE',
      `Whether ${asked.project} already has the issue is not known before Jira's search shows it`,
      {
        retry: { afterMs: before.startedMs + SEARCH_SETTLES_MS - now() },
      },
    )
  const body = await bodyOf(client, asked, signal)
  if (before === null) {
    // Of two that come at once one goes on; the other one looks again when it is clear what came of it.
    if (!(await kv.add(noted, { startedMs: now() } satisfies Attempt, KEPT_MS)))
      throw new HubError('UNAVAILABLE', `${asked.project}: the issue is being created right now`, {
        retry: { afterMs: SEARCH_SETTLES_MS },
      })
  } else await kv.set(noted, { startedMs: now() } satisfies Attempt, KEPT_MS)
  try {
    const made = await ask(
      client,
      { what: `new issue in ${asked.project}`, needs: 'Create Issues', signal },
      (jira, over) => jira.createIssue(over, body),
    )
    const id = (made as { id?: unknown } | undefined)?.id
    if (typeof id !== 'string') throw new HubError('OUTCOME_UNKNOWN', 'Jira named no issue')
    return await done(id, true)
  } catch (error) {
    if (error instanceof HubError && error.code !== 'OUTCOME_UNKNOWN') await kv.delete(noted)
    throw error
  }
}
function attemptOf(value: unknown): Attempt | null {
  if (typeof value !== 'object' || value === null || !('startedMs' in value)) return null
  const id = 'id' in value && typeof value.id === 'string' ? { id: value.id } : {}
  return { ...id, startedMs: Number(value.startedMs) }
}
/** The oldest with the label whose property names the key: a clone takes the label along. */
async function findCreated(
  client: JiraClient,
  { project, key }: NewIssue,
  signal: AbortSignal,
): Promise<string | null> {
  const answer = await client.call({
    method: 'POST',
    path: '/rest/api/3/search/jql',
    body: {
      jql: `project = ${quoted(project)} AND labels = ${quoted(labelOf(key))} ORDER BY created ASC`,
      fields: ['summary', 'status', 'project', 'updated'],
      properties: [CREATED_PROPERTY],
      maxResults: 10,
    },
    what: `issues made before in ${project}`,
    reads: true,
    signal,
  })
  const listed = page.safeParse(answer)
  if (!listed.success) throw new HubError('UNAVAILABLE', 'Jira answered with issues that cannot be read')
  const isMade = (value: unknown) => typeof value === 'object' && value !== null && 'key' in value && value.key === key
  return listed.data.issues.find(({ properties }) => isMade(properties?.[CREATED_PROPERTY]))?.id ?? null
}
async function bodyOf(client: JiraClient, asked: NewIssue, signal: AbortSignal) {
  const description = fromMarkdown(asked.body)
  if (client.format.size(description) > SIZES.document)
    throw new HubError(
      'TOO_LARGE',
      `The description has more than ${SIZES.document} characters as Jira counts: shorten it`,
    )
  const summary = asked.title.replace(/\s+/g, ' ').trim()
  if (summary === '' || summary.length > SIZES.summary)
    throw new HubError(
      'INPUT_INVALID',
      `Jira takes titles of 1 to ${SIZES.summary} characters: this one has ${summary.length}`,
    )
  return {
    fields: {
      project: { key: asked.project },
      issuetype: { id: await typeOf(client, asked, signal) },
      summary,
      labels: [labelOf(asked.key)],
      ...(description.content.length > 0 ? { description: client.format.write(description) } : {}),
      ...(asked.parentId === undefined ? {} : { parent: { id: asked.parentId } }),
    },
    properties: [{ key: CREATED_PROPERTY, value: { key: asked.key } }],
  }
}
/** By name; else a sub-task under a parent, and the story of the project otherwise. */
async function typeOf(client: JiraClient, { project, type, parentId }: NewIssue, signal: AbortSignal): Promise<string> {
  const answer = await ask(
    client,
    { what: `issue types of ${project}`, needs: 'Create Issues', signal },
    (jira, over) =>
      jira.getCreateIssueMetaIssueTypes(over, { projectIdOrKey: encodeURIComponent(project), maxResults: 200 }),
  )
  const listed = issueTypes.safeParse(answer)
  if (!listed.success) throw new HubError('UNAVAILABLE', 'Jira answered with issue types that cannot be read')
  const types = listed.data.issueTypes
  const named = (name: string) => types.find((one) => one.name.toLowerCase() === name.toLowerCase())
  const found =
    type !== undefined
      ? named(type)
      : parentId !== undefined
        ? types.find(({ subtask }) => subtask)
        : (named('Story') ?? named('Task') ?? types.find(({ subtask }) => !subtask))
  if (found) return found.id
  if (types.length === 0)
    throw new HubError('FORBIDDEN', `new issue in ${project}: the hub's account lacks the permission Create Issues`)
  throw new HubError(
    'INPUT_INVALID',
    `${project} has no issue type ${type ?? 'for this'}: it has ${types.map(({ name }) => name).join(', ')}`,
  )
}
