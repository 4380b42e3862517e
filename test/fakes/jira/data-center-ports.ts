import { createClient, type JiraClient } from '../../../adapters/jira/client.ts'
import { config, type JiraConfig } from '../../../adapters/jira/config.ts'
import { overDataCenter, personalToken } from '../../../adapters/jira/data-center/client.ts'
import { createFields } from '../../../adapters/jira/fields.ts'
import { createGatheredRead } from '../../../adapters/jira/gathered.ts'
import { workspaceOf } from '../../../adapters/jira/place.ts'
import { createTracker } from '../../../adapters/jira/tracker.ts'
import type { Tracker } from '../../../core/contract/index.ts'
import { memoryKv } from '../../support/kv.ts'
import { type DataCenterFake, startDataCenterFake } from './data-center.ts'

export interface DataCenterRig {
  readonly fake: DataCenterFake
  readonly settings: JiraConfig
  readonly client: JiraClient
  readonly workspace: string
  readonly tracker: Tracker
  close(): Promise<void>
}
/** The adapter's own port over a Data Center of its own. */
export async function openDataCenter(options: { readonly version?: string } = {}): Promise<DataCenterRig> {
  const fake = await startDataCenterFake(options)
  const settings = config.parse({
    baseUrl: fake.baseUrl,
    personalAccessToken: fake.token,
    webhookSecret: fake.webhookSecret,
  })
  const client = overDataCenter(createClient(settings, Date.now, personalToken(fake.baseUrl, fake.token)))
  const workspace = workspaceOf(settings)
  return {
    fake,
    settings,
    client,
    workspace,
    tracker: createTracker({
      client,
      fields: createFields(client),
      readIssue: createGatheredRead(client),
      kv: memoryKv(Date.now),
      workspace,
      now: Date.now,
    }),
    async close() {
      client.close()
      await fake.close()
    },
  }
}
