import { createHash } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { HubError } from '#contract'
import { isErrno, makeFolder } from './folder.ts'

/**
 * One process for each data folder: PGlite takes no lock, and two on one folder silently lose rows. A Unix socket dies with its
 * process, so a stale lock shows as a refused connection. Socket paths are limited to about 100 bytes, hence the temp folder for long ones.
 */
export async function lockFolder(dir: string): Promise<() => void> {
  makeFolder(dir)
  const file = socketPath(fs.realpathSync(dir))
  const listen = () =>
    new Promise<net.Server>((resolve, reject) => {
      const server = net.createServer((peer) => peer.destroy())
      server.once('error', reject)
      server.listen(file, () => resolve(server.unref()))
    })
  let server: net.Server
  try {
    server = await listen()
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE')) throw error
    const found = identityOf(file)
    // Nothing may come between the comparison and the removal: what another process bound meanwhile is a lock, not a leftover.
    if ((await answers(file)) || identityOf(file) !== found) throw inUse(dir)
    fs.rmSync(file, { force: true })
    server = await listen().catch((second: unknown) => {
      throw isErrno(second, 'EADDRINUSE') ? inUse(dir) : second
    })
  }
  return () => server.close()
}

function inUse(dir: string): HubError {
  return new HubError(
    'CONFLICT',
    `data folder ${dir} is in use by another hub process: stop it, or set HUB_DATA_DIR to another folder`,
  )
}

/** Tells one socket file from the next of the same name; inode numbers alone are used again at once. */
function identityOf(file: string): string | null {
  const stat = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.ino}:${stat.ctimeNs}` : null
}

function socketPath(dir: string): string {
  const inside = path.join(dir, '.lock.sock')
  if (Buffer.byteLength(inside) < 100) return inside
  return path.join(os.tmpdir(), `autodevhub-${createHash('sha256').update(dir).digest('hex').slice(0, 24)}.sock`)
}

function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const peer = net.connect(file)
    peer.once('connect', () => {
      peer.destroy()
      resolve(true)
    })
    peer.once('error', () => resolve(false))
  })
}
