const LOOKS_EVERY_MS = 100

/**
 * A machine that is busy with others stops a hub as well as a SIGSTOP does, and long enough for its leases to run out. Tells of each time
 * this process itself stood still for longer than `atLeastMs`. Ends when told to.
 */
export function watchStalls(atLeastMs: number, onStall: (ms: number) => void): { stop(): void } {
  let looked = performance.now()
  const timer = setInterval(() => {
    const stoodMs = performance.now() - looked - LOOKS_EVERY_MS
    looked = performance.now()
    if (stoodMs >= atLeastMs) onStall(Math.round(stoodMs))
  }, LOOKS_EVERY_MS)
  return { stop: () => clearInterval(timer) }
}
