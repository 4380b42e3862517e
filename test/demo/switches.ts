/** What goes wrong on purpose, for each platform. */
export const SWITCHES = ['limited', 'slow', 'duplicate', 'dropped'] as const
export type Switch = (typeof SWITCHES)[number]
export type Fault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'cut'; readonly commit: true }

export interface Switches {
  readonly on: Set<Switch>
  /** The fault of the next call that shows something. Every second call passes: a platform that never recovers proves nothing. */
  faultFor(key: string): Fault | null
}
const SLOW_MS = 1_500
const WAIT_SECONDS = 2

export function createSwitches(): Switches {
  const on = new Set<Switch>()
  const spared = new Set<string>()
  return {
    on,
    faultFor(key) {
      const kind = on.has('dropped') ? 'dropped' : on.has('limited') ? 'limited' : null
      if (kind !== null && !spared.delete(key)) {
        spared.add(key)
        return kind === 'dropped'
          ? { kind: 'cut', commit: true }
          : { kind: 'rate-limited', retryAfterSeconds: WAIT_SECONDS }
      }
      return on.has('slow') ? { kind: 'slow', ms: SLOW_MS } : null
    },
  }
}
