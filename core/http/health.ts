import { Hono } from 'hono'
import type { Health, HookEnv } from '../contract/plugin.ts'

/** Below the time probes commonly wait. */
const TIMEOUT_MS = 3_000

/** Health by part: database, queue, each plugin. `detail` of a part that is down names the cure. */
export type ReadHealth = () => Promise<ReadonlyMap<string, Health>>

/**
 * `/live`: the process answers; failing it means restart. `/ready`: work can be taken; 503 with the failing parts means send none.
 * A degraded part does not make the hub unready: it degrades, it does not fail.
 */
export function healthRoutes(readHealth: ReadHealth): Hono<HookEnv> {
  // Probes come from several sides at once; the parts are asked once.
  let reading: Promise<ReadonlyMap<string, Health>> | null = null
  const read = () => {
    reading ??= withTimeout(readHealth()).finally(() => {
      reading = null
    })
    return reading
  }
  return new Hono<HookEnv>()
    .get('/live', (c) => c.json({ status: 'ok' }))
    .get('/ready', async (c) => {
      const parts = await read()
      const failing = [...parts].flatMap(([part, { status, detail }]) =>
        status === 'down' ? [`${part}: ${detail ?? 'down'}`] : [],
      )
      const degraded = [...parts.values()].some(({ status }) => status === 'degraded')
      const status = failing.length > 0 ? 'down' : degraded ? 'degraded' : 'ok'
      c.header('cache-control', 'no-store')
      if (failing.length === 0) return c.json({ status, parts: Object.fromEntries(parts) })
      c.header('retry-after', '5')
      return c.json({ status, failing, parts: Object.fromEntries(parts) }, 503)
    })
}

async function withTimeout(reading: Promise<ReadonlyMap<string, Health>>): Promise<ReadonlyMap<string, Health>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<ReadonlyMap<string, Health>>((resolve) => {
    const health: Health = {
      status: 'down',
      detail: `its parts did not answer within ${TIMEOUT_MS / 1000} s; see the log`,
    }
    timer = setTimeout(() => resolve(new Map([['hub', health]])), TIMEOUT_MS)
  })
  try {
    return await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}
