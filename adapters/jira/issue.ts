import { createHash } from 'node:crypto'
import { type CriteriaPlace, HubError, type TrackerIssue } from '#contract'
import type { AdfDoc, AdfNode, DocumentFormat } from './adf.ts'
import { type JiraClient, path } from './client.ts'
import { type Proof, placeName, readProof, SECTION_PROPERTY } from './mark.ts'
import { comment, issue as issueSchema, type RawIssue } from './payloads.ts'
import { contentHash, panelAt, readSection } from './section.ts'
import { toMarkdown } from './to-markdown.ts'

const ISSUE_FIELDS = [
  'summary',
  'description',
  'labels',
  'status',
  'resolution',
  'issuetype',
  'project',
  'creator',
  'parent',
  'updated',
] as const

/** A place with its field by id. */
export type Where = CriteriaPlace
/** An issue with all that a write needs: its text as it came, and what is ours in it. */
export interface Loaded {
  readonly raw: RawIssue
  readonly description: AdfDoc
  readonly proof: Proof | null
  /** Position of our panel in the description; -1 without one. */
  readonly panel: number
  /** What stands in the place; null where our section is gone or never was. */
  readonly nodes: readonly AdfNode[] | null
  /** Our comment, where that is the place. */
  readonly comment: string | null
  readonly issue: TrackerIssue
}

export async function load(
  client: JiraClient,
  workspace: string,
  idOrKey: string,
  where: Where,
  signal: AbortSignal,
): Promise<Loaded | null> {
  if (!/^(?:\d{1,18}|[A-Za-z][A-Za-z0-9_]{0,40}-\d{1,10})$/.test(idOrKey)) return null
  const found = await client.find({
    method: 'GET',
    path: path`/rest/api/3/issue/${idOrKey}`,
    query: { fields: fieldsFor(where).join(','), properties: SECTION_PROPERTY },
    what: `issue ${idOrKey}`,
    signal,
  })
  return found === null ? null : read(client, workspace, found, where, signal)
}
export function fieldsFor(where: Where): readonly string[] {
  return where.kind === 'field' ? [...ISSUE_FIELDS, where.field] : ISSUE_FIELDS
}
/** Makes out of Jira's answer what the port tells; a section in a comment costs one more request. */
export async function read(
  client: JiraClient,
  workspace: string,
  answer: unknown,
  where: Where,
  signal: AbortSignal,
): Promise<Loaded> {
  const parsed = issueSchema.safeParse(answer)
  if (!parsed.success) throw new HubError('UNAVAILABLE', 'Jira answered with an issue that cannot be read')
  const raw = parsed.data
  const known = readProof(raw.properties?.[SECTION_PROPERTY], raw.id)
  // A section that was written to another place proves nothing here.
  const written = known?.place === placeName(where) ? known : null
  const description = client.format.read(raw.fields.description)
  const panel = panelAt(description, known)
  const said =
    where.kind === 'comment' && written?.comment ? await commentOf(client, raw.id, written.comment, signal) : null
  const proof = said?.proof ?? written
  const at = { raw, description, panel: proof === null ? -1 : panel, comment: said?.nodes ?? null }
  const nodes = contentIn(where, at, client.format)
  const section = nodes === null && proof === null ? null : readSection(nodes, proof)
  const { fields } = raw
  const people = panel < 0 ? description.content : description.content.toSpliced(panel, 1)
  const issue: TrackerIssue = {
    plugin: 'jira',
    workspace,
    id: raw.id,
    key: raw.key,
    url: `${client.baseUrl}/browse/${raw.key}`,
    project: fields.project.key,
    type: fields.issuetype?.name ?? null,
    title: fields.summary ?? '',
    body: toMarkdown({ content: people }),
    labels: fields.labels ?? [],
    status: { name: fields.status.name, category: categoryOf(fields) },
    author: fields.creator ? { plugin: 'jira', id: fields.creator.accountId } : null,
    parentId: fields.parent?.id ?? null,
    updatedAtMs: Date.parse(fields.updated),
    version: versionOf(raw, description, nodes),
    section,
  }
  return { raw, description, proof: proof ?? known, panel, nodes, comment: said?.id ?? null, issue }
}
function contentIn(
  where: Where,
  at: { raw: RawIssue; description: AdfDoc; panel: number; comment: readonly AdfNode[] | null },
  format: DocumentFormat,
): readonly AdfNode[] | null {
  if (where.kind === 'description') return at.description.content[at.panel]?.content ?? null
  if (where.kind === 'comment') return at.comment
  if (where.kind !== 'field') return null
  const { content } = format.read(at.raw.fields[where.field])
  return content.length === 0 ? null : content
}
/** It carries its proof itself, written in one request with what it proves. */
async function commentOf(
  client: JiraClient,
  issueId: string,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly nodes: readonly AdfNode[]; readonly proof: Proof | null } | null> {
  const found = await client.find({
    method: 'GET',
    path: path`/rest/api/3/issue/${issueId}/comment/${id}`,
    query: { expand: 'properties' },
    what: 'comment with the criteria',
    signal,
  })
  const parsed = comment.safeParse(found)
  if (!parsed.success) return null
  const { body, properties } = parsed.data
  const proof = readProof(properties?.find(({ key }) => key === SECTION_PROPERTY)?.value, issueId)
  return { id, nodes: client.format.read(body).content, proof }
}
/** Jira knows three; what was closed without being done is told by how. */
function categoryOf({ status, resolution }: RawIssue['fields']): TrackerIssue['status']['category'] {
  const key = status.statusCategory?.key
  if (key === 'indeterminate') return 'active'
  if (key !== 'done') return 'open'
  const gone = /won.?t|duplicate|cannot|cancel|declin|reject|obsolete|abandon|invalid/i
  return gone.test(resolution?.name ?? '') || gone.test(status.name) ? 'cancelled' : 'done'
}
/** Of what people and the hub can change and a story cares about; a link or a watcher changes nothing here. */
function versionOf({ fields }: RawIssue, description: AdfDoc, nodes: readonly AdfNode[] | null): string {
  const parts = [
    fields.summary ?? '',
    [...(fields.labels ?? [])].sort(),
    fields.status.name,
    fields.issuetype?.name ?? '',
    fields.parent?.id ?? '',
    contentHash(description.content),
    nodes === null ? '' : contentHash(nodes),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
