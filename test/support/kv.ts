import type { KeyValue } from '#contract'

/** A plugin's keys, kept in memory; values go through JSON as they do in the store. */
export function memoryKv(now: () => number = Date.now): KeyValue {
  const stored = new Map<string, { readonly text: string; readonly untilMs: number }>()
  const live = (key: string) => {
    const found = stored.get(key)
    return found && found.untilMs > now() ? found : undefined
  }
  const put = (key: string, value: unknown, ttlMs = Number.POSITIVE_INFINITY) =>
    void stored.set(key, { text: JSON.stringify(value), untilMs: now() + ttlMs })
  return {
    get: async (key) => {
      const found = live(key)
      return found ? (JSON.parse(found.text) as unknown) : null
    },
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    async add(key, value, ttlMs) {
      if (live(key)) return false
      put(key, value, ttlMs)
      return true
    },
    delete: async (key) => void stored.delete(key),
  }
}
