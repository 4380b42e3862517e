import { HubError, type SectionWrite, type TrackerIssue } from '#contract'
import type { AdfDoc, AdfNode, DocumentFormat } from './adf.ts'
import { type JiraClient, path } from './client.ts'
import { hashOf } from './criteria.ts'
import type { Loaded, Where } from './issue.ts'
import { issueBucket, SIZES } from './limits.ts'
import { INTERNAL_COMMENT, markerOf, type Proof, placeName, SECTION_PROPERTY } from './mark.ts'
import type { Writes } from './overwritten.ts'
import { comment as commentSchema, comments as commentsSchema } from './payloads.ts'
import { composeSection, contentHash, leftover, panelNode } from './section.ts'

const PAGE = 100

/** Writes what is missing of a section, in as few requests as its place allows. Returns false where it already stands so. */
export async function writeSection(
  client: JiraClient,
  loaded: Loaded,
  seen: TrackerIssue,
  section: SectionWrite,
  where: Where,
  signal: AbortSignal,
  writes?: Writes,
): Promise<boolean> {
  const name = placeName(where)
  const proof = loaded.proof?.place === name ? loaded.proof : null
  const hash = hashOf(section.criteria)
  const marker = loaded.proof?.marker ?? markerOf(loaded.raw.id)
  const made = composeSection(loaded.nodes, proof, section, { marker, heading: where.kind !== 'field' })
  if (isWritten(loaded, proof, section, hash, made.notes)) return false
  if (loaded.issue.version !== seen.version)
    throw new HubError('CONFLICT', `${loaded.raw.key} changed since it was read: read it again, then write`)

  const fields: Record<string, AdfDoc> = {}
  const description = withPanel(
    loaded,
    where.kind === 'description' ? panelNode(made.nodes, marker, panelOf(loaded)) : null,
  )
  if (description !== loaded.description) fields.description = description
  const before = loaded.proof?.place ?? ''
  if (before.startsWith('field:') && before !== name)
    fields[before.slice('field:'.length)] = await emptied(client, loaded, before, signal)
  if (where.kind === 'field') fields[where.field] = docWith(made.nodes)
  for (const doc of Object.values(fields)) checkSize(client.format, doc, loaded.raw.key)
  const written = Object.entries(fields).map(([field, doc]) => [field, client.format.write(doc)])

  const { panel, raw } = loaded
  const people = panel < 0 ? loaded.description.content : loaded.description.content.toSpliced(panel, 1)
  const rest = contentHash(where.kind === 'description' ? people : description.content)
  const next: Proof = {
    v: 1,
    issue: raw.id,
    marker,
    story: section.storyRef,
    hash,
    notes: [...made.notes],
    place: name,
    rest,
    writes: (loaded.proof?.writes ?? 0) + 1,
  }
  const scope = { issue: issueBucket(loaded.issue.workspace, raw.id) }
  const commentId =
    where.kind === 'comment' ? await writeComment(client, loaded, docWith(made.nodes), next, scope, signal) : undefined
  const put = client.call({
    method: 'PUT',
    path: path`/rest/api/3/issue/${raw.id}`,
    body: {
      ...(written.length > 0 ? { fields: Object.fromEntries(written) } : {}),
      properties: [
        { key: SECTION_PROPERTY, value: { ...next, ...(commentId === undefined ? {} : { comment: commentId }) } },
      ],
    },
    what: `criteria of ${raw.key}`,
    needs: 'Edit Issues',
    scope,
    signal,
  })
  // Beside the write, which it need not hold up: an edit is told of by a delivery, and that takes longer.
  await Promise.all([put, written.length > 0 ? writes?.begin(raw.id, loaded.issue.updatedAtMs) : undefined])
  if (loaded.proof?.comment && where.kind !== 'comment')
    await removeComment(client, raw.id, loaded.proof.comment, signal)
  return true
}
/** By what it says, not by how it looks: bold type that somebody added is no reason to write. */
function isWritten(
  { issue, nodes }: Loaded,
  proof: Proof | null,
  { storyRef }: SectionWrite,
  hash: string,
  notes: readonly string[],
): boolean {
  if (proof === null || nodes === null) return false
  const same = issue.section?.hash === hash && proof.hash === hash && proof.story === storyRef
  return same && proof.notes.length === notes.length && notes.every((note, i) => note === proof.notes[i])
}
function panelOf({ description, panel }: Loaded): AdfNode | undefined {
  return panel < 0 ? undefined : description.content[panel]
}
/** The description with our panel where it was, else at the end; without one where the criteria go elsewhere. Every other block is the very same. */
function withPanel({ description, panel, proof }: Loaded, made: AdfNode | null): AdfDoc {
  const { content } = description
  if (made !== null) return { ...description, content: panel < 0 ? [...content, made] : content.with(panel, made) }
  if (panel < 0 || proof === null) return description
  return { ...description, content: content.toSpliced(panel, 1, ...leftover(content[panel]?.content ?? [], proof)) }
}
function docWith(content: readonly AdfNode[]): AdfDoc {
  return { version: 1, type: 'doc', content }
}
function checkSize(format: DocumentFormat, doc: AdfDoc, key: string): void {
  const size = format.size(doc)
  if (size <= SIZES.document) return
  throw new HubError(
    'TOO_LARGE',
    `${key}: with the criteria the text has ${size.toLocaleString('en')} characters as Jira counts, formatting included, and ${SIZES.document.toLocaleString('en')} is the most. Split the story, shorten the description, or choose a field or a comment as the place of the criteria`,
  )
}
/** The field that the criteria leave, with what people put between them. */
async function emptied(
  client: JiraClient,
  { raw, proof }: Loaded,
  place: string,
  signal: AbortSignal,
): Promise<AdfDoc> {
  const field = place.slice('field:'.length)
  const answer = await client.call({
    method: 'GET',
    path: path`/rest/api/3/issue/${raw.id}`,
    query: { fields: field },
    what: `issue ${raw.key}`,
    signal,
  })
  const value = (answer as { fields?: Record<string, unknown> } | undefined)?.fields?.[field]
  const { content } = client.format.read(value)
  return docWith(proof === null ? content : leftover(content, proof))
}

