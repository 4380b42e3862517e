import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort, type Service, serverProcess } from './server-process.ts'

export interface RedisOptions {
  readonly port?: number
  /** Append-only file, fsynced once a second: survives `kill9`. Off: a restart finds it empty. */
  readonly aof?: boolean
}

/** Path of redis-server, or null where it is not installed. */
export function findRedis(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path)) ?? null
}

/** A real Redis on a loopback port, in a temporary folder of its own. */
export async function startRedis(options: RedisOptions = {}): Promise<Service> {
  const command = findRedis()
  if (command === null) throw new Error('redis-server is not installed: apt-get install redis-server')
  const dir = mkdtempSync(join(tmpdir(), 'hub-redis-'))
  const port = options.port ?? (await freePort())
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    databases: '1024', // one for each freshRedis()
    'maxmemory-policy': 'noeviction', // BullMQ demands it: an evicted key is a lost job
    save: '',
    appendonly: options.aof ? 'yes' : 'no',
    appendfsync: 'everysec',
  }
  const running = serverProcess(
    {
      name: 'Redis',
      command,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      ready: /Ready to accept connections/,
      transient: /Address already in use/,
      stopSignal: 'SIGTERM',
    },
    dir,
  )
  await running.start()
  const { pid, stop, kill9, restart } = running
  return { url: `redis://127.0.0.1:${port}`, port, pid, stop, kill9, restart }
}
