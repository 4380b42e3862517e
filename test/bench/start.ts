import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from './figures.ts'
import { startHub, temporaryFolder } from './hub-process.ts'
import { residentMb } from './memory.ts'
import type { Run } from './run.ts'

/** From the start of the process to "Listening", and the memory it holds when nothing happens. */
export interface StartFigures {
  readonly mode: 'real' | 'embedded'
  /** The first start of all: folder or schema made. */
  readonly firstMs: number
  readonly readyMs: number
  readonly starts: number
  readonly idleRssMb: number
}

const IDLE_MS = 10_000

export async function measureStart(run: Run, mode: StartFigures['mode']): Promise<StartFigures> {
  const starts = run.quick ? 3 : 5
  const folder = temporaryFolder()
  const env: Record<string, string> = { HUB_DATA_DIR: folder.path }
  if (mode === 'real') {
    const { databaseUrl, redisUrl } = await run.stores.fresh()
    // As in production: with Slack connected.
    Object.assign(env, run.slack.env, { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
    env.HUB_SECRET_KEY = randomBytes(32).toString('hex')
  }
  try {
    const times: number[] = []
    let idleRssMb = 0
    for (let n = 0; n <= starts; n++) {
      const hub = await startHub({ env })
      times.push(hub.readyMs)
      if (n === starts) {
        await sleep(IDLE_MS)
        idleRssMb = residentMb(hub.pid)
      }
      await hub.stop()
    }
    const [firstMs = 0, ...warm] = times
    const readyMs = median(warm)
    run.say(
      `start: ${mode}: ${Math.round(readyMs)} ms (first ${Math.round(firstMs)} ms), idle ${Math.round(idleRssMb)} MB`,
    )
    return { mode, firstMs, readyMs, starts, idleRssMb }
  } finally {
    folder.remove()
  }
}
