import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { freePort, type Service, serverProcess } from './server-process.ts'

export interface PostgresOptions {
  /** Kept after `stop` and used again when it holds a cluster; absent: a temporary folder. */
  readonly dir?: string
  readonly port?: number
  /** Added to the command line as `-c name=value`; wins over ours. */
  readonly settings?: Readonly<Record<string, string | number>>
}

/** Durability as in production: the tests and the figures must not profit from a database that forgets. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
}

/** Folder of the server's programs (initdb, postgres), the newest version first, or null where it is not installed. */
export function findPostgres(): string | null {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'))) ?? null
}

/** A real PostgreSQL on a loopback port with a password of its own. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Service> {
  const bin = findPostgres()
  if (bin === null) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  const home = options.dir ?? mkdtempSync(join(tmpdir(), 'hub-postgres-'))
  mkdirSync(home, { recursive: true })
  const user = otherUser()
  if (user) chownSync(home, user.uid, user.gid)
  const data = join(home, 'data')
  const passwordFile = join(home, 'password')
  try {
    if (!existsSync(join(data, 'PG_VERSION'))) createCluster(bin, data, passwordFile, user)
    const password = readFileSync(passwordFile, 'utf8')
    const port = options.port ?? (await freePort())
    const settings = { ...SETTINGS, port, ...options.settings }
    const running = serverProcess(
      {
        name: 'PostgreSQL',
        command: join(bin, 'postgres'),
        args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
        ready: /database system is ready to accept connections/,
        transient: /Address already in use|is still in use|is another postmaster/,
        stopSignal: 'SIGINT', // its "fast" shutdown: does not wait for clients
        user,
      },
      options.dir === undefined ? home : null,
    )
    await running.start()
    const { pid, stop, kill9, restart } = running
    return { url: `postgres://hub:${password}@127.0.0.1:${port}/postgres`, port, pid, stop, kill9, restart }
  } catch (cause) {
    if (options.dir === undefined) rmSync(home, { recursive: true, force: true })
    throw cause
  }
}

type User = { readonly uid: number; readonly gid: number } | undefined

function createCluster(bin: string, data: string, passwordFile: string, user: User): void {
  writeFileSync(passwordFile, randomBytes(18).toString('hex'))
  chmodSync(passwordFile, 0o600)
  if (user) chownSync(passwordFile, user.uid, user.gid)
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'
  const args = [
    '-D',
    data,
    '-U',
    'hub',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    `--locale=${locale}`,
  ]
  const run = spawnSync(join(bin, 'initdb'), [...args, '--no-sync'], { encoding: 'utf8', cwd: dirname(data), ...user })
  if (run.status !== 0) throw new Error(`initdb failed: ${run.error?.message ?? `${run.stdout}${run.stderr}`.trim()}`)
}

/** PostgreSQL refuses to run as root; then it runs as `postgres`, or as `nobody` where the package made no such user. */
function otherUser(): User {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody')
  if (!found) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody')
  return { uid: Number(found[2]), gid: Number(found[3]) }
}
