import { createHash } from 'node:crypto'
import type { CriteriaPlace, CriteriaSection, TrackerIssue } from '#contract'
import { hashOf, parseCriteria } from './criteria.ts'
import type { WireIssue } from './documents.ts'
import type { Marker, SectionMark } from './mark.ts'
import { workspaceOf } from './place.ts'
import type { Proof, Remembered } from './proof.ts'
import { type Located, locateSection, withoutSection } from './section.ts'

/** An issue as Linear has it, with what the hub wrote found in it. */
export interface Snapshot {
  readonly wire: WireIssue
  readonly proof: Proof | null
  /** The section of the description. */
  readonly located: Located | null
  /** The comment that holds the criteria, where that is the place. */
  readonly comment: { readonly id: string; readonly body: string } | null
  /** What the mark of the asked place says; null where there is none. */
  readonly mark: SectionMark | null
  /** What the hub's own record says; read only where the issue has no proof. */
  readonly remembered: Remembered | null
  readonly issue: TrackerIssue
}
export interface Found {
  readonly wire: WireIssue
  readonly proof: Proof | null
  readonly comment: Snapshot['comment']
  readonly remembered: Remembered | null
  readonly target: string
  readonly organizationId: string
}
const CATEGORIES: Readonly<Record<string, TrackerIssue['status']['category']>> = {
  triage: 'open',
  backlog: 'open',
  unstarted: 'open',
  started: 'active',
  completed: 'done',
  canceled: 'cancelled',
  duplicate: 'cancelled',
}

export function snapshotOf(marker: Marker, found: Found, place: CriteriaPlace): Snapshot {
  const { wire, proof, comment, remembered, target, organizationId } = found
  const description = wire.description ?? ''
  const located = locateSection(marker, wire.id, description, proof?.place === 'description' ? proof : null)
  const { section, mark } = sectionOf(marker, found, place, located)
  const issue: TrackerIssue = {
    plugin: 'linear',
    workspace: workspaceOf(organizationId),
    id: wire.id,
    key: wire.identifier,
    url: wire.url,
    project: target,
    type: null,
    title: wire.title,
    body: withoutSection(description, located),
    labels: wire.labels.nodes.map(({ name }) => name),
    status: { name: wire.state.name, category: CATEGORIES[wire.state.type] ?? 'open' },
    author: wire.creator === null ? null : { plugin: 'linear', id: wire.creator.id },
    parentId: wire.parent?.id ?? null,
    updatedAtMs: Date.parse(wire.updatedAt),
    version: versionOf(wire, comment?.body ?? null, place.kind === 'attachment' ? proof : null),
    section,
  }
  return { wire, proof, located, comment, mark, remembered, issue }
}
/** Of everything a person can change, so that a touch by Linear itself, such as a new sort order, is no change. */
function versionOf(wire: WireIssue, comment: string | null, proof: Proof | null): string {
  const all = [
    wire.title,
    wire.description,
    wire.state.id,
    wire.team.id,
    wire.project?.id,
    wire.parent?.id,
    wire.archivedAt,
    wire.labels.nodes.map(({ id, name }) => `${id} ${name}`).sort(),
    comment,
    proof && [proof.mark, proof.criteria],
  ]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16)
}
function sectionOf(
  marker: Marker,
  { wire, proof, comment, remembered }: Found,
  place: CriteriaPlace,
  located: Located | null,
): { section: CriteriaSection | null; mark: SectionMark | null } {
  const here = proof?.place === place.kind ? proof : null
  const last = here ?? (remembered?.place === place.kind ? remembered : null)
  const read = ((): { criteria: CriteriaSection['criteria']; mark: SectionMark | null } | null => {
    if (place.kind === 'description') return located && { criteria: located.criteria, mark: located.mark }
    if (place.kind === 'comment') return comment && { ...readComment(marker, wire.id, comment.body, here) }
    return here?.criteria ? { criteria: here.criteria, mark: here } : null
  })()
  if (read === null) {
    if (last === null) return { section: null, mark: null }
    const gone = { criteria: [], storyRef: last.storyRef, writtenHash: last.hash, hash: hashOf([]) }
    return { section: gone, mark: null }
  }
  const { criteria, mark } = read
  const section = {
    criteria,
    storyRef: mark?.storyRef ?? last?.storyRef ?? null,
    writtenHash: mark?.hash ?? last?.hash ?? null,
    hash: hashOf(criteria),
  }
  return { section, mark }
}
function readComment(marker: Marker, issueId: string, body: string, proof: Proof | null) {
  const located = locateSection(marker, issueId, body, proof)
  return { criteria: located?.criteria ?? parseCriteria(body, proof?.notes ?? []), mark: located?.mark ?? null }
}
