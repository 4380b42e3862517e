import { HubError, type IssueQuery, type Json, type NewIssue, type Tracker } from '#contract'
import type { LinearClient } from './client.ts'
import { attach, createIssue, type WireIssue } from './documents.ts'
import type { Identities } from './identity.ts'
import { PAGE } from './limits.ts'
import { idFor, type Marker } from './mark.ts'
import type { Projects } from './projects.ts'
import { optionsOf, type Reader } from './reader.ts'
import { renderSection } from './section.ts'
import { parseTarget } from './targets.ts'
import type { Writer } from './write.ts'

/** Where criteria can be put, the default first. */
export const PLACES = ['description', 'comment', 'attachment'] as const

export function createTracker(deps: {
  readonly client: LinearClient
  readonly identities: Identities
  readonly reader: Reader
  readonly writer: Writer
  readonly projects: Projects
  readonly marker: Marker
}): Tracker {
  const { client, identities, reader, writer, projects, marker } = deps

  const create = async (wanted: NewIssue, signal: AbortSignal) => {
    const { organizationId } = await identities.get(signal)
    const workspace = `linear:${organizationId}`
    const home = await projects.home(wanted.project, signal)
    const id = idFor(`issue ${wanted.key}`)
    const { section } = wanted
    const place = section?.place ?? { kind: 'description' as const }
    const text = section && place.kind === 'description' ? renderSection(marker, id, section).text : ''
    const description = [wanted.body.trim(), text].filter(Boolean).join('\n\n')
    const options = { ...optionsOf(organizationId, signal), what: `new issue in ${wanted.project}` }
    let wire: WireIssue | null = null
    let created = true
    let refused: HubError | null = null
    try {
      const input = {
        id,
        teamId: home.teamId,
        ...(home.projectId === null ? {} : { projectId: home.projectId }),
        ...(wanted.parentId === undefined ? {} : { parentId: wanted.parentId }),
        title: wanted.title.slice(0, 255),
        description,
      }
      wire = (await client.call(createIssue, { input }, options)).issueCreate.issue
    } catch (error) {
      // Made before under the same key: how Linear words that is written nowhere, so what stands there decides.
      if (!(error instanceof HubError) || error.code !== 'INPUT_INVALID') throw error
      refused = error
      created = false
    }
    const now =
      wire === null ? await reader.one(workspace, id, place, signal) : await reader.seen(workspace, wire, place)
    if (now === null) throw refused ?? new HubError('NOT_FOUND', 'the issue made for this was deleted in Linear')
    // What people made of an issue that exists already is theirs.
    if (section === undefined || (now.issue.section !== null && now.proof !== null))
      return { created, issue: now.issue }
    return { created, issue: (await writer.write(now.issue, section, signal)).issue }
  }
  return {
    title: 'Linear',
    places: PLACES,
    get: async (workspace, issue, place, signal) => (await reader.one(workspace, issue, place, signal))?.issue ?? null,
    write: writer.write,
    create,
    async search(workspace, query, place, signal) {
      const text = query.text?.trim() ?? ''
      if (text !== '' && !/[\p{L}\p{N}]/u.test(text)) return { issues: [], cursor: null }
      const { snapshots, cursor } = await reader.page(
        workspace,
        {
          filter: filterOf(query),
          first: query.limit ?? PAGE,
          after: query.cursor ?? null,
          archived: false,
          ...(query.order === 'created' ? { order: 'createdAt' as const } : {}),
        },
        place,
        signal,
      )
      return { issues: snapshots.map(({ issue }) => issue), cursor }
    },
    async link(issue, { url, title }, signal) {
      const { organizationId } = await identities.get(signal)
      // The same address on the same issue updates what stands there. A plain link: one that syncs a Slack thread would post what the hub posts itself.
      const input = { issueId: issue.id, url, title: title.slice(0, 255), id: idFor(`link ${issue.id} ${url}`) }
      try {
        await client.call(attach, { input }, { ...optionsOf(organizationId, signal), what: `link on ${issue.key}` })
      } catch (error) {
        if (
          !(error instanceof HubError) ||
          error.code !== 'INPUT_INVALID' ||
          !/exist|duplicate|unique/i.test(error.message)
        )
          throw error
      }
    },
    project: (_workspace, project, account, signal) => projects.project(project, account, signal),
  }
}

/** Linear has no query language for people; whoever knows its filters can give one as JSON, and Linear checks it. */
function filterOf({ project, query, text, updatedSinceMs }: IssueQuery): { readonly and: readonly object[] } {
  const target = parseTarget(project)
  const words = wordsIn(text ?? '')
  return {
    and: [
      target.kind === 'team' ? { team: { key: { eq: target.key } } } : { project: { slugId: { eq: target.slug } } },
      ...(query === undefined || query.trim() === '' ? [] : [parseFilter(query)]),
      ...(words.length === 0 ? [] : [{ or: words.map((word) => ({ searchableContent: { contains: word } })) }]),
      ...(updatedSinceMs === undefined ? [] : [{ updatedAt: { gte: new Date(updatedSinceMs).toISOString() } }]),
    ],
  }
}
/** Any of the words that say something: similar issues share some of them, seldom all. */
function wordsIn(text: string): readonly string[] {
  const all = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])]
  const long = all.filter((word) => word.length > 3)
  return (long.length > 0 ? long : all).slice(0, 8)
}
function parseFilter(query: string): object {
  try {
    const read = JSON.parse(query) as Json
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read
  } catch {
    // Said below, with what would be right.
  }
  throw new HubError(
    'INPUT_INVALID',
    'A query for Linear is a filter of its API as JSON, such as {"state": {"type": {"eq": "backlog"}}}',
  )
}
