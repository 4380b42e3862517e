import { HubError } from '../contract/errors.ts'
import type { Log } from '../contract/log.ts'
import type { Health, Parts } from '../contract/plugin.ts'

const CLOSE_TIMEOUT_MS = 10_000
const HEALTH_TIMEOUT_MS = 2_000

export interface Startable {
  readonly name: string
  readonly parts: Parts
}
export interface Lifecycle {
  start(signal: AbortSignal): Promise<void>
  close(): Promise<void>
  health(): Promise<ReadonlyMap<string, Health>>
}

/** Starts in the given order, closes in reverse. One plugin that throws, hangs or lies about its health stops no other. */
export function createLifecycle(inOrder: readonly Startable[], log: Log): Lifecycle {
  let started: Promise<void> | null = null
  let closed: Promise<void> | null = null
  const closing = new AbortController()

  const closeThese = async (plugins: readonly Startable[]) => {
    for (const { name, parts } of plugins.toReversed()) {
      try {
        await within(CLOSE_TIMEOUT_MS, async () => parts.close?.())
      } catch (err) {
        log.warn({ plugin: name, err }, `${name} did not close cleanly`)
      }
    }
  }
  const startAll = async (signal: AbortSignal) => {
    for (const [index, { name, parts }] of inOrder.entries()) {
      try {
        signal.throwIfAborted()
        await parts.start?.(signal)
      } catch (err) {
        // The failed one too: it may have opened half of what it needs, and close is safe without start.
        await closeThese(inOrder.slice(0, index + 1))
        throw startFailure(name, err)
      }
    }
  }
  return {
    start(signal) {
      if (closed) return Promise.reject(new HubError('CONFLICT', 'The hub is closed; make a new one'))
      started ??= startAll(AbortSignal.any([signal, closing.signal]))
      return started
    },
    close() {
      closed ??= (async () => {
        closing.abort(new HubError('CONFLICT', 'the hub is closing'))
        const opening = started
        const settled = async () =>
          opening?.then(
            () => false,
            () => true,
          ) ?? false
        // A start that ignores its signal must not keep the process from ending.
        const failed = await within(CLOSE_TIMEOUT_MS, settled).catch(() => false)
        // A failed start has closed everything it had opened.
        if (!failed) await closeThese(inOrder)
      })()
      return closed
    },
    async health() {
      const answers = inOrder.map(async ({ name, parts }): Promise<readonly [string, Health]> => {
        try {
          return [name, (await within(HEALTH_TIMEOUT_MS, async () => parts.health?.())) ?? { status: 'ok' }]
        } catch (err) {
          log.warn({ plugin: name, err }, `${name} could not tell its health`)
          const detail = err instanceof HubError ? err.message : 'its health check failed; see the log'
          return [name, { status: 'down', detail }]
        }
      })
      return new Map(await Promise.all(answers))
    },
  }
}

function startFailure(name: string, err: unknown): HubError {
  if (err instanceof HubError) return new HubError(err.code, `${name} did not start: ${err.message}`, { cause: err })
  const reason = err instanceof Error ? err.message.split('\n', 1).join('') : String(err)
  return new HubError('UNAVAILABLE', `${name} did not start: ${reason}`, { cause: err })
}

/** `run`, or an error once it has taken too long; what it does after that is ignored. */
async function within<T>(timeoutMs: number, run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new HubError('UNAVAILABLE', `no answer within ${timeoutMs / 1000} s`)
    timer = setTimeout(() => reject(error), timeoutMs)
  })
  try {
    return await Promise.race([run(), late])
  } finally {
    clearTimeout(timer)
  }
}
