import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PATCH_UNFIT } from './mutants/patches.ts'
import { exitOf, spawnNode } from './processes.ts'

export type HubRole = 'all' | 'web' | 'worker'
/** The hub as it is started everywhere, in a process of its own. */
export interface HubProcess {
  readonly role: HubRole
  readonly pid: number
  readonly url: string
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  kill9(): Promise<void>
  /** SIGTERM; answers how long it took to leave. */
  terminate(): Promise<number>
  suspend(): void
  signal(signal: NodeJS.Signals): void
  resume(): void
  isSuspended(): boolean
  isAlive(): boolean
  /** Its last words, for a report of what went wrong. */
  tail(): string
}
export interface HubSettings {
  readonly role: HubRole
  readonly port: number
  readonly env: Readonly<Record<string, string>>
  /** HUB_FAULTS as a record. */
  readonly faults: Readonly<Record<string, string | number>>
  /** Names of patches from `mutants/patches.ts`. */
  readonly patches: readonly string[]
  /** Further modules to import before the hub, as paths from the root. */
  readonly imports: readonly string[]
}
const START_TIMEOUT_MS = 60_000
const HOOK = fileURLToPath(new URL('./mutants/hook.ts', import.meta.url))

export async function startHub({ role, port, env, faults, patches, imports }: HubSettings): Promise<HubProcess> {
  const { PATH = '', TMPDIR = '' } = process.env
  const child = spawnNode(
    [
      '--import',
      './server/node-version.js',
      ...(patches.length > 0 ? ['--import', HOOK] : []),
      ...imports.flatMap((file) => ['--import', file]),
      'server/main.ts',
    ],
    {
      PATH,
      ...(TMPDIR ? { TMPDIR } : {}),
      ...env,
      HUB_ROLE: role,
      PORT: String(port),
      HUB_FAULTS: Object.entries(faults)
        .map(([k, v]) => `${k}=${v}`)
        .join(','),
      ...(patches.length > 0 ? { FAULTS_PATCHES: patches.join(',') } : {}),
    },
  )
  const exited = exitOf(child)
  let words = ''
  const ready = Promise.withResolvers<string>()
  const read = (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-6_000)
    const url = /Listening on (http:\S+?),/.exec(words)?.[1]
    if (url) ready.resolve(url)
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  const late = setTimeout(() => {
    child.kill('SIGKILL')
    ready.reject(new Error(`a hub (${role}) was not ready after ${START_TIMEOUT_MS} ms:\n${words}`))
  }, START_TIMEOUT_MS)
  void exited.then(({ code, signal }) => {
    const why = `a hub (${role}) left before it was ready (${signal ?? `exit ${code}`}):\n${words}`
    ready.reject(code === PATCH_UNFIT ? new Error(why) : new HubDiedEarly(why))
  })
  const url = await ready.promise.finally(() => clearTimeout(late))
  const { pid } = child
  if (pid === undefined) throw new Error('a process without an id')
  return {
    role,
    pid,
    url,
    exited,
    async kill9() {
      child.kill('SIGKILL')
      await exited
    },
    async terminate() {
      const began = performance.now()
      child.kill('SIGTERM')
      const patience = setTimeout(() => child.kill('SIGKILL'), 30_000)
      await exited
      clearTimeout(patience)
      return performance.now() - began
    },
    signal: (signal) => void child.kill(signal),
    suspend: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    isSuspended: () => stateOf(pid) === 'T',
    isAlive: () => child.exitCode === null && child.signalCode === null,
    tail: () => words,
  }
}
/** It may be meant: a crash point can be reached, or a store be away, before the hub is ready. */
export class HubDiedEarly extends Error {
  override readonly name = 'HubDiedEarly'
}

/** The letter Linux shows for a process: T is stopped. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? ''
  } catch {
    return ''
  }
}

export interface Supervised {
  /** The process that runs now; null while the next one starts. */
  readonly current: HubProcess | null
  readonly starts: number
  /** Waits for the process that runs now, or the next one. */
  ready(): Promise<HubProcess>
  /** No respawn from now on; ends the process politely. Answers how long that took. */
  stop(): Promise<number>
}
/** Starts a hub again whenever it died, as an orchestrator does. `next` makes the settings of each start; `onDeath` hears of each end nobody asked for. */
export function supervise(next: (start: number) => HubSettings, onDeath: () => void = () => undefined): Supervised {
  let current: HubProcess | null = null
  let starts = 0
  let stopping = false
  let failed: unknown
  let starting: Promise<void> = Promise.resolve()
  const waiters = new Set<PromiseWithResolvers<HubProcess>>()
  const start = async (): Promise<void> => {
    for (let failures = 0; !stopping; failures++) {
      try {
        const hub = await startHub(next(starts++))
        if (stopping) {
          await hub.kill9()
          return
        }
        current = hub
        for (const waiter of waiters) waiter.resolve(hub)
        waiters.clear()
        void hub.exited.then(() => {
          current = null
          if (!stopping) onDeath()
          starting = start()
        })
        return
      } catch (cause) {
        if (!(cause instanceof HubDiedEarly) || failures >= 100) {
          failed = cause
          for (const waiter of waiters) waiter.reject(cause)
          waiters.clear()
          return
        }
        onDeath()
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
  }
  starting = start()
  return {
    get current() {
      return current
    },
    get starts() {
      return starts
    },
    async ready() {
      if (current) return current
      if (failed !== undefined) throw failed
      const waiter = Promise.withResolvers<HubProcess>()
      waiters.add(waiter)
      return waiter.promise
    },
    async stop() {
      stopping = true
      await starting
      return (await current?.terminate()) ?? 0
    },
  }
}
