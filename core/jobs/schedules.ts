import { z } from 'zod'
import type { EventHandler, EventType, Log, Schedule } from '#contract'
import type { Owned } from '../host/host.ts'

const slot = z.object({ startMs: z.number() })
type Slot = EventType<typeof slot>

/** Each slot is an arrival like any other: the inbox drops it when another process was first, and its job outlives this one. */
export interface Schedules {
  start(): void
  stop(): void
}

const RETRY_MS = 2_000
const MAX_TIMER_MS = 2 ** 31 - 1

const eventOf = ({ plugin, part }: Owned<Schedule>): Slot => ({
  name: `schedule.${plugin}.${part.name}`,
  payload: slot,
})

/** Runs a schedule's slots as event jobs. A slot that was overtaken while it waited has nothing to add to the later one. */
export function scheduleHandlers(schedules: readonly Owned<Schedule>[]): Owned<EventHandler>[] {
  return schedules.map((owned) => ({
    plugin: owned.plugin,
    part: {
      event: eventOf(owned),
      async run(payload, ctx) {
        const { startMs } = slot.parse(payload)
        if (Date.now() < startMs + 2 * owned.part.everyMs) await owned.part.run({ startMs }, ctx)
      },
    },
  }))
}

export function createSchedules(
  schedules: readonly Owned<Schedule>[],
  publish: (
    plugin: string,
    event: Slot,
    payload: { startMs: number },
    deliveryId: string,
    lane: string,
  ) => Promise<unknown>,
  log: Log,
): Schedules {
  const timers = new Map<Owned<Schedule>, NodeJS.Timeout>()
  let isStopped = false
  const arm = (owned: Owned<Schedule>, delayMs: number) => {
    if (isStopped) return
    const timer = setTimeout(() => void tick(owned), Math.min(delayMs, MAX_TIMER_MS))
    timer.unref()
    timers.set(owned, timer)
  }
  const tick = async (owned: Owned<Schedule>) => {
    const { plugin, part } = owned
    const event = eventOf(owned)
    const startMs = Math.floor(Date.now() / part.everyMs) * part.everyMs
    try {
      await publish(plugin, event, { startMs }, `${part.name}:${startMs}`, event.name)
      arm(owned, startMs + part.everyMs - Date.now())
    } catch (error) {
      log.debug({ error, schedule: event.name }, 'a slot could not be stored: it is tried again')
      arm(owned, RETRY_MS)
    }
  }
  return {
    start() {
      for (const owned of schedules) arm(owned, 0)
    },
    stop() {
      isStopped = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
