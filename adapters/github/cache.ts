/** Keeps what was used last, up to a size in bytes; one that is larger than a quarter of it is not kept. */
export interface Cache<V> {
  get(key: string): V | undefined
  set(key: string, value: V, bytes: number): void
}
export function createCache<V>(maxBytes: number): Cache<V> {
  const kept = new Map<string, { readonly value: V; readonly bytes: number }>()
  let total = 0
  const drop = (key: string) => {
    total -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }
  return {
    get(key) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    set(key, value, bytes) {
      drop(key)
      if (bytes > maxBytes / 4) return
      kept.set(key, { value, bytes })
      total += bytes
      for (const oldest of kept.keys()) {
        if (total <= maxBytes) return
        drop(oldest)
      }
    },
  }
}
