import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Child, startProcess, within } from './children.ts'
import { monotonicMs } from './clock.ts'

/** The product as `npm start` runs it. */
export interface HubProcess extends Pick<Child, 'pid' | 'stop'> {
  readonly port: number
  /** From the start of the process to its report that it listens. */
  readonly readyMs: number
}
export interface HubSettings {
  readonly env: Readonly<Record<string, string>>
  /** Writes a CPU profile of the process into this folder when it ends. */
  readonly profileDir?: string | undefined
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY_TIMEOUT_MS = 60_000

export async function startHub({ env, profileDir }: HubSettings): Promise<HubProcess> {
  const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
  const beganAtMs = monotonicMs()
  const child = startProcess(
    [...profile, '--import', join(ROOT, 'server/node-version.js'), join(ROOT, 'server/main.ts')],
    { PORT: '0', ...env },
  )
  try {
    const port = await within(READY_TIMEOUT_MS, 'the hub to listen', listening(child))
    return { port, readyMs: monotonicMs() - beganAtMs, pid: child.pid, stop: child.stop }
  } catch (error) {
    await child.stop()
    throw error
  }
}

/** A data folder that goes with `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

function listening({ process: child }: Child): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let output = ''
  const read = (chunk: Buffer) => {
    if (output.length > 100_000) return
    output += chunk.toString()
    const port = /Listening on http:\/\/\S+?:(\d+)/.exec(output)?.[1]
    if (port !== undefined) resolve(Number(port))
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  child.once('exit', (code) => reject(new Error(`the hub ended early (exit ${code}):\n${output}`)))
  return promise
}
