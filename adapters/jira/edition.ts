import { z } from 'zod'
import { HubError } from '#contract'
import type { JiraClient } from './client.ts'

const serverInfo = z.object({ deploymentType: z.string(), version: z.string().optional() })

/**
 * Jira Data Center has another API (REST v2, wiki markup in place of documents, names in place of account ids) and other tokens. Half of the hub would
 * seem to work there, so none of it does. Both editions tell everybody which they are:
 * https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-server-info/
 */
export interface Edition {
  /** What is wrong with the site, with its cure; null for Jira Cloud, and while the site cannot be asked. Asked until it answers. */
  check(signal: AbortSignal): Promise<string | null>
}
export function createEdition(client: JiraClient): Edition {
  let known: { readonly trouble: string | null } | undefined
  const ask = async (signal: AbortSignal): Promise<typeof known> => {
    const call = {
      method: 'GET',
      path: '/rest/api/2/serverInfo',
      what: 'kind of site',
      anonymous: true,
      signal,
    } as const
    const read = serverInfo.safeParse(await client.call(call).catch(() => null))
    if (!read.success) return undefined
    const { deploymentType, version } = read.data
    if (deploymentType === 'Cloud') return { trouble: null }
    const trouble = `JIRA_BASE_URL leads to Jira ${deploymentType === 'Server' ? 'Data Center' : deploymentType} ${version ?? ''}`
    return { trouble: `${trouble.trim()}; the hub works with Jira Cloud alone, such as https://acme.atlassian.net` }
  }
  return {
    async check(signal) {
      if (known) return known.trouble
      known = await ask(signal)
      const trouble = known?.trouble ?? null
      if (trouble !== null) client.refuse(new HubError('CONFIG_INVALID', trouble))
      return trouble
    },
  }
}
