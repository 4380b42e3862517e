import { type ChildProcess, type ForkOptions, fork, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ROOT } from './root.ts'

const children = new Set<ChildProcess>()
const folders = new Set<string>()

/** Every process of a run is ended with it, by its own id: at the end, on Ctrl-C and after a failure. */
function track(child: ChildProcess): ChildProcess {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
export function trackFolder(folder: string): string {
  folders.add(folder)
  return folder
}
export function dropFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folders.delete(folder)
}
export function endAll(): void {
  for (const child of children) {
    // A stopped process would not even notice.
    child.kill('SIGKILL')
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folders.clear()
}
process.on('exit', endAll)

export function forkTracked(file: string, args: readonly string[], options: ForkOptions = {}): ChildProcess {
  return track(fork(fileURLToPath(new URL(file, import.meta.url)), [...args], { execArgv: [], ...options }))
}
export function spawnNode(args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return track(spawn(process.execPath, [...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] }))
}
/** The next message of a forked process. */
export function nextMessage<T>(child: ChildProcess, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (code: number | null) => reject(new Error(`${what} ended before it answered (exit ${code})`))
    child.once('exit', leave)
    child.once('message', (message) => {
      child.off('exit', leave)
      resolve(message as T)
    })
  })
}
export function exitOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode })
  }
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}
