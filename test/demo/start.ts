import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '../../core/index.ts'
import { compose } from '../../server/compose.ts'
import { readConfig } from '../../server/config.ts'
import type { Desk } from './desk.ts'
import { startDiscordDesk } from './discord.ts'
import { createSite } from './site.ts'
import { startSlackDesk } from './slack.ts'
import { startTeamsDesk } from './teams.ts'

export interface Demo {
  readonly url: string
  readonly hubUrl: string
  readonly consoleUrl: string
  readonly desks: readonly Desk[]
  close(): Promise<void>
}
const HOST = '127.0.0.1'

/** The product on loopback, connected to stand-ins of three platforms, with a page to use them on. */
export async function startDemo(options: { readonly port?: number } = {}): Promise<Demo> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hub-demo-'))
  const platforms = await Promise.all([startSlackDesk(), startDiscordDesk(), startTeamsDesk()])
  const env: Record<string, string> = {
    HUB_DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    // Looks for lost answers soon: nobody watches a page for a minute.
    HUB_FAULTS: 'sweep=200,look=300,lastlook=1500',
    ...Object.assign({}, ...platforms.map((platform) => platform.env)),
  }
  const composed = await compose(readConfig(env), env)
  await composed.hub.start()
  const hub = await serve({ fetch: composed.hub.app.fetch, host: HOST, port: 0 })
  const desks = platforms.map((platform) => platform.open(hub.url))
  const consoleUrl = `${hub.url}/?token=${composed.consoleToken}`
  const site = createSite(desks, consoleUrl)
  const page = await serve({ fetch: site.fetch, host: HOST, port: options.port ?? 0 })
  return {
    url: `${page.url}/`,
    hubUrl: hub.url,
    consoleUrl,
    desks,
    async close() {
      site.close()
      await Promise.all([page.stop(), hub.stop(), composed.hub.close(1_000)])
      await Promise.all(desks.map((desk) => desk.close()))
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