type Scope = { readonly issue: string }
async function writeComment(
  client: JiraClient,
  loaded: Loaded,
  doc: AdfDoc,
  proof: Proof,
  scope: Scope,
  signal: AbortSignal,
): Promise<string> {
  const { raw, comment } = loaded
  checkSize(client.format, doc, raw.key)
  const body = client.format.write(doc)
  const properties = [{ key: SECTION_PROPERTY, value: proof }, INTERNAL_COMMENT]
  const common = { what: `comment with the criteria of ${raw.key}`, needs: 'Add Comments', scope, signal }
  const standing = comment ?? (await ownComment(client, raw.id, signal))
  if (standing !== null) {
    await client.call({
      method: 'PUT',
      path: path`/rest/api/3/issue/${raw.id}/comment/${standing}`,
      body: { body, properties },
      ...common,
    })
    return standing
  }
  const made = commentSchema.safeParse(
    await client.call({
      method: 'POST',
      path: path`/rest/api/3/issue/${raw.id}/comment`,
      body: { body, properties },
      ...common,
    }),
  )
  if (!made.success) throw new HubError('OUTCOME_UNKNOWN', 'Jira named no comment')
  return made.data.id
}
/** One whose creation was not answered, newest first. */
async function ownComment(client: JiraClient, issueId: string, signal: AbortSignal): Promise<string | null> {
  const answer = await client.call({
    method: 'GET',
    path: path`/rest/api/3/issue/${issueId}/comment`,
    query: { orderBy: '-created', maxResults: PAGE, expand: 'properties' },
    what: 'comments',
    signal,
  })
  const listed = commentsSchema.safeParse(answer)
  if (!listed.success) throw new HubError('UNAVAILABLE', 'Jira answered with comments that cannot be read')
  const isOurs = (value: unknown) =>
    typeof value === 'object' && value !== null && 'issue' in value && value.issue === issueId
  const found = listed.data.comments.find(({ properties }) =>
    properties?.some(({ key, value }) => key === SECTION_PROPERTY && isOurs(value)),
  )
  return found?.id ?? null
}
/** The criteria stand elsewhere by now; a comment that cannot be taken away does no harm. */
async function removeComment(client: JiraClient, issueId: string, id: string, signal: AbortSignal): Promise<void> {
  await client
    .call({ method: 'DELETE', path: path`/rest/api/3/issue/${issueId}/comment/${id}`, what: 'former comment', signal })
    .catch(() => undefined)
}
