import { HubError, type Log } from '#contract'
import { type JiraClient, path } from './client.ts'
import type { JiraConfig } from './config.ts'
import { hooks as hooksSchema } from './payloads.ts'

const BASE = '/rest/webhooks/1.0/webhook'
export const HOOK_NAME = 'AutoDevHub'
export const EVENTS = [
  'jira:issue_created',
  'jira:issue_updated',
  'jira:issue_deleted',
  'comment_created',
  'comment_updated',
  'comment_deleted',
] as const

interface Hook {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly enabled: boolean
}
/**
 * Webhooks that an administrator of the site sets up; they do not expire.
 * https://developer.atlassian.com/cloud/jira/platform/webhooks/#registering-a-webhook-using-the-jira-rest-api--other-integrations-
 */
export interface Hooks {
  /** What an administrator enters where the hub may not. */
  readonly byHand: string
  list(signal: AbortSignal): Promise<readonly Hook[]>
  /** One webhook of ours that leads here, whatever stood there before. Returns what had to be done. */
  ensure(signal: AbortSignal): Promise<'created' | 'adopted' | 'disabled'>
  delete(id: string, signal: AbortSignal): Promise<void>
}
export function createHooks(client: JiraClient, config: Pick<JiraConfig, 'publicUrl' | 'webhookSecret'>): Hooks {
  const url = `${config.publicUrl ?? ''}/hooks/jira`
  const body = { name: HOOK_NAME, url, events: EVENTS, excludeBody: false, secret: config.webhookSecret }
  const list: Hooks['list'] = async (signal) => {
    const answer = hooksSchema.safeParse(
      await client.call({ method: 'GET', path: BASE, what: 'webhooks', needs: 'Administer Jira', signal }),
    )
    if (!answer.success) throw new HubError('UNAVAILABLE', 'Jira answered with webhooks that cannot be read')
    return answer.data.map(({ self, id, name, url: to, enabled = true }) => ({
      id: String(id ?? self?.split('/').at(-1) ?? ''),
      name,
      url: to,
      enabled,
    }))
  }
  const remove: Hooks['delete'] = async (id, signal) => {
    await client.find({
      method: 'DELETE',
      path: path`/rest/webhooks/1.0/webhook/${id}`,
      what: 'webhook',
      needs: 'Administer Jira',
      signal,
    })
  }
  return {
    byHand: `address ${url}, with the secret of JIRA_WEBHOOK_SECRET`,
    list,
    delete: remove,
    async ensure(signal) {
      const [first, ...others] = (await list(signal)).filter((hook) => hook.name === HOOK_NAME || hook.url === url)
      // Two processes that started at once may each have made one.
      for (const hook of others) if (hook.name === HOOK_NAME) await remove(hook.id, signal)
      if (!first) {
        await client.call({ method: 'POST', path: BASE, body, what: 'new webhook', needs: 'Administer Jira', signal })
        return 'created'
      }
      // Jira tells no secret, so it is set again: one that was made by hand may have another.
      await client.call({
        method: 'PUT',
        path: path`/rest/webhooks/1.0/webhook/${first.id}`,
        body: { ...body, name: first.name },
        what: 'webhook',
        needs: 'Administer Jira',
        signal,
      })
      return first.enabled ? 'adopted' : 'disabled'
    },
  }
}
/** What keeps the webhook from being set up, with its cure; null when it stands. A hub without the right to do it works all the same: somebody makes it by hand. */
export async function ensureHook(
  hooks: Hooks,
  config: Pick<JiraConfig, 'publicUrl'>,
  log: Log,
  signal: AbortSignal,
): Promise<string | null> {
  if (config.publicUrl === undefined) return null
  try {
    const done = await hooks.ensure(signal)
    log.info({ done }, 'Jira webhook')
    // Somebody's decision, so it is said and not undone.
    return done === 'disabled' ? 'The webhook is disabled in Jira: Settings → System → Webhooks' : null
  } catch (error) {
    if (signal.aborted) return null
    const trouble = `Jira webhook was not set up; an administrator can: Settings → System → Webhooks, ${hooks.byHand}`
    log.warn({ error: error instanceof Error ? error.message : String(error) }, trouble)
    return trouble
  }
}
