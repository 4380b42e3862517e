import { createHash } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { HubError } from '#contract'

/**
 * One process for each data folder: PGlite takes no lock, and two on one folder silently lose rows. A Unix socket dies with its
 * process, so a stale lock shows as a refused connection. Socket paths are limited to about 100 bytes, hence the temp folder for long ones.
 */
export async function lockFolder(dir: string): Promise<() => void> {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
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
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    if (await answers(file)) {
      throw new HubError(
        'CONFLICT',
        `data folder ${dir} is in use by another hub process: stop it, or set HUB_DATA_DIR to another folder`,
      )
    }
    fs.rmSync(file, { force: true })
    server = await listen()
  }
  return () => server.close()
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
