import { existsSync } from 'node:fs'
import path from 'node:path'
import { HubError } from '#contract'
import { keyFromFolder, makeFolder } from '../../core/index.ts'
import { apiTokenFrom, compose } from '../compose.ts'
import type { ServerConfig } from '../config.ts'
import type { Environment } from '../plugins.ts'
import { readRunFile } from '../run-file.ts'
import { type Client, createClient } from './client.ts'

const PROBE_MS = 1500

/**
 * A hub that runs on the data folder, else one at HUB_PUBLIC_URL, else a hub of this process that opens the folder itself:
 * two processes on one embedded database would lose rows.
 */
export async function connect(config: ServerConfig, env: Environment): Promise<Client> {
  const running = readRunFile(config.HUB_DATA_DIR)
  if (running && (await isLive(running.url))) {
    return createClient({
      where: running.url,
      base: running.url,
      token: running.apiToken,
      fetch,
      close: async () => {},
    })
  }
  if (config.HUB_PUBLIC_URL && (await isLive(config.HUB_PUBLIC_URL))) {
    return createClient({
      where: config.HUB_PUBLIC_URL,
      base: config.HUB_PUBLIC_URL,
      token: apiTokenFrom(secretKeyOf(config)),
      fetch,
      close: async () => {},
    })
  }
  makeFolder(config.HUB_DATA_DIR)
  // Lines on standard error belong to the person who typed the command.
  const { hub, apiToken } = await compose({ ...config, HUB_ROLE: 'all' }, env, {
    logLevel: env.LOG_LEVEL ? config.LOG_LEVEL : 'silent',
  })
  try {
    await hub.start()
  } catch (error) {
    await hub.close(0).catch(() => {})
    throw error
  }
  return createClient({
    where: 'this process',
    base: 'http://hub.local',
    token: apiToken,
    fetch: (request) => hub.app.fetch(request),
    close: () => hub.close(5_000),
  })
}

function secretKeyOf(config: ServerConfig): string {
  if (config.HUB_SECRET_KEY) return config.HUB_SECRET_KEY
  if (!existsSync(path.join(config.HUB_DATA_DIR, 'secret.key'))) {
    throw new HubError(
      'CONFIG_INVALID',
      `HUB_SECRET_KEY: the hub at ${config.HUB_PUBLIC_URL} asks for the key it was started with`,
    )
  }
  return keyFromFolder(config.HUB_DATA_DIR)
}

async function isLive(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(PROBE_MS) })).ok
  } catch {
    return false
  }
}
