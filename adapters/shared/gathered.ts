/** A thing as it was answered; null where it is not there. */
export type Gathered<T> = (line: string, id: string) => Promise<T | null>

interface Waiting<T> {
  resolve(answer: T | null): void
  reject(error: unknown): void
}
/**
 * Reads of single things that come while one is under way share the next request: a thousand cost as many requests as pages, and a single one waits for
 * nobody. Only what is asked in the same `line` is read together.
 */
export function createGathered<T>(
  most: number,
  readAll: (line: string, ids: readonly string[]) => Promise<ReadonlyMap<string, T | null>>,
): Gathered<T> {
  const lines = new Map<string, Map<string, Waiting<T>[]>>()
  const run = async (line: string): Promise<void> => {
    for (let waiting = lines.get(line); waiting && waiting.size > 0; waiting = lines.get(line)) {
      const batch = [...waiting].slice(0, most)
      for (const [id] of batch) waiting.delete(id)
      try {
        const found = await readAll(
          line,
          batch.map(([id]) => id),
        )
        for (const [id, all] of batch) for (const one of all) one.resolve(found.get(id) ?? null)
      } catch (error) {
        for (const [, all] of batch) for (const one of all) one.reject(error)
      }
    }
    lines.delete(line)
  }
  return (line, id) =>
    new Promise((resolve, reject) => {
      const known = lines.get(line)
      const waiting = known ?? new Map<string, Waiting<T>[]>()
      waiting.set(id, [...(waiting.get(id) ?? []), { resolve, reject }])
      if (known) return
      lines.set(line, waiting)
      // What is asked at the same moment goes along with the first.
      queueMicrotask(() => void run(line))
    })
}
