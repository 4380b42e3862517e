import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '../../core/index.ts'
import type { Sql } from '../../core/store/sql.ts'
import { compose } from '../../server/compose.ts'
import { readConfig } from '../../server/config.ts'
import type { Desk } from './desk.ts'
import { startDiscordDesk } from './discord.ts'
import { settleIn } from './people.ts'
import { startPipelineDesk } from './pipeline.ts'
import { createSite } from './site.ts'
import { startSlackDesk } from './slack.ts'
import { startTeamsDesk } from './teams.ts'

export interface Demo {
  readonly url: string
  readonly hubUrl: string
  readonly consoleUrl: string
  readonly desks: readonly Desk[]
  /** The hub's own database, for what remained in it. */
  readonly sql: Sql
  /** What the stand-in of GitHub refused. */
  refusals(): readonly string[]
  close(): Promise<void>
}
const STORY = '/story As a shopper I want to pay with a saved card'
const HOST = '127.0.0.1'

/** The product on loopback, connected to stand-ins of three platforms, with a page to use them on. */
export async function startDemo(options: { readonly port?: number } = {}): Promise<Demo> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hub-demo-'))
  const [pipeline, ...platforms] = await Promise.all([
    startPipelineDesk(),
    startSlackDesk(),
    startDiscordDesk(),
    startTeamsDesk(),
  ])
  const env: Record<string, string> = {
    HUB_DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    // Looks for lost answers soon: nobody watches a page for a minute.
    HUB_FAULTS: 'sweep=200,look=300,lastlook=1500',
    ...pipeline.env,
    ...Object.assign({}, ...platforms.map((platform) => platform.env)),
  }
  const composed = await compose(readConfig(env), env)
  await composed.hub.start()
  const hub = await serve({ fetch: composed.hub.app.fetch, host: HOST, port: 0 })
  const desks = platforms.map((platform) => platform.open(hub.url))
  const consoleUrl = `${hub.url}/?token=${composed.consoleToken}`
  await settleIn(
    composed.hub.store.sql,
    desks.map(({ tenant }) => tenant),
  )
  await Promise.all(desks.map((desk) => desk.join?.()))
  pipeline.open(hub.url)
  const tries = { Story: STORY, ...pipeline.tries, Help: '/hub help' }
  const site = createSite(desks, { consoleUrl, tries }, pipeline.on)
  const page = await serve({ fetch: site.fetch, host: HOST, port: options.port ?? 0 })
  return {
    url: `${page.url}/`,
    hubUrl: hub.url,
    consoleUrl,
    desks,
    sql: composed.hub.store.sql,
    refusals: pipeline.refusals,
    async close() {
      site.close()
      await pipeline.close()
      await Promise.all([page.stop(), hub.stop(), composed.hub.close(1_000)])
      await Promise.all(desks.map((desk) => desk.close()))
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
