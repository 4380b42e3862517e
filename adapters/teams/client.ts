import { z } from 'zod'
import { HubError } from '#contract'
import { createHttp, type HttpAnswer } from '../shared/http.ts'
import type { TeamsConfig } from './config.ts'
import { refusal } from './errors.ts'
import type { OutgoingActivity } from './render.ts'
import { createTokenSource } from './token.ts'

const TIMEOUT_MS = 15_000

/** A conversation and the service that hosts it, both from a stored reference. */
export interface Target {
  readonly serviceUrl: string
  readonly conversation: string
}
interface Options {
  /** Bucket to close where Teams asks to wait. */
  readonly scope?: string
  readonly signal?: AbortSignal
}
const resource = z.object({ id: z.string().min(1) })
const memberSchema = z.object({
  id: z.string(),
  name: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  userRole: z.string().nullish(),
  tenantId: z.string().nullish(),
})
export type Member = z.output<typeof memberSchema>

/**
 * The Bot Connector itself rather than botbuilder's client: the ledger owns retries, and a send must say whether it was written.
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
 */
export interface TeamsClient {
  /** Posts, and returns the activity's id. */
  send(to: Target, activity: OutgoingActivity, options: Options): Promise<string>
  update(to: Target, activityId: string, activity: OutgoingActivity, options: Options): Promise<void>
  /** Conversation id of a person's chat with the bot; asking again gives the same one. */
  openChat(
    serviceUrl: string,
    who: { readonly bot: string; readonly accountId: string; readonly tenantId: string },
    options: Options,
  ): Promise<string>
  member(at: Target, accountId: string): Promise<Member | null>
  close(): void
}

export function createClient(config: TeamsConfig): TeamsClient {
  const http = createHttp('Teams', 'the outgoing proxy', TIMEOUT_MS)
  const entra = createHttp('Microsoft Entra', 'TEAMS_TOKEN_URL', TIMEOUT_MS)
  const tokens = createTokenSource(config, entra)

  const call = async (
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    body: object | null,
    what: string,
    { scope, signal }: Options,
  ): Promise<HttpAnswer> => {
    const token = await tokens.get(signal)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' }
    const answer = await http.send(method, url, body === null ? '' : JSON.stringify(body), headers, signal)
    if (answer.status === 401) tokens.drop(token)
    if (answer.status < 200 || answer.status >= 300) throw refusal(what, answer, scope)
    return answer
  }
  return {
    async send(to, activity, options) {
      const answer = await call('POST', `${conversationUrl(to)}/activities`, activity, 'Send', options)
      const found = resource.safeParse(parseJson(answer.text))
      // Shown, but under a name nobody told us: it could never be edited.
      if (!found.success) throw new HubError('OUTCOME_UNKNOWN', 'Send: the answer of Teams was not readable')
      return found.data.id
    },
    async update(to, activityId, activity, options) {
      const url = `${conversationUrl(to)}/activities/${encodeURIComponent(activityId)}`
      await call('PUT', url, { ...activity, id: activityId }, 'Edit', options)
    },
    async openChat(serviceUrl, { bot, accountId, tenantId }, options) {
      const body = {
        isGroup: false,
        bot: { id: bot },
        members: [{ id: accountId }],
        tenantId,
        channelData: { tenant: { id: tenantId } },
      }
      const url = `${base(serviceUrl)}/v3/conversations`
      const answer = await call('POST', url, body, 'Open chat', options).catch(harmless)
      const found = resource.safeParse(parseJson(answer.text))
      if (!found.success) throw new HubError('UNAVAILABLE', 'Open chat: the answer of Teams was not readable')
      return found.data.id
    },
    async member(at, accountId) {
      try {
        const url = `${conversationUrl(at)}/members/${encodeURIComponent(accountId)}`
        const answer = await call('GET', url, null, 'Look up a person', {}).catch(harmless)
        const found = memberSchema.safeParse(parseJson(answer.text))
        return found.success ? found.data : null
      } catch (error) {
        if (error instanceof HubError && error.code === 'NOT_FOUND') return null
        throw error
      }
    },
    close() {
      http.close()
      entra.close()
    },
  }
}
/** A lost answer to what shows nothing and can be asked again is no doubt, only a delay. */
function harmless(error: unknown): never {
  if (error instanceof HubError && error.code === 'OUTCOME_UNKNOWN') throw new HubError('UNAVAILABLE', error.message)
  throw error
}
function base(serviceUrl: string): string {
  return serviceUrl.replace(/\/+$/, '')
}
function conversationUrl({ serviceUrl, conversation }: Target): string {
  return `${base(serviceUrl)}/v3/conversations/${encodeURIComponent(conversation)}`
}
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
