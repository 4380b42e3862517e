/** Milliseconds of the machine's monotonic clock: unlike `performance.now()`, the same one in every process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000
}
