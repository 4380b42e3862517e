import { type Delivery, HubError, type Posted } from '#contract'
import { type JiraClient, path } from './client.ts'
import { DELIVERY_PROPERTY, deliveryMark, fileName } from './mark.ts'
import { comments } from './payloads.ts'
import { spotOf } from './place.ts'
import { render } from './render.ts'

/** Our clock and Jira's differ a little. */
const MARGIN_MS = 60_000
const PAGE = 100
const MAX_PAGES = 20

/**
 * Looks for our property among the comments since the attempt. Null means surely absent; where that cannot be known it throws.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
 */
export async function find(
  client: JiraClient,
  delivery: Delivery,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Posted | null> {
  // Editing to the same text twice changes nothing more: simply send it again.
  if (delivery.op === 'update') return null
  const { issue } = spotOf(delivery.to)
  const native = render(delivery.message)
  if (native.kind === 'file') return findFile(client, delivery, fileName(native.name, delivery.key), signal)
  const mark = deliveryMark(delivery.key)
  for (let at = 0; at < MAX_PAGES; at += 1) {
    const answer = await client.call({
      method: 'GET',
      path: path`/rest/api/3/issue/${issue}/comment`,
      query: { orderBy: '-created', startAt: at * PAGE, maxResults: PAGE, expand: 'properties' },
      what: 'comments',
      signal,
    })
    const listed = comments.safeParse(answer)
    if (!listed.success) throw new HubError('UNAVAILABLE', 'Jira answered with comments that cannot be read')
    for (const { id, properties, created } of listed.data.comments) {
      const value = properties?.find(({ key }) => key === DELIVERY_PROPERTY)?.value
      if (isMark(value, mark)) return { ...delivery.to, message: id }
      if (created && Date.parse(created) < sinceMs - MARGIN_MS) return null
    }
    if (listed.data.comments.length < PAGE) return null
  }
  throw new HubError('UNSUPPORTED', 'too many comments came since: look at the issue, then resend or confirm it')
}
function isMark(value: unknown, mark: string): boolean {
  return typeof value === 'object' && value !== null && 'mark' in value && value.mark === mark
}
async function findFile(
  client: JiraClient,
  { to }: Delivery,
  name: string,
  signal: AbortSignal,
): Promise<Posted | null> {
  const { issue } = spotOf(to)
  const answer = await client.call({
    method: 'GET',
    path: path`/rest/api/3/issue/${issue}`,
    query: { fields: 'attachment' },
    what: 'attachments',
    signal,
  })
  const { attachment } = (answer as { fields?: { attachment?: unknown } } | undefined)?.fields ?? {}
  const listed = Array.isArray(attachment) ? (attachment as readonly { id?: unknown; filename?: unknown }[]) : []
  const found = listed.find(({ filename }) => filename === name)
  return typeof found?.id === 'string' ? { ...to, message: `file:${found.id}` } : null
}
