import { createHash } from 'node:crypto'
import { type CriteriaPlace, HubError, type KeyValue, type Tracker, type TrackerIssue } from '#contract'
import { type JiraClient, path } from './client.ts'
import { createOnce } from './create.ts'
import type { Fields } from './fields.ts'
import type { ReadIssue } from './gathered.ts'
import { fieldsFor, type Loaded, load, read } from './issue.ts'
import { PAGE_MAX } from './limits.ts'
import { SECTION_PROPERTY } from './mark.ts'
import type { Writes } from './overwritten.ts'
import { page as pageSchema } from './payloads.ts'
import { administers, projectOf } from './project.ts'
import { jqlOf } from './search.ts'
import { writeSection } from './write.ts'

export const PLACES = ['description', 'field', 'comment'] as const

export interface TrackerDeps {
  readonly client: JiraClient
  readonly fields: Fields
  readonly readIssue: ReadIssue
  readonly kv: KeyValue
  readonly workspace: string
  /** Told of each write of a text, so that an edit which it overwrites is found. */
  readonly writes?: Writes
  readonly now: () => number
}
export function createTracker({ client, fields, readIssue, kv, workspace, writes, now }: TrackerDeps): Tracker {
  const here = (asked: string) => {
    if (asked !== workspace)
      throw new HubError('NOT_FOUND', `The hub is not connected to ${asked}; JIRA_BASE_URL leads to ${workspace}`)
  }
  const loadAt = async (id: string, place: CriteriaPlace, signal: AbortSignal): Promise<Loaded | null> =>
    load(client, workspace, id, await fields.resolve(place, signal), signal)
  const loadedAt = async (id: string, place: CriteriaPlace, signal: AbortSignal): Promise<Loaded> => {
    const found = await loadAt(id, place, signal)
    if (found === null) throw new HubError('NOT_FOUND', `Issue ${id} is gone, or not visible to the hub's account`)
    return found
  }
  const write: Tracker['write'] = async (issue, section, signal) => {
    here(issue.workspace)
    const loaded = await loadedAt(issue.id, section.place, signal)
    const where = await fields.resolve(section.place, signal)
    const changed = await writeSection(client, loaded, issue, section, where, signal, writes)
    if (!changed) return { changed, issue: loaded.issue }
    const answer = await readIssue(issue.id, fieldsFor(where), [SECTION_PROPERTY])
    if (answer === null)
      throw new HubError('NOT_FOUND', `${issue.key} was deleted just after its criteria were written`)
    const written = (await read(client, workspace, answer, where, signal)).issue
    await writes?.end(issue.id, loaded.issue.updatedAtMs, written.updatedAtMs)
    return { changed, issue: written }
  }
  return {
    title: 'Jira',
    places: PLACES,
    async get(asked, issue, place, signal) {
      here(asked)
      // By key, or by an id: a thousand that changed at once are read in some twenty requests, and leave the others to the writes.
      if (!/^\d{1,18}$/.test(issue)) return (await loadAt(issue, place, signal))?.issue ?? null
      const where = await fields.resolve(place, signal)
      const answer = await readIssue(issue, fieldsFor(where), [SECTION_PROPERTY])
      return answer === null ? null : (await read(client, workspace, answer, where, signal)).issue
    },
    write,
    async create(asked, signal) {
      here(asked.workspace)
      const { id, created } = await createOnce(client, kv, asked, signal, now)
      const { issue } = await loadedAt(id, asked.section?.place ?? { kind: 'description' }, signal)
      if (asked.section === undefined || issue.section?.writtenHash != null) return { created, issue }
      // Only an issue that exists has the id which its section is proven by.
      return { created, issue: (await write(issue, asked.section, signal)).issue }
    },
    async search(asked, query, place, signal) {
      here(asked)
      const jql = jqlOf(query, now())
      if (jql === null) return { issues: [], cursor: null }
      const where = await fields.resolve(place, signal)
      const answer = await client.call({
        method: 'POST',
        path: '/rest/api/3/search/jql',
        body: {
          jql,
          fields: fieldsFor(where),
          properties: [SECTION_PROPERTY],
          maxResults: Math.min(PAGE_MAX, query.limit ?? 50),
          ...(query.cursor === undefined ? {} : { nextPageToken: query.cursor }),
        },
        what: `search in ${query.project}`,
        reads: true,
        signal,
      })
      const listed = pageSchema.safeParse(answer)
      if (!listed.success) throw new HubError('UNAVAILABLE', 'Jira answered with issues that cannot be read')
      const issues: TrackerIssue[] = []
      for (const raw of listed.data.issues) {
        if (raw.fields.project.key !== query.project) continue
        issues.push((await read(client, workspace, raw, where, signal)).issue)
      }
      return { issues, cursor: listed.data.nextPageToken ?? null }
    },
    async link(issue, { url, title }, signal) {
      here(issue.workspace)
      // Jira updates the link of the same global id instead of adding one.
      const globalId = `autodevhub:${createHash('sha256').update(url).digest('hex').slice(0, 40)}`
      await client.call({
        method: 'POST',
        path: path`/rest/api/3/issue/${issue.id}/remotelink`,
        body: { globalId, object: { url, title: title.slice(0, 255) }, relationship: 'is discussed in' },
        what: `link from ${issue.key}`,
        needs: 'Link Issues',
        signal,
      })
    },
    async project(asked, name, account, signal) {
      here(asked)
      const found = await projectOf(client, name, signal)
      if (found === null) return null
      const { id, ...project } = found
      const isOurs = account?.plugin === 'jira'
      return { ...project, accountAdministers: isOurs ? await administers(client, id, account.id, signal) : null }
    },
  }
}
