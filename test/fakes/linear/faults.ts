/** What the fake does instead of, or after, the work of one mutation. */
export type LinearFault =
  | { readonly kind: 'rate-limited'; readonly resetInMs: number }
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  /** Closes the connection without an answer. */
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'slow'; readonly ms: number }

export interface Faults {
  /** Plays `fault` on the next `times` mutations. */
  add(fault: LinearFault, times?: number): void
  take(): LinearFault | null
}
export function createFaults(): Faults {
  const armed: { fault: LinearFault; left: number }[] = []
  return {
    add: (fault, times = 1) => void armed.push({ fault, left: times }),
    take() {
      const [first] = armed
      if (!first) return null
      first.left -= 1
      if (first.left <= 0) armed.shift()
      return first.fault
    },
  }
}
