/** What the fake does instead of, or after, the work of one write. */
export type JiraFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number; readonly reason?: string }
  | {
      readonly kind: 'refuse'
      readonly status: number
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  /** Closes the connection without an answer. */
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Something happens in Jira right before the write, unseen by whoever writes. */
  | { readonly kind: 'meanwhile'; readonly happens: () => void }

export interface Faults {
  /** Plays `fault` on the next `times` writes. */
  add(fault: JiraFault, times?: number): void
  take(): JiraFault | null
}
export function createFaults(): Faults {
  const armed: { fault: JiraFault; left: number }[] = []
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
