import { createClient, type JiraClient } from '../../../adapters/jira/client.ts'
import { config, type JiraConfig } from '../../../adapters/jira/config.ts'
import { createFields } from '../../../adapters/jira/fields.ts'
import { createGatheredRead } from '../../../adapters/jira/gathered.ts'
import { workspaceOf } from '../../../adapters/jira/place.ts'
import { createTracker } from '../../../adapters/jira/tracker.ts'
import type { KeyValue, Tracker } from '../../../core/contract/index.ts'
import { memoryKv } from '../../support/kv.ts'
import { type JiraFake, startJiraFake } from './index.ts'

export interface JiraRig {
  readonly fake: JiraFake
  readonly settings: JiraConfig
  readonly client: JiraClient
  readonly workspace: string
  readonly kv: KeyValue
  readonly tracker: Tracker
  close(): Promise<void>
}
/** The adapter's own port over a fake of its own. */
export async function openJira(now: () => number = Date.now): Promise<JiraRig> {
  const fake = await startJiraFake({ now })
  const settings = config.parse({
    baseUrl: fake.baseUrl,
    email: fake.env.JIRA_EMAIL,
    apiToken: fake.apiToken,
    webhookSecret: fake.webhookSecret,
  })
  const client = createClient(settings, now)
  const workspace = workspaceOf(settings)
  const kv = memoryKv(now)
  return {
    fake,
    settings,
    client,
    workspace,
    kv,
    tracker: createTracker({
      client,
      fields: createFields(client, now),
      readIssue: createGatheredRead(client),
      kv,
      workspace,
      now,
    }),
    async close() {
      client.close()
      await fake.close()
    },
  }
}
