import { type Channel, type Delivery, HubError, type Posted } from '#contract'
import { type Call, type JiraClient, path } from './client.ts'
import { find } from './find.ts'
import { issueBucket, limitsOf, siteBucket } from './limits.ts'
import { DELIVERY_PROPERTY, deliveryMark, fileName, INTERNAL_COMMENT } from './mark.ts'
import { comment, user } from './payloads.ts'
import { spotOf } from './place.ts'
import { profileOf } from './profile.ts'
import { type CommentBody, render } from './render.ts'
import { split } from './split.ts'

const FILE = 'file:'

export function createChannel(client: JiraClient): Channel<CommentBody> {
  const common = (delivery: Delivery, signal: AbortSignal): Pick<Call, 'needs' | 'scope' | 'signal'> => ({
    needs: 'Add Comments',
    scope: {
      issue: issueBucket(delivery.to.workspace, delivery.to.channel),
      site: siteBucket(delivery.to.workspace),
    },
    signal,
  })
  const attach = async (delivery: Delivery, file: Extract<CommentBody, { kind: 'file' }>, signal: AbortSignal) => {
    const { issue } = spotOf(delivery.to)
    const made = await client.call({
      method: 'POST',
      path: path`/rest/api/3/issue/${issue}/attachments`,
      form: formOf(fileName(file.name, delivery.key), file),
      what: `file on ${issue}`,
      ...common(delivery, signal),
    })
    const [first] = Array.isArray(made) ? (made as readonly { id?: unknown }[]) : []
    if (typeof first?.id !== 'string') throw new HubError('OUTCOME_UNKNOWN', 'Jira named no attachment')
    return { ...delivery.to, message: `${FILE}${first.id}` }
  }
  return {
    split: (message) => split(message, client.format),
    render,
    limits: limitsOf,
    async deliver(delivery, signal): Promise<Posted> {
      const { issue, audience } = spotOf(delivery.to)
      const native = render(delivery.message)
      if (delivery.op === 'update' && (native.kind === 'file' || delivery.to.message.startsWith(FILE)))
        throw new HubError('UNSUPPORTED', 'Jira keeps attachments as they are: a file cannot be edited')
      if (native.kind === 'file') return attach(delivery, native, signal)
      const body = {
        body: client.format.write(native.body),
        properties: [{ key: DELIVERY_PROPERTY, value: { mark: deliveryMark(delivery.key) } }, INTERNAL_COMMENT],
        // Left out of an edit, it would open the comment to everybody.
        ...(audience === null ? {} : { visibility: { type: audience.type, identifier: audience.id } }),
      }
      const what = `comment on ${issue}`
      if (delivery.op === 'update') {
        const { message } = delivery.to
        const at = path`/rest/api/3/issue/${issue}/comment/${message}`
        await client.call({
          method: 'PUT',
          path: at,
          body,
          what,
          ...common(delivery, signal),
          needs: 'Edit Own Comments',
        })
        return delivery.to
      }
      const at = path`/rest/api/3/issue/${issue}/comment`
      const made = comment.safeParse(
        await client.call({ method: 'POST', path: at, body, what, ...common(delivery, signal) }),
      )
      if (!made.success) throw new HubError('OUTCOME_UNKNOWN', 'Jira named no comment')
      return { ...delivery.to, message: made.data.id }
    },
    find: (delivery, sinceMs, signal) => find(client, delivery, sinceMs, signal),
    async profile(_workspace, accountId) {
      const found = user.safeParse(
        await client.find({ method: 'GET', path: '/rest/api/3/user', query: { accountId }, what: 'account' }),
      )
      return found.success ? profileOf(found.data, accountId) : null
    },
  }
}
/** https://datatracker.ietf.org/doc/html/rfc7578 */
function formOf(name: string, { mediaType, text }: Extract<CommentBody, { kind: 'file' }>): NonNullable<Call['form']> {
  const boundary = `hub-${deliveryMark(`${name}${text}`)}`
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) ? mediaType : 'text/plain'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${type}; charset=utf-8\r\n\r\n`
  return {
    bytes: Buffer.from(`${head}${text}\r\n--${boundary}--\r\n`),
    type: `multipart/form-data; boundary=${boundary}`,
  }
}
