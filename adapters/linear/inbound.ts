import { type CommandCall, type Hub, HubError, issueChanged, type Log } from '#contract'
import { changeOf, isUntouched } from './changes.ts'
import type { LinearConfig } from './config.ts'
import { groupChanged, storyAsked } from './events.ts'
import { type Identities, isSelf } from './identity.ts'
import { isOwnId, type Marker } from './mark.ts'
import {
  attachmentEvent,
  type CommentData,
  commentEvent,
  envelope,
  groupEvent,
  issueEvent,
  sessionEvent,
} from './payloads.ts'
import { commentPlace, issueLane, laneOf, workspaceOf } from './place.ts'
import type { Sessions } from './sessions.ts'
import type { Signals } from './signals.ts'
import { slugIn, type Targets } from './targets.ts'
import type { Threads } from './threads.ts'

/**
 * What a verified delivery means. Each thing it says has a name made of what was signed: a delivery that comes again, by another webhook, or in the
 * hands of somebody who recorded it, is the same arrival. The delivery id in the header is not signed, so nothing depends on it.
 */
export interface Inbound {
  receive(body: Readonly<Record<string, unknown>>, log: Log): Promise<void>
  /** True when it was not known. */
  changed(change: Found): Promise<boolean>
  commented(organizationId: string, comment: CommentData, recovered: boolean, log: Log): Promise<void>
}
export interface Found {
  readonly organizationId: string
  readonly issueId: string
  readonly key: string
  readonly teamKey: string
  readonly projectSlug: string | null | undefined
  readonly change: 'created' | 'updated' | 'deleted' | 'restored' | 'moved' | 'linked' | 'commented'
  readonly changed: readonly string[]
  readonly atMs: number
  readonly own: boolean
  readonly recovered: boolean
  readonly actorId?: string | undefined
  /** Absent: the issue at this time, by whatever way that became known. */
  readonly deliveryId?: string
}

