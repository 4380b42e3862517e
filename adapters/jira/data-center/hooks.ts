import { z } from 'zod'
import { HubError } from '#contract'
import { type Call, type JiraClient, path } from '../client.ts'
import { EVENTS, HOOK_NAME, type Hooks } from '../hooks.ts'
import { addressOf } from './address.ts'

/** Up to Jira 9, and since 10: https://confluence.atlassian.com/jiracore/preparing-for-jira-10-0-1387594203.html */
const BEFORE_10 = '/rest/webhooks/1.0/webhook'
const SINCE_10 = '/rest/jira-webhook/1.0/webhooks'

const listed = z.array(
  z.object({
    self: z.string().optional(),
    id: z.union([z.number(), z.string()]).optional(),
    name: z.string(),
    url: z.string(),
    enabled: z.boolean().optional(),
    active: z.boolean().optional(),
  }),
)
/** Webhooks that an administrator of Jira Data Center sets up. The older ones know no secret: there the address is the proof. */
export function createDataCenterHooks(
  client: JiraClient,
  config: { readonly publicUrl?: string | undefined; readonly webhookSecret?: string | undefined },
  signs: boolean,
): Hooks {
  const secret = config.webhookSecret ?? ''
  const url = addressOf(config.publicUrl ?? '', secret, signs)
  const base = signs ? SINCE_10 : BEFORE_10
  const common = { name: HOOK_NAME, url, events: EVENTS, excludeBody: false }
  const body = signs ? { ...common, active: true, configuration: { secret } } : { ...common, filters: {} }
  const ask = (call: Pick<Call, 'method' | 'path' | 'signal'> & { readonly body?: unknown }) =>
    client.call({ ...call, what: 'webhook', needs: 'Administer Jira' })
  const at = (id: string) => `${base}${path`/${id}`}`
  const list: Hooks['list'] = async (signal) => {
    const answer = listed.safeParse(await ask({ method: 'GET', path: base, signal }))
    if (!answer.success) throw new HubError('UNAVAILABLE', 'Jira answered with webhooks that cannot be read')
    return answer.data.map(({ self, id, name, url: to, enabled, active }) => ({
      id: String(id ?? self?.split('/').at(-1) ?? ''),
      name,
      url: to,
      enabled: enabled ?? active ?? true,
    }))
  }
  const remove: Hooks['delete'] = async (id, signal) => {
    await client.find({ method: 'DELETE', path: at(id), what: 'webhook', needs: 'Administer Jira', signal })
  }
  return {
    // The proof itself belongs into no log.
    byHand: `address ${config.publicUrl ?? ''}/hooks/jira${signs ? ', with the secret of JIRA_WEBHOOK_SECRET' : '?proof=… (how to make the proof: adapters/jira/README.md)'}`,
    list,
    delete: remove,
    async ensure(signal) {
      const known = (await list(signal)).filter((hook) => hook.name === HOOK_NAME || hook.url === url)
      const [first, ...others] = known
      // Two processes that started at once may each have made one.
      for (const hook of others) if (hook.name === HOOK_NAME) await remove(hook.id, signal)
      if (!first) {
        await ask({ method: 'POST', path: base, body, signal })
        return 'created'
      }
      // Somebody's decision: it keeps being disabled.
      const same = signs ? { ...body, name: first.name, active: first.enabled } : { ...body, name: first.name }
      await ask({ method: 'PUT', path: at(first.id), body: same, signal })
      return first.enabled ? 'adopted' : 'disabled'
    },
  }
}
