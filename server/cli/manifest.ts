import { writeFileSync } from 'node:fs'
import { type CommandInfo, HubError } from '#contract'
import { type ServerConfig, VERSION } from '../config.ts'
import type { Environment } from '../plugins.ts'
import type { Client } from './client.ts'
import { fromHere } from './where.ts'

/** `slack manifest` prints the app manifest; `teams manifest <file>` writes the app package. Both from the commands of this hub. */
export async function writeManifest(
  client: Client,
  platform: 'slack' | 'teams',
  file: string | undefined,
  config: ServerConfig,
  env: Environment,
): Promise<number> {
  const publicUrl = config.HUB_PUBLIC_URL ?? null
  // Slack can do without an address, by Socket Mode.
  if (publicUrl === null && platform === 'teams')
    throw new HubError(
      'CONFIG_INVALID',
      `HUB_PUBLIC_URL: set it to the https address under which ${platform} reaches the hub`,
    )
  const { commands } = await client.get<{ commands: CommandInfo[] }>('/catalog')
  if (platform === 'slack') {
    const { createManifest } = await import('../../adapters/slack/manifest.ts')
    const readsEmail = config.HUB_LINK_EMAIL_DOMAINS.length > 0
    process.stdout.write(`${JSON.stringify(createManifest({ publicUrl, commands, readsEmail }), null, 2)}\n`)
    return 0
  }
  if (!file) throw new HubError('INPUT_INVALID', 'name the file: teams manifest <file>.zip')
  const appId = env.TEAMS_APP_ID
  if (!appId) throw new HubError('CONFIG_INVALID', 'TEAMS_APP_ID: set it to the Microsoft app id of the bot')
  const { createPackage } = await import('../../adapters/teams/manifest.ts')
  const written = fromHere(file)
  writeFileSync(written, createPackage({ appId, publicUrl: publicUrl ?? '', version: VERSION, commands }))
  process.stdout.write(`${written} written: upload it in Teams under Apps → Manage your apps\n`)
  return 0
}
