import {
  type CommandCall,
  criteriaAsked,
  type Hub,
  HubError,
  type IssueChanged,
  issueChanged,
  type Log,
} from '#contract'
import { docOf, plainText } from './adf.ts'
import type { JiraConfig } from './config.ts'
import type { Own } from './own.ts'
import { delivery, type EventIssue, type JiraDelivery, type JiraUser } from './payloads.ts'
import { type Audience, laneOf, placeOf } from './place.ts'
import type { Seen } from './seen.ts'
import { wikiToText } from './wiki.ts'

/** Jira tries for little more than an hour; what is older is no delivery any more. */
const MAX_AGE_MS = 24 * 3_600_000

/** What a verified delivery means. */
export interface Inbound {
  receive(deliveryId: string, body: unknown, log: Log): Promise<void>
}
export interface InboundDeps {
  readonly hub: Pick<Hub<JiraConfig>, 'catalog' | 'command' | 'publish'>
  readonly workspace: string
  readonly own: Own
  readonly seen: Seen
  /** Title and text of an issue, for a command that stands alone under it. */
  aboutIssue(issueId: string): Promise<string>
  /** Has somebody bound the project, so that its criteria are written into its issues? */
  isBound(project: string): Promise<boolean>
  /** Is one of these dynamic webhooks a standing one of this hub? */
  isOurHook(matched: readonly number[]): Promise<boolean>
  /** A change that was not the hub's own, to see whether the hub overwrote it. */
  lookAt(read: JiraDelivery, issue: EventIssue, deliveryId: string): Promise<void>
  readonly now: () => number
}
const CHANGES: Readonly<Record<string, IssueChanged['change']>> = {
  'jira:issue_created': 'created',
  'jira:issue_updated': 'updated',
  'jira:issue_deleted': 'deleted',
  comment_created: 'commented',
  comment_updated: 'commented',
  comment_deleted: 'commented',
}

