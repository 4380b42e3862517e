import { HubError, type SectionWrite, type TrackerIssue } from '#contract'
import type { LinearClient } from './client.ts'
import { canonical, hashOf, noteDigest, plain } from './criteria.ts'
import { type WireIssue, writeSection } from './documents.ts'
import type { Snapshot } from './issue.ts'
import { SIZES } from './limits.ts'
import { idFor, type Marker } from './mark.ts'
import { type Memory, type Proof, proofInput } from './proof.ts'
import { optionsOf, type Reader } from './reader.ts'
import { placeSection, renderSection } from './section.ts'

export interface Writer {
  write(
    issue: TrackerIssue,
    section: SectionWrite,
    signal: AbortSignal,
  ): Promise<{ readonly changed: boolean; readonly issue: TrackerIssue }>
}
/** Does the place already say what a write would make it say? */
function stands({ issue, mark }: Snapshot, section: SectionWrite): boolean {
  const hash = hashOf(section.criteria)
  return (
    mark !== null &&
    mark.storyRef === section.storyRef &&
    mark.hash === hash &&
    issue.section?.hash === hash &&
    mark.notes.join() === notesOf(section).join()
  )
}
const notesOf = (section: SectionWrite) =>
  section.notes
    .map(plain)
    .filter((note) => note !== '')
    .map(noteDigest)

function placeOf(section: SectionWrite): Proof['place'] {
  if (section.place.kind !== 'field') return section.place.kind
  throw new HubError(
    'INPUT_INVALID',
    'Linear has no fields for criteria: use the description, a comment or an attachment',
  )
}
/** Where the attachment leads: to the criteria. */
const proofUrl = (issueUrl: string): string => `${issueUrl}#acceptance-criteria`

/** The proof of what a section says, as attachment input. */
function proofFor(
  issueId: string,
  section: SectionWrite,
  mark: string,
  more: { readonly version: number; readonly commentId?: string | undefined },
) {
  return proofInput(issueId, {
    storyRef: section.storyRef,
    hash: hashOf(section.criteria),
    notes: notesOf(section),
    mark,
    place: placeOf(section),
    criteria: canonical(section.criteria),
    ...more,
  })
}

function checkSizes(kind: Proof['place'], now: Snapshot, text: string, proof: { readonly metadata: object }): void {
  const description = (now.wire.description ?? '').length + text.length
  const [length, most] = {
    description: [description, SIZES.description],
    comment: [text.length, SIZES.comment],
    attachment: [JSON.stringify(proof.metadata).length, SIZES.metadata],
  }[kind] as [number, number]
  if (length > most)
    throw new HubError(
      'TOO_LARGE',
      `${now.issue.key}: the criteria need ${length} characters and a ${kind} holds ${most}; split the story, write fewer criteria or choose another place`,
    )
}

export function createWriter(deps: {
  readonly client: LinearClient
  readonly reader: Reader
  readonly marker: Marker
  readonly memory: Memory
}): Writer {
  const { client, reader, marker, memory } = deps
  const read = async (issue: TrackerIssue, section: SectionWrite, signal: AbortSignal): Promise<Snapshot> => {
    const now = await reader.one(issue.workspace, issue.id, section.place, signal)
    if (now === null)
      throw new HubError('NOT_FOUND', `${issue.key} is gone from Linear, or the key may not see it any more`)
    return now
  }
  /** One request: the section, and the proof of it. */
  const send = async (
    now: Snapshot,
    section: SectionWrite,
    signal: AbortSignal,
    proofOnly: boolean,
  ): Promise<WireIssue> => {
    const { wire, proof, located, comment } = now
    const kind = placeOf(section)
    const { text, mark } = renderSection(marker, wire.id, section)
    const words = marker.write(wire.id, mark)
    const commentId =
      kind === 'comment' ? (comment?.id ?? idFor(`criteria ${wire.id} ${proof?.commentId ?? ''}`)) : undefined
    const version = (proof?.version ?? now.remembered?.version ?? 0) + 1
    const made = proofFor(wire.id, section, words, { version, commentId })
    checkSizes(kind, now, text, made)
    // One that somebody deleted keeps its id for ever.
    const proofId = proof?.attachmentId ?? idFor(`proof ${wire.id} ${version}`)
    const url = proofUrl(wire.url)
    const proofVariables =
      proof === null ? { proof: { ...made, id: proofId, issueId: wire.id, url } } : { proofId, proof: made }
    const sections = {
      description: { id: wire.id, description: placeSection(wire.description ?? '', located, text) },
      newComment: { comment: { id: commentId, issueId: wire.id, body: text, doNotSubscribeToIssue: true } },
      comment: { id: commentId, body: text },
      nothing: {},
    }
    const inComment = comment ? 'comment' : 'newComment'
    const which = proofOnly || kind === 'attachment' ? 'nothing' : kind === 'comment' ? inComment : kind
    const document = writeSection[which][proof === null ? 'newProof' : 'proof']
    const organizationId = now.issue.workspace.slice('linear:'.length)
    const done = await client.call(
      document,
      { ...sections[which], ...proofVariables },
      { ...optionsOf(organizationId, signal), what: `criteria of ${wire.identifier}` },
    )
    const { description, updatedAt } = done.issueUpdate?.issue ?? wire
    const others = wire.attachments.nodes.filter(({ id }) => id !== proofId)
    const attachments = { nodes: [{ id: proofId, url, metadata: made.metadata }, ...others] }
    return { ...wire, description, updatedAt, attachments }
  }
  return {
    async write(issue, section, signal) {
      const now = await read(issue, section, signal)
      const isThere = stands(now, section)
      if (isThere && now.proof !== null) return { changed: false, issue: now.issue }
      if (now.wire.archivedAt !== null)
        throw new HubError('FORBIDDEN', `${now.issue.key} is archived in Linear; restore it there, then try again`)
      // Linear has no write that names what it replaces: this look is as close as it gets.
      if (!isThere && now.issue.version !== issue.version)
        throw new HubError('CONFLICT', `${now.issue.key} changed in Linear since it was read`)
      const after = await send(now, section, signal, isThere).then(
        (wire) => reader.seen(now.issue.workspace, wire, section.place),
        async (error: unknown) => {
          // An id that exists already is refused like any other mistake; what stands there tells which it was.
          if (!(error instanceof HubError) || error.code !== 'INPUT_INVALID') throw error
          const stood = await read(issue, section, signal)
          if (!stands(stood, section)) throw error
          return stood
        },
      )
      const { storyRef } = section
      const version = after.proof?.version ?? 1
      await memory.remember(now.wire.id, { storyRef, hash: hashOf(section.criteria), place: placeOf(section), version })
      return { changed: !isThere, issue: after.issue }
    },
  }
}
