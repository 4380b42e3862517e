import { z } from 'zod'
import { HubError, type Log } from '#contract'
import { type JiraClient, path } from '../client.ts'
import type { Fields } from '../fields.ts'
import type { Inbound } from '../inbound.ts'
import { accountOf, commentOf } from './answers.ts'

const TIMEOUT_MS = 5_000
const told = z
  .object({
    webhookEvent: z.string(),
    issue_event_type_name: z.string().nullish(),
    user: z.unknown().optional(),
    issue: z.unknown().optional(),
    comment: z
      .object({ self: z.string().nullish(), body: z.string().nullish(), author: z.unknown().optional() })
      .loose()
      .nullish(),
    changelog: z
      .object({ items: z.array(z.object({ field: z.string(), fieldtype: z.string().nullish() }).loose()) })
      .loose()
      .nullish(),
  })
  .loose()
const roles = z.object({
  key: z.string().optional(),
  active: z.boolean().optional(),
  applicationRoles: z.object({ size: z.number() }),
})

/**
 * What Data Center tells, as Cloud tells it: a comment comes without its issue, a custom field by its name, an account by its key and without a
 * kind. https://developer.atlassian.com/server/jira/platform/webhooks/
 */
export function fromDataCenter(inbound: Inbound, client: JiraClient, fields: Fields): Inbound {
  return {
    async receive(deliveryId, body, log) {
      const read = told.safeParse(body)
      // A comment is told twice; this way it is an update of its issue.
      if (!read.success || /^issue_comment/.test(read.data.issue_event_type_name ?? '')) return
      const { user, comment, changelog, webhookEvent } = read.data
      const issue = read.data.issue ?? (comment ? await issueOfComment(client, comment.self ?? '') : null)
      if (issue === null || issue === undefined) return
      const isCommand = webhookEvent === 'comment_created' && /^\s*\//.test(comment?.body ?? '')
      await inbound.receive(
        deliveryId,
        {
          ...read.data,
          issue,
          ...(user ? { user: accountOf(user) } : {}),
          ...(comment ? { comment: await heard(client, comment, isCommand, log) } : {}),
          ...(changelog
            ? {
                changelog: { ...changelog, items: await Promise.all(changelog.items.map((one) => named(fields, one))) },
              }
            : {}),
        },
        log,
      )
    },
  }
}
async function issueOfComment(client: JiraClient, self: string): Promise<unknown> {
  const id = /\/issue\/(\d{1,18})\/comment\//.exec(self)?.[1]
  if (id === undefined) return null
  return client.find({
    method: 'GET',
    path: path`/rest/api/3/issue/${id}`,
    query: { fields: 'summary,project,updated' },
    what: 'issue of a comment',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
}
async function heard(
  client: JiraClient,
  comment: Readonly<Record<string, unknown>>,
  isCommand: boolean,
  log: Log,
): Promise<unknown> {
  const read = commentOf(comment) as Readonly<Record<string, unknown>>
  if (!isCommand) return read
  return { ...read, author: { ...(read.author as object), accountType: await kindOf(client, read.author, log) } }
}
/** Customers of a service project have accounts too, but may use none of Jira's applications. Whoever cannot be told is not heard. */
async function kindOf(client: JiraClient, author: unknown, log: Log): Promise<string> {
  const { accountId } = (author ?? {}) as { accountId?: unknown }
  if (typeof accountId !== 'string') return 'unknown'
  try {
    const found = roles.safeParse(
      await client.find({
        method: 'GET',
        path: '/rest/api/3/user',
        query: { accountId, expand: 'applicationRoles' },
        what: 'account',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }),
    )
    if (!found.success || found.data.active === false) return 'unknown'
    return found.data.applicationRoles.size > 0 ? 'atlassian' : 'customer'
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'FORBIDDEN') throw error
    log.warn(
      {},
      "a command was not run: the hub's account lacks the permission Browse Users, and cannot tell whose it is",
    )
    return 'unknown'
  }
}
/** By its id, where it is one that can hold criteria. */
async function named(
  fields: Fields,
  item: { readonly field: string; readonly fieldtype?: string | null | undefined },
): Promise<unknown> {
  // Those of Jira itself are called by their id.
  if (item.fieldtype !== 'custom') return { ...item, fieldId: item.field }
  try {
    const place = await fields.resolve({ kind: 'field', field: item.field }, AbortSignal.timeout(TIMEOUT_MS))
    return { ...item, fieldId: place.kind === 'field' ? place.field : null }
  } catch (error) {
    if (error instanceof HubError && error.code === 'INPUT_INVALID') return item
    throw error
  }
}
