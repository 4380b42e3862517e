import type { KeyValue, Log } from '#contract'

export function memoryKv(): KeyValue {
  const stored = new Map<string, unknown>()
  return {
    get: async (key) => stored.get(key) ?? null,
    set: async (key, value) => {
      stored.set(key, structuredClone(value))
    },
    add: async (key, value) => {
      if (stored.has(key)) return false
      stored.set(key, value)
      return true
    },
    delete: async (key) => {
      stored.delete(key)
    },
  }
}
const nothing = () => undefined
export const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