export function createInbound(
  hub: Hub<LinearConfig>,
  deps: {
    readonly identities: Identities
    readonly marker: Marker
    readonly targets: Targets
    readonly sessions: Sessions
    readonly signals: Signals
    readonly threads: Threads
  },
): Inbound {
  const { identities, marker, targets, sessions, signals, threads } = deps

  const changed: Inbound['changed'] = async (found) => {
    const workspace = workspaceOf(found.organizationId)
    const receipt = await hub.publish(
      issueChanged,
      {
        plugin: 'linear',
        issueId: found.issueId,
        key: found.key,
        project: await targets.of(found.organizationId, found.teamKey, found.projectSlug),
        change: found.change,
        atMs: found.atMs,
        changed: [...found.changed],
        own: found.own,
        recovered: found.recovered,
      },
      {
        workspace,
        deliveryId: found.deliveryId ?? deliveryIdOf(found),
        lane: issueLane(workspace, found.issueId),
        ...(found.actorId === undefined ? {} : { actor: { plugin: 'linear', id: found.actorId } }),
      },
    )
    return receipt.status === 'queued'
  }
  /** True when it was stored for the first time. */
  const run = async (call: CommandCall, log: Log): Promise<boolean> => {
    try {
      return (await hub.command(call)).status === 'queued'
    } catch (error) {
      // It can never be stored, so Linear need not deliver it again.
      if (!(error instanceof HubError) || error.retry !== 'never') throw error
      log.warn({ error: error.message }, 'Linear command was not stored')
      return false
    }
  }
  const command = async (organizationId: string, comment: CommentData, log: Log): Promise<boolean> => {
    const { issueId, user, parentId } = comment
    // What came from Slack is heard in Slack; hearing its copy here would run it twice.
    if (!issueId || !user || isFromOutside(comment)) return false
    const place = commentPlace(organizationId, issueId, parentId ?? comment.id)
    const line = lineIn(comment.body)
    const isCommand = line?.slash === true && hub.catalog.match(line.text) !== null
    if (!isCommand && !line?.addressed && !(parentId && (await threads.waitsFor(place)))) return false
    const deliveryId = `comment:${comment.id}`
    const input = isCommand || line?.addressed ? (line?.text ?? '') : comment.body.trim()
    if (isCommand && input === 'story') {
      const asked = { deliveryId, issueId, thread: parentId ?? comment.id, organizationId, actor: user }
      const receipt = await hub.publish(storyAsked, asked, {
        workspace: place.workspace,
        deliveryId: `${deliveryId}:asked`,
        actor: { plugin: 'linear', id: user.id },
      })
      return receipt.status === 'queued'
    }
    return run(
      {
        workspace: place.workspace,
        deliveryId,
        actor: { plugin: 'linear', id: user.id },
        actorName: user.name,
        place,
        lane: laneOf(place),
        input,
      },
      log,
    )
  }
  const commented: Inbound['commented'] = async (organizationId, comment, recovered, log) => {
    const { issueId, issue, user } = comment
    if (!issueId || isOwnId(comment.id)) return
    if (await command(organizationId, comment, log)) signals.seen(comment.id)
    await changed({
      organizationId,
      issueId,
      key: issue?.identifier ?? '',
      teamKey: issue?.team?.key ?? '',
      projectSlug: issue?.project?.slugId,
      change: 'commented',
      changed: [],
      atMs: Date.parse(comment.updatedAt),
      own: false,
      recovered,
      actorId: user?.id,
      deliveryId: `comment:${comment.id}:${Date.parse(comment.updatedAt)}:changed`,
    })
  }
  /** One of the hub's: whoever edits or deletes it may have changed criteria. */
  const ownComment = async (organizationId: string, comment: CommentData, action: string, self: boolean) => {
    const { issueId, issue } = comment
    if (!issueId || action === 'create') return
    await changed({
      organizationId,
      issueId,
      key: issue?.identifier ?? '',
      teamKey: issue?.team?.key ?? '',
      projectSlug: null,
      change: 'updated',
      changed: ['section'],
      atMs: Date.parse(comment.updatedAt),
      own: self && action === 'update' && isUntouched(marker, { id: issueId, description: comment.body }),
      recovered: false,
      deliveryId: `comment:${comment.id}:${Date.parse(comment.updatedAt)}:${action}`,
    })
  }
  return {
    changed,
    commented,
    async receive(body, log) {
      const read = envelope.safeParse(body)
      if (!read.success) return
      const { type, action, organizationId } = read.data
      const identity = identities.peek()
      if (identity !== null && identity.organizationId !== organizationId) {
        log.info(
          { organizationId, type },
          'a delivery of a Linear workspace that LINEAR_API_KEY does not open was left alone',
        )
        return
      }
      if (type === 'Issue') {
        const event = issueEvent.safeParse(body)
        const change = event.success ? changeOf(marker, identity, event.data) : null
        if (!event.success || change === null) return
        const { data, actor } = event.data
        await changed({
          ...change,
          organizationId,
          issueId: data.id,
          key: data.identifier,
          teamKey: data.team?.key ?? data.identifier.split('-')[0] ?? '',
          projectSlug: slugIn(data.project?.url),
          atMs: Date.parse(data.updatedAt),
          recovered: false,
          actorId: actor?.id,
        })
      } else if (type === 'Comment') {
        const event = commentEvent.safeParse(body)
        if (!event.success) return
        const { data, actor } = event.data
        if (isOwnId(data.id)) await ownComment(organizationId, data, action, isSelf(identity, actor))
        else if (action === 'create') await commented(organizationId, data, false, log)
      } else if (type === 'Attachment' && action !== 'create') {
        const event = attachmentEvent.safeParse(body)
        if (!event.success || !isOwnId(event.data.data.id) || isSelf(identity, event.data.actor)) return
        const { id, issueId, updatedAt } = event.data.data
        const atMs = Date.parse(updatedAt)
        await hub.publish(
          groupChanged,
          { kind: 'issue', id: issueId, atMs },
          { workspace: workspaceOf(organizationId), deliveryId: `attachment:${id}:${atMs}:${action}` },
        )
      } else if ((type === 'IssueLabel' || type === 'Project') && action !== 'create') {
        const event = groupEvent.safeParse(body)
        if (!event.success) return
        const { id, updatedAt } = event.data.data
        const atMs = Date.parse(updatedAt)
        await hub.publish(
          groupChanged,
          { kind: type === 'Project' ? 'project' : 'label', id, atMs },
          { workspace: workspaceOf(organizationId), deliveryId: `group:${id}:${atMs}:${action}` },
        )
      } else if (type === 'AgentSessionEvent') {
        const event = sessionEvent.safeParse(body)
        if (event.success) await sessions.receive(event.data, (call) => run(call, log))
      }
    },
  }
}
/** Typed in Slack or another synced place. */
function isFromOutside({ botActor, externalUserId, syncedWith }: CommentData): boolean {
  return Boolean(botActor) || Boolean(externalUserId) || (Array.isArray(syncedWith) && syncedWith.length > 0)
}
/** Named by what was signed, and so that looking finds the same name: what looking cannot tell apart has one. */
function deliveryIdOf({ issueId, atMs, change }: Found): string {
  const isGone = change === 'deleted' || change === 'restored'
  return isGone ? `issue:${issueId}:${atMs}:${change}` : `issue:${issueId}:${atMs}`
}
/** A comment that begins with a slash or names the hub is for it, all of it; quotes of others are not. */
function lineIn(text: string): { readonly text: string; readonly slash: boolean; readonly addressed: boolean } | null {
  const words = text.replace(/\r\n?/g, '\n').trim()
  const named = /^@hub\b[:,]?\s*/i.exec(words)
  const rest = named ? words.slice(named[0].length) : words
  const slash = /^\/[a-z]/i.test(rest)
  if (!slash && !named) return null
  return { text: slash ? rest.slice(1) : rest || 'hub help', slash, addressed: named !== null }
}
