import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'

/** A real server of the tests, with what a fault harness needs: kill it like a crash, start it again on the same folder and port. */
export interface Service {
  readonly url: string
  readonly port: number
  /** Of the process that runs now; changes with `restart`. */
  pid(): number
  /** Asks it to stop and removes its folder, unless the folder was given by the caller. */
  stop(): Promise<void>
  /** Ends it and its children as a crash would. The folder stays, for `restart`. */
  kill9(): Promise<void>
  /** Starts again on the same folder and port, from a stopped or killed state or a running one. */
  restart(): Promise<void>
}

export interface ServerCommand {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Seen on stdout or stderr once it accepts connections. */
  readonly ready: RegExp
  /** Seen when it failed for a reason that passes by itself: a port taken in between, children of a killed parent still leaving. */
  readonly transient: RegExp
  readonly stopSignal: NodeJS.Signals
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 15_000
const TRANSIENT_RETRIES = 40
const TRANSIENT_WAIT_MS = 100

/** A loopback port that is free now. Another process may take it before it is used; `transient` covers that. */
export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const probe = createServer()
  probe.once('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    probe.close(() =>
      address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
    )
  })
  return promise
}

/** Runs one server process and keeps it restartable. `folder` is removed at the end when it is given. */
export function serverProcess(server: ServerCommand, folder: string | null) {
  let child: ChildProcess | null = null

  // The last resort when the test process ends without closing: no server and no folder is left behind.
  const onExit = () => {
    if (child?.pid !== undefined) for (const pid of [...childrenOf(child.pid), child.pid]) kill(pid, 'SIGKILL')
    if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.on('exit', onExit)

  async function start(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        child = await launch(server)
        return
      } catch (cause) {
        if (attempt >= TRANSIENT_RETRIES || !(cause instanceof Error) || !server.transient.test(cause.message))
          throw cause
        await new Promise((done) => setTimeout(done, TRANSIENT_WAIT_MS))
      }
    }
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child
    if (running === null) return
    const left = exited(running)
    kill(running.pid, signal)
    const timer = setTimeout(() => kill(running.pid, 'SIGKILL'), STOP_TIMEOUT_MS)
    await left
    clearTimeout(timer)
    child = null
  }
  return {
    start,
    pid(): number {
      if (child?.pid === undefined) throw new Error(`${server.name} is not running`)
      return child.pid
    },
    async stop(): Promise<void> {
      await end(server.stopSignal)
      process.off('exit', onExit)
      if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
    async kill9(): Promise<void> {
      const children = child?.pid === undefined ? [] : childrenOf(child.pid)
      const ended = end('SIGKILL')
      for (const pid of children) kill(pid, 'SIGKILL')
      await ended
    },
    async restart(): Promise<void> {
      await end(server.stopSignal)
      await start()
    },
  }
}

async function launch(server: ServerCommand): Promise<ChildProcess> {
  const child = spawn(server.command, server.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    ...server.user,
  })
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const read = (chunk: Buffer) => {
    if (output.length > 1_000_000) return
    output += chunk.toString()
    if (server.ready.test(output)) resolve()
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  child.once('error', reject)
  child.once('exit', (code, signal) =>
    reject(new Error(`${server.name} did not start (${signal ?? `exit ${code}`}):\n${output.trim()}`)),
  )
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`${server.name} was not ready after ${START_TIMEOUT_MS} ms:\n${output.trim()}`))
  }, START_TIMEOUT_MS)
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
  return child
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((done) => child.once('exit', () => done()))
}

function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(pid, signal)
  } catch {
    // It has left already.
  }
}

/** PostgreSQL's backends are in process groups of their own, so a crash of all of them has to name each. Linux only; empty elsewhere. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
