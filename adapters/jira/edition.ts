import { z } from 'zod'
import { HubError } from '#contract'
import type { JiraClient } from './client.ts'

const serverInfo = z.object({ deploymentType: z.string(), version: z.string().optional() })

/** Data Center has had issue types by project since 8.4 and tokens since 8.14; before this one it is not maintained, and not tried. */
const OLDEST = { major: 9, minor: 12 } as const
/** From here on webhooks are signed: https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html */
const SIGNS_FROM = 10

export type Kind = 'cloud' | 'data-center'
/**
 * Cloud and Data Center have other texts, accounts and tokens, so that which one it is has to be known before the first call: the credentials say it,
 * and the site is asked whether they are right. Both editions tell everybody:
 * https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-server-info/
 */
export interface Edition {
  /** What is wrong with the site, with its cure; null where it is what the credentials are for, and while it cannot be asked. Asked until it answers. */
  check(signal: AbortSignal): Promise<string | null>
  /** Does it sign its deliveries? Null while that is not known. */
  signs(): boolean | null
}
interface Known {
  readonly trouble: string | null
  readonly signs: boolean
}
export function createEdition(client: JiraClient, kind: Kind): Edition {
  let known: Known | undefined
  const ask = async (signal: AbortSignal): Promise<Known | undefined> => {
    const call = {
      method: 'GET',
      path: '/rest/api/2/serverInfo',
      what: 'kind of site',
      anonymous: true,
      signal,
    } as const
    const read = serverInfo.safeParse(await client.call(call).catch(() => null))
    if (!read.success) return undefined
    const { deploymentType, version = '' } = read.data
    const isCloud = deploymentType === 'Cloud'
    return {
      trouble: isCloud ? cloudTrouble(kind) : dataCenterTrouble(kind, version),
      signs: isCloud || versionOf(version).major >= SIGNS_FROM,
    }
  }
  return {
    async check(signal) {
      if (known) return known.trouble
      known = await ask(signal)
      const trouble = known?.trouble ?? null
      if (trouble !== null) client.refuse(new HubError('CONFIG_INVALID', trouble))
      return trouble
    },
    signs: () => known?.signs ?? null,
  }
}
function cloudTrouble(kind: Kind): string | null {
  if (kind === 'cloud') return null
  return 'JIRA_BASE_URL leads to Jira Cloud, which takes no personal access token: set JIRA_EMAIL and JIRA_API_TOKEN in place of JIRA_PERSONAL_ACCESS_TOKEN'
}
function dataCenterTrouble(kind: Kind, version: string): string | null {
  const site = `JIRA_BASE_URL leads to Jira Data Center ${version}`.trim()
  const { major, minor } = versionOf(version)
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor))
    return `${site}; the hub works with ${OLDEST.major}.${OLDEST.minor} and newer: upgrade Jira`
  if (kind === 'data-center') return null
  return `${site}, which takes other credentials: set JIRA_PERSONAL_ACCESS_TOKEN in place of those for Jira Cloud`
}
function versionOf(version: string): { readonly major: number; readonly minor: number } {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  return { major, minor }
}
