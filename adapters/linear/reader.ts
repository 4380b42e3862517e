import { type CriteriaPlace, HubError } from '#contract'
import { createGathered } from '../shared/gathered.ts'
import type { LinearClient } from './client.ts'
import { commentsById, issueById, issuePage, type WireComment, type WireIssue } from './documents.ts'
import type { Identities } from './identity.ts'
import { type Snapshot, snapshotOf } from './issue.ts'
import { PAGE, requestsBucket } from './limits.ts'
import type { Marker } from './mark.ts'
import { UUID, workspaceOf } from './place.ts'
import { type Memory, proofOf } from './proof.ts'
import type { Targets } from './targets.ts'

export interface Reader {
  /** By id or by key; null when it is gone, in the trash or not visible. */
  one(workspace: string, issue: string, place: CriteriaPlace, signal: AbortSignal): Promise<Snapshot | null>
  page(
    workspace: string,
    query: {
      readonly filter: object
      readonly first: number
      readonly after: string | null
      readonly archived: boolean
      /** Absent: newest change first. */
      readonly order?: 'createdAt'
    },
    place: CriteriaPlace,
    signal: AbortSignal,
  ): Promise<{ readonly snapshots: readonly Snapshot[]; readonly cursor: string | null }>
  /** What was just created or written, without asking again. */
  seen(workspace: string, wire: WireIssue, place: CriteriaPlace): Promise<Snapshot>
}

export function createReader(deps: {
  readonly client: LinearClient
  readonly identities: Identities
  readonly marker: Marker
  readonly memory: Memory
  readonly targets: Targets
}): Reader {
  const { client, identities, marker, memory, targets } = deps
  const readOne = async (organizationId: string, id: string, signal?: AbortSignal): Promise<WireIssue | null> => {
    const asked = { ...optionsOf(organizationId, signal), what: `issue ${id}` }
    try {
      return (await client.call(issueById, { id }, asked)).issue
    } catch (error) {
      if (error instanceof HubError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }
  // Linear counts requests by the hour: a thousand issues that changed at once are read in some twenty each time.
  const gathered = createGathered<WireIssue>(PAGE, async (organizationId, ids) => {
    const found = new Map<string, WireIssue | null>()
    if (ids.length > 1) {
      const filter = { id: { in: ids } }
      const page = { filter, first: ids.length, after: null, archived: true, order: 'updatedAt' }
      const asked = { ...optionsOf(organizationId, undefined), what: 'issues' }
      for (const wire of (await client.call(issuePage, page, asked)).issues.nodes) found.set(wire.id, wire)
    }
    for (const id of ids) if (!found.has(id)) found.set(id, await readOne(organizationId, id))
    return found
  })
  const commentsTogether = createGathered<WireComment>(PAGE, async (organizationId, ids) => {
    const asked = { ...optionsOf(organizationId, undefined), what: 'comments with criteria' }
    const { comments } = await client.call(commentsById, { ids, first: ids.length }, asked)
    return new Map(comments.nodes.map((comment) => [comment.id, comment]))
  })
  /** Linear's key opens one workspace: nothing is read for another one. */
  const organizationOf = async (workspace: string, signal: AbortSignal | undefined): Promise<string | null> => {
    const { organizationId } = await identities.get(signal)
    return workspace.startsWith('linear:') && workspace !== workspaceOf(organizationId) ? null : organizationId
  }
  const snapshots = async (
    organizationId: string,
    wires: readonly WireIssue[],
    place: CriteriaPlace,
  ): Promise<readonly Snapshot[]> => {
    if (place.kind === 'field')
      throw new HubError(
        'INPUT_INVALID',
        'Linear has no fields for criteria: use the description, a comment or an attachment',
      )
    return Promise.all(
      wires.map(async (wire) => {
        const proof = proofOf(wire)
        const id = place.kind === 'comment' ? proof?.commentId : undefined
        const found = id == null ? null : await commentsTogether(organizationId, id)
        const comment = found?.issueId === wire.id ? found : null
        const remembered = proof === null ? await memory.recall(wire.id) : null
        const target = await targets.of(organizationId, wire.team.key, wire.project?.slugId)
        return snapshotOf(marker, { wire, proof, comment, remembered, target, organizationId }, place)
      }),
    )
  }
  return {
    async one(workspace, issue, place, signal) {
      const organizationId = await organizationOf(workspace, signal)
      if (organizationId === null) return null
      // Keys are few and asked by people; only ids can be asked for together.
      const wire = UUID.test(issue)
        ? await gathered(organizationId, issue)
        : await readOne(organizationId, issue, signal)
      if (wire === null || wire.trashed) return null
      const [snapshot] = await snapshots(organizationId, [wire], place)
      return snapshot ?? null
    },
    async page(workspace, { filter, first, after, archived, order = 'updatedAt' }, place, signal) {
      const organizationId = await organizationOf(workspace, signal)
      if (organizationId === null) return { snapshots: [], cursor: null }
      const { issues } = await client.call(
        issuePage,
        { filter, first: Math.max(1, Math.min(first, PAGE)), after, archived, order },
        { ...optionsOf(organizationId, signal), what: 'issues' },
      )
      const { hasNextPage, endCursor } = issues.pageInfo
      return {
        snapshots: await snapshots(organizationId, issues.nodes, place),
        cursor: hasNextPage ? endCursor : null,
      }
    },
    async seen(workspace, wire, place) {
      const organizationId = workspace.slice('linear:'.length)
      const [snapshot] = await snapshots(organizationId, [wire], place)
      if (snapshot === undefined) throw new HubError('UNAVAILABLE', `${wire.identifier}: Linear showed nothing`)
      return snapshot
    },
  }
}
/** Work on issues leaves the last part of the budget to answers for people. */
export function optionsOf(organizationId: string, signal: AbortSignal | undefined) {
  return {
    scope: requestsBucket(workspaceOf(organizationId)),
    canWait: true,
    ...(signal === undefined ? {} : { signal }),
  }
}
