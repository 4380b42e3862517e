/** What the fake does instead of, or after, the work of one mutation. */
export type LinearFault =
  | { readonly kind: 'rate-limited'; readonly resetInMs: number }
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  /** Closes the connection without an answer. */
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'slow'; readonly ms: number }

export interface Faults {
  /** Plays `fault` on the next `times` mutations, of those whose name fits where one is given. */
  add(fault: LinearFault, times?: number, name?: RegExp): void
  take(name: string): LinearFault | null
}
export function createFaults(): Faults {
  const armed: { fault: LinearFault; left: number; name: RegExp }[] = []
  return {
    add: (fault, times = 1, name = /^/) => void armed.push({ fault, left: times, name }),
    take(name) {
      const at = armed.findIndex((one) => one.name.test(name))
      const found = armed[at]
      if (!found) return null
      found.left -= 1
      if (found.left <= 0) armed.splice(at, 1)
      return found.fault
    },
  }
}
