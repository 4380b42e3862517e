import { randomBytes } from 'node:crypto'
import { type Child, runScript } from './children.ts'
import { type HubProcess, startHub, temporaryFolder } from './hub-process.ts'
import type { LoadOptions, LoadResult } from './load.ts'
import type { Slack } from './slack.ts'
import type { Stores } from './stores.ts'

/** What all measurements of one run share. */
export interface Run {
  readonly quick: boolean
  readonly stores: Stores
  readonly slack: Slack
  /** CPU profiles of the hubs go here. */
  readonly profileDir: string | undefined
  say(line: string): void
}

export const HOOK = '/hooks/slack'
const LOAD_TIMEOUT_MS = 300_000
const SECRET_KEY = randomBytes(32).toString('hex')
const PLUGIN = `${import.meta.dirname}/plugin.ts`

export function load(options: LoadOptions): Promise<LoadResult> {
  return runScript<LoadResult>('load-process.ts', options, LOAD_TIMEOUT_MS)
}

/** Hubs of one installation, connected to the fake Slack and with the bench's command; `roles` says which processes it has. */
export async function startInstallation(
  run: Run,
  roles: readonly ('all' | 'web' | 'worker')[],
  mode: 'real' | 'embedded' = 'real',
): Promise<
  AsyncDisposable & { readonly hubs: readonly HubProcess[]; readonly port: number; readonly databaseUrl: string | null }
> {
  const folder = temporaryFolder()
  const stores = mode === 'real' ? await run.stores.fresh() : null
  const hubs: HubProcess[] = []
  const stop = async () => {
    await Promise.all(hubs.map((hub) => hub.stop()))
    folder.remove()
  }
  try {
    for (const role of roles) {
      const env = {
        ...run.slack.env,
        HUB_ROLE: role,
        HUB_DATA_DIR: folder.path,
        HUB_PLUGINS: PLUGIN,
        ...(stores ? { DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl, HUB_SECRET_KEY: SECRET_KEY } : {}),
      }
      hubs.push(await startHub({ env, profileDir: run.profileDir }))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { hubs, port: hubs[0]?.port ?? 0, databaseUrl: stores?.databaseUrl ?? null, [Symbol.asyncDispose]: stop }
}

/** Ends what `work` has put into its scope, last first, however it ends. */
export async function scoped<T>(work: (scope: AsyncDisposableStack) => Promise<T>): Promise<T> {
  const scope = new AsyncDisposableStack()
  try {
    return await work(scope)
  } finally {
    await scope.disposeAsync()
  }
}

/** A process that a scope can end. */
export function disposable<C extends Pick<Child, 'stop'>>(child: C): C & AsyncDisposable {
  return { ...child, [Symbol.asyncDispose]: () => child.stop() }
}

/** A word that no other run of the machine has used. */
export function runWord(): string {
  return randomBytes(3).toString('hex')
}
