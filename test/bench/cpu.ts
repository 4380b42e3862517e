import { readFileSync } from 'node:fs'

/** Of `/proc/<pid>/stat`: Linux shows times in hundredths of a second, whatever its own clock. */
const TICK_SECONDS = 0.01

/** CPU seconds a process has used so far, or null where there is no /proc. Unlike rates, they hardly depend on what else the machine does. */
export function cpuSeconds(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS
  } catch {
    return null
  }
}

/** Runs `work` and tells the CPU microseconds that these processes used for each of `pieces`. */
export async function cpuMicros<T>(
  pids: readonly number[],
  pieces: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly micros: number | null }> {
  const sum = () => pids.reduce<number | null>((all, pid) => addOrNull(all, cpuSeconds(pid)), 0)
  const before = sum()
  const result = await work()
  const after = sum()
  return { result, micros: before === null || after === null ? null : ((after - before) * 1e6) / pieces }
}

function addOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}
