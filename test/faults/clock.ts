/**
 * Imported before a hub: SIGUSR2 moves its wall clock to the next step, and only that: the monotonic clock and the database's go on as
 * they are, as when an administrator or an hour's drift of a virtual machine is corrected.
 */
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const STEPS = [10 * MINUTE, -10 * MINUTE, DAY, -DAY, 0]

const Real = Date
let at = -1
let offset = 0
class SteppedDate extends Real {
  constructor(...args: [] | [number | string | Date]) {
    const [value] = args
    if (value === undefined) super(Real.now() + offset)
    else super(value)
  }
  static override now(): number {
    return Real.now() + offset
  }
}
globalThis.Date = SteppedDate as DateConstructor
process.on('SIGUSR2', () => {
  at = (at + 1) % STEPS.length
  offset = STEPS[at] ?? 0
})
