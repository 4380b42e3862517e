import { type ChildProcess, fork, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 15_000

/** A process of the bench. It ends with `stop`, or at the latest with the bench itself. */
export interface Child {
  readonly pid: number
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** None of the caller's settings: a hub must not meet the Slack workspace or the database of whoever measures. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR }

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function startProcess(args: readonly string[], env: Readonly<Record<string, string>>): Child {
  return watched(spawn(process.execPath, args, { env: { ...ENVIRONMENT, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }))
}

/** A script beside this file, with one JSON argument. Resolves with its first message. */
export async function startScript<Ready>(file: string, argument: unknown): Promise<Child & { readonly ready: Ready }> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = watched(
    fork(path, [JSON.stringify(argument)], {
      env: ENVIRONMENT,
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  const ready = await within(START_TIMEOUT_MS, `${file} to start`, firstMessage<Ready>(child.process, file))
  return { ...child, ready }
}

/** Runs a script to its one message and its end. */
export async function runScript<Result>(file: string, argument: unknown, timeoutMs: number): Promise<Result> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = watched(
    fork(path, [JSON.stringify(argument)], {
      env: ENVIRONMENT,
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  try {
    return await within(timeoutMs, `${file} to end`, firstMessage<Result>(child.process, file))
  } finally {
    await child.stop()
  }
}

function watched(process: ChildProcess): Child {
  const { pid } = process
  if (pid === undefined) throw new Error('a process of the bench could not be started')
  running.add(process)
  process.once('exit', () => running.delete(process))
  return {
    pid,
    process,
    async stop() {
      if (!running.has(process)) return
      const left = new Promise((resolve) => process.once('exit', resolve))
      process.kill('SIGTERM')
      const timer = setTimeout(() => process.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await left
      clearTimeout(timer)
    },
  }
}

function firstMessage<T>(child: ChildProcess, name: string): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  child.once('message', (message) => resolve(message as T))
  child.once('exit', (code, signal) => reject(new Error(`${name} ended early (${signal ?? `exit ${code}`})`)))
  return promise
}

export async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`)), timeoutMs)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
