import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataFolder } from './templates.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
type Variables = Readonly<Record<string, string>>

/** Nothing of the test run's own variables reaches the product. */
const bare = (env: Variables): Variables => ({ PATH: process.env.PATH ?? '', ...env })
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}
interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly output: () => { readonly stdout: string; readonly stderr: string }
}

function start(args: readonly string[], env: Variables, input: string | null, cwd = ROOT): Running {
  const child = spawn(process.execPath, args, { cwd, env: bare(env), stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve({ code, signal, stdout, stderr })
    })
  })
  return { child, ended, output: () => ({ stdout, stderr }) }
}
const PRELUDE = ['--import', join(ROOT, 'server/node-version.js')]

/** Any Node program, to its end. */
export const runNode = (args: readonly string[], env: Variables = {}): Promise<Ended> => start(args, env, null).ended

/** `npm run hub -- …`, to its end. */
export function runCli(args: readonly string[], env: Variables, input: string | null = null): Promise<Ended> {
  return start([...PRELUDE, join(ROOT, 'server/cli.ts'), ...args], env, input).ended
}

export interface HubProcess {
  readonly url: string
  readonly pid: number
  readonly ended: Promise<Ended>
  output(): { readonly stdout: string; readonly stderr: string }
  kill(signal: NodeJS.Signals): Promise<Ended>
}
/** `npm start`, up to the line that says where it listens, or to its end. */
export async function startHubProcess(env: Variables, cwd?: string): Promise<HubProcess | Ended> {
  const { child, ended, output } = start([...PRELUDE, join(ROOT, 'server/main.ts')], { PORT: '0', ...env }, null, cwd)
  const listening = new Promise<string>((resolve) => {
    child.stdout?.on('data', () => {
      const url = /Listening on (http:\S+),/.exec(output().stdout)?.[1]
      if (url) resolve(url)
    })
  })
  const first = await Promise.race([listening, ended])
  if (typeof first !== 'string') return first
  return {
    url: first,
    pid: child.pid ?? -1,
    ended,
    output,
    kill(signal) {
      child.kill(signal)
      return ended
    },
  }
}
export function mustRun(hub: HubProcess | Ended): HubProcess {
  if ('url' in hub) return hub
  throw new Error(`the hub ended with ${hub.code ?? hub.signal}:\n${hub.stdout}${hub.stderr}`)
}

/** Folders of embedded databases that are migrated already. */
export function dataFolders(): { readonly root: string; fresh(): string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'hub-process-'))
  return {
    root,
    fresh: () => dataFolder('data-', root),
    remove() {
      // A test that failed may have left its hub behind.
      for (const child of running) child.kill('SIGKILL')
      rmSync(root, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
