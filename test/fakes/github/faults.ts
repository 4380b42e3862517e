/** What the fake does instead of, or after, the work of one call. */
export type GitHubFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | {
      readonly kind: 'refuse'
      readonly status: number
      readonly message: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  /** Closes the connection without an answer. */
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'slow'; readonly ms: number }

export interface Faults {
  /** Plays `fault` on the next `times` writes of comments, or, with `on`, on requests such as 'POST /repos/octo/app/pulls'. */
  add(fault: GitHubFault, times?: number, on?: RegExp): void
  take(request?: string): GitHubFault | null
}
export function createFaults(): Faults {
  const armed: { fault: GitHubFault; left: number; on: RegExp | null }[] = []
  return {
    add: (fault, times = 1, on) => void armed.push({ fault, left: times, on: on ?? null }),
    take(request) {
      const at = armed.findIndex(({ on }) => (request === undefined ? on === null : on?.test(request) === true))
      const found = armed[at]
      if (!found) return null
      found.left -= 1
      if (found.left <= 0) armed.splice(at, 1)
      return found.fault
    },
  }
}