export function createInbound(deps: InboundDeps): Inbound {
  const { hub, workspace, own, seen, aboutIssue, isBound, isOurHook, lookAt, now } = deps
  const publish = async (read: JiraDelivery, issue: EventIssue, deliveryId: string, log: Log): Promise<void> => {
    const change = CHANGES[read.webhookEvent]
    if (change === undefined) return
    const { comment } = read
    const by = read.user ?? comment?.updateAuthor ?? comment?.author ?? null
    // The criteria may stand in a comment of the hub: what people do to it changes them.
    const isOurs =
      comment != null &&
      read.webhookEvent !== 'comment_created' &&
      (await own.isAccount(comment.author?.accountId ?? '', log))
    const changed = comment ? (isOurs ? ['section'] : []) : changedIn(read)
    const kind = isOurs ? 'updated' : kindOf(change, changed)
    const about = {
      change: kind,
      by: by?.accountId ?? null,
      issueId: issue.id,
      commentId: comment?.id ?? null,
      changed,
      fields: customFields(read),
    }
    const payload = {
      plugin: 'jira',
      issueId: issue.id,
      key: issue.key,
      project: projectOf(issue),
      change: kind,
      atMs: read.timestamp,
      changed: [...changed],
      own: await own.isOwn(about, log),
      recovered: false,
    }
    await hub.publish(issueChanged, payload, {
      workspace,
      deliveryId,
      lane: laneOf(workspace, issue.id),
      ...(by === null ? {} : { actor: { plugin: 'jira', id: by.accountId } }),
    })
    if (!payload.own && !comment) await lookAt(read, issue, deliveryId)
    // A clock that is ahead must not hide what comes after.
    const atMs = Math.min(now(), Math.max(read.timestamp, updatedMs(issue)))
    await (kind === 'commented' ? seen.noteComment(issue.id, atMs, log) : seen.note(issue.id, atMs, log))
  }
  const run = async (read: JiraDelivery, issue: EventIssue, deliveryId: string, log: Log): Promise<void> => {
    const { comment } = read
    const author = comment?.author
    const line = commandIn(comment?.body)
    if (!comment || !author || line === null || hub.catalog.match(line) === null) return
    if (!isPerson(author)) {
      log.info({ actor: author.accountId, type: author.accountType }, 'a command of a bot or a customer was not run')
      return
    }
    if (
      await own.isOwn(
        {
          change: 'commented',
          by: author.accountId,
          issueId: issue.id,
          commentId: comment.id,
          changed: [],
          fields: [],
        },
        log,
      )
    )
      return
    if (line === 'story' && comment.visibility == null && (await isBound(projectOf(issue)))) {
      const by = { id: author.accountId, name: author.displayName ?? author.accountId }
      const asked = { plugin: 'jira', issueId: issue.id, project: projectOf(issue), by, thread: null }
      await hub.publish(criteriaAsked, asked, {
        workspace,
        deliveryId: `${deliveryId}:command`,
        lane: laneOf(workspace, issue.id),
        actor: { plugin: 'jira', id: author.accountId },
      })
      return
    }
    const call: CommandCall = {
      workspace,
      deliveryId: `${deliveryId}:command`,
      actor: { plugin: 'jira', id: author.accountId },
      ...(author.displayName === undefined ? {} : { actorName: author.displayName }),
      place: placeOf(workspace, issue.id, audienceOf(comment.visibility)),
      lane: laneOf(workspace, issue.id),
      // Alone it means what it stands under.
      input: line === 'story' ? `story ${await aboutIssue(issue.id)}`.trim() : line,
    }
    try {
      await hub.command(call)
    } catch (error) {
      // It can never be stored, so Jira need not deliver it again.
      if (!(error instanceof HubError) || error.retry !== 'never') throw error
      log.warn({ error: error.message }, 'Jira command was not stored')
    }
  }
  return {
    async receive(deliveryId, body, log) {
      const read = delivery.safeParse(body)
      if (!read.success) return
      if (now() - read.data.timestamp > MAX_AGE_MS) {
        log.warn({ event: read.data.webhookEvent }, 'a Jira delivery older than a day was left alone')
        return
      }
      // Comments of old and of bulk changes may come without their issue: the sweep finds those.
      const { issue, matchedWebhookIds: matched } = read.data
      if (!issue) return
      if (matched && matched.length > 0 && !(await isOurHook(matched))) {
        log.info(
          { matched: matched.slice(0, 5) },
          'a delivery of a webhook that is not the hub’s (any more) was left alone',
        )
        return
      }
      if (read.data.webhookEvent === 'comment_created') await run(read.data, issue, deliveryId, log)
      await publish(read.data, issue, deliveryId, log)
    },
  }
}
function projectOf(issue: EventIssue): string {
  return issue.fields?.project?.key ?? issue.key.replace(/-\d+$/, '')
}
/** Customers of a service project comment too, and other apps. */
function isPerson({ accountType }: JiraUser): boolean {
  return accountType === 'atlassian'
}
function audienceOf(visibility: NonNullable<JiraDelivery['comment']>['visibility']): Audience | null {
  const id = visibility?.identifier ?? visibility?.value
  if (!visibility || !id) return null
  return { type: visibility.type === 'group' ? 'group' : 'role', id }
}
/** A comment that begins with a slash is a command, all of it. */
function commandIn(body: unknown): string | null {
  const line =
    typeof body === 'string' ? wikiToText(body) : plainText({ type: 'doc', content: docOf(body).content }).trim()
  return /^\/[a-z]/i.test(line) ? line.slice(1) : null
}
const NAMES: Readonly<Record<string, readonly string[]>> = {
  summary: ['title'],
  // Our section is a part of it: which one changed shows when the issue is read.
  description: ['body', 'section'],
  status: ['status'],
  resolution: ['status'],
  labels: ['labels'],
  issuetype: ['type'],
  parent: ['parent'],
  issueparentassociation: ['parent'],
  'epic link': ['parent'],
  key: ['key'],
  link: ['link'],
}
function changedIn({ changelog }: JiraDelivery): readonly string[] {
  const names = (changelog?.items ?? []).flatMap(({ field, fieldId }) =>
    (fieldId ?? '').startsWith('customfield_') && NAMES[field.toLowerCase()] === undefined
      ? ['section']
      : (NAMES[field.toLowerCase()] ?? [field]),
  )
  return [...new Set(names)]
}
function customFields({ changelog }: JiraDelivery): readonly string[] {
  return (changelog?.items ?? []).flatMap(({ fieldId }) => (fieldId?.startsWith('customfield_') ? [fieldId] : []))
}
function kindOf(change: IssueChanged['change'], changed: readonly string[]): IssueChanged['change'] {
  if (change !== 'updated') return change
  if (changed.includes('key')) return 'moved'
  return changed.length > 0 && changed.every((name) => name === 'link') ? 'linked' : 'updated'
}
function updatedMs({ fields }: EventIssue): number {
  const at = fields?.updated
  const ms = typeof at === 'number' ? at : Date.parse(at ?? '')
  return Number.isFinite(ms) ? ms : 0
}
