import type { Log } from '#contract'

const LEASE_MS = 20_000
/** The longest wait between attempts; and the one after the platform refused us, which somebody has to correct. */
const REFUSED_MS = 60_000
/** After the first failure. */
const FIRST_MS = 1_000
/** Share of the lease after which a leader that could not renew it stops. */
const LEAVE_AT = 0.8
const CLOSE_MS = 4_000

export interface Held<State> {
  readonly fence: number
  /** Where the one before stopped. */
  readonly state: State | null
}
/** Who leads, decided by the database: compare-and-set on holder, fence and the database's own clock. */
export interface LeaseStore<State> {
  /** null while another process leads. */
  acquire(holder: string, leaseMs: number): Promise<Held<State> | null>
  /** False once somebody else took over: then nothing is written. */
  renew(holder: string, fence: number, leaseMs: number, state: State | null): Promise<boolean>
  release(holder: string, fence: number, state: State | null): Promise<void>
}
/** The work of a leader. Resolves when it is over, by itself or after the signal; rejects with what is wrong. */
export interface Led<State> {
  readonly done: Promise<void>
  /** How far it has come, as of now. */
  state(): State | null
}
export interface Leader {
  start(): void
  isLeading(): boolean
  /** What is wrong, in words for the operator; null while this process leads or waits for its turn. */
  trouble(): string | null
  close(): Promise<void>
}
export interface LeaderOptions<State> {
  readonly store: LeaseStore<State>
  /** What is kept open, for the log: "Discord's Gateway". */
  readonly what: string
  /** New for each process. */
  readonly holder: string
  readonly leaseMs?: number
  readonly log: Log
  /** `save`: what `state` says now must outlive this process. */
  lead(held: Held<State>, signal: AbortSignal, save: () => void): Led<State>
  /** Is it of no use to try again soon? */
  isRefusal(error: unknown): boolean
}

/** Does something in exactly one of the processes that share a database; when that one goes, another goes on where it was. */
export function createLeader<State>(options: LeaderOptions<State>): Leader {
  const { store, what, holder, leaseMs = LEASE_MS, log, lead, isRefusal } = options
  const stop = new AbortController()
  let leading = false
  let trouble: string | null = null
  let running: Promise<void> | undefined

  const hold = async (held: Held<State>, askedMs: number): Promise<void> => {
    const ended = new AbortController()
    const signal = AbortSignal.any([stop.signal, ended.signal])
    const renew = async (): Promise<void> => {
      const asked = performance.now()
      try {
        if (!(await store.renew(holder, held.fence, leaseMs, led.state()))) ended.abort()
        clearTimeout(deadline)
        deadline = giveUp(asked)
        trouble = null
      } catch (error) {
        trouble = `the lease could not be renewed: ${describe(error)}`
      }
    }
    let saving = Promise.resolve()
    const led = lead(held, signal, () => {
      saving = saving.then(() => (signal.aborted ? undefined : renew()))
    })
    led.done.catch(() => undefined)
    // Given up before it ends in the database, which counts from later on than we asked.
    const giveUp = (sinceMs: number) =>
      setTimeout(() => ended.abort(), sinceMs + leaseMs * LEAVE_AT - performance.now())
    let deadline = giveUp(askedMs)
    const renewing = (async () => {
      while (!(await pause(leaseMs / 4, signal))) await renew()
    })()
    try {
      leading = true
      await led.done
    } finally {
      leading = false
      ended.abort()
      await Promise.all([renewing, saving])
      clearTimeout(deadline)
      await store.release(holder, held.fence, led.state()).catch(() => undefined)
    }
  }
  const run = async (): Promise<void> => {
    let failures = 0
    while (!stop.signal.aborted) {
      let waitMs = leaseMs / 4
      let ledSinceMs = Number.POSITIVE_INFINITY
      try {
        const asked = performance.now()
        const held = await store.acquire(holder, leaseMs)
        trouble = null
        if (held) {
          ledSinceMs = asked
          await hold(held, asked)
        }
        failures = 0
      } catch (error) {
        trouble = describe(error)
        log.warn({ error: trouble }, `${what} cannot be kept open`)
        // What stood for a while and broke is made again soon; what breaks again and again ever more seldom.
        failures = performance.now() - ledSinceMs > leaseMs ? 1 : failures + 1
        waitMs = Math.min(REFUSED_MS, Math.min(FIRST_MS, waitMs) * 2 ** (failures - 1))
        if (isRefusal(error)) waitMs = Math.max(waitMs, REFUSED_MS)
      }
      await pause(waitMs * (0.75 + Math.random() / 2), stop.signal)
    }
  }
  return {
    start() {
      running ??= run()
    },
    isLeading: () => leading,
    trouble: () => trouble,
    async close() {
      stop.abort()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS)
      })
      await Promise.race([running, late])
      clearTimeout(timer)
    },
  }
}
/** True when the signal came first. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(true)
    const end = (aborted: boolean) => () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      resolve(aborted)
    }
    const timer = setTimeout(() => end(false)(), ms)
    const abort = end(true)
    signal.addEventListener('abort', abort, { once: true })
  })
}
function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
