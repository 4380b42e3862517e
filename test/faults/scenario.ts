import type { Check, Expectations } from './checker.ts'
import type { PlatformName } from './platforms/chat-platform.ts'
import type { Rig, RigOptions } from './rig.ts'
import type { StoreKind } from './stores.ts'

/** One target, as a run of its own. */
export interface Scenario {
  readonly name: string
  /** Number in the list of targets. */
  readonly target: number
  readonly what: string
  readonly stores: readonly StoreKind[]
  /** Platforms on which it would prove nothing, and why. */
  readonly skips?: Readonly<Partial<Record<PlatformName, string>>>
  readonly rig?: (
    quick: boolean,
  ) => Partial<Pick<RigOptions, 'platform' | 'retryDelaysMs' | 'viaProxy' | 'decides' | 'postgres'>>
  /** Longest time from the end of the load until nothing is under way. */
  readonly drainMs?: number
  /** Judges times, so nothing runs beside it. */
  readonly timed?: true
  /** Not part of `all`. */
  readonly alone?: true
  /** Load and faults; whatever it can tell beyond the sets is returned as checks. Faults are healed when it returns. */
  run(rig: Rig): Promise<Outcome>
}
export interface Outcome {
  readonly checks?: readonly Check[]
  /** Asked once nothing is under way, with the hubs still running. */
  readonly afterDrain?: () => Promise<readonly Check[]>
  readonly expected?: Expectations
  /** Figures for the report. */
  readonly figures?: Readonly<Record<string, number | string>>
}
export function atLeast(name: string, value: number, least: number): Check {
  return { name, ok: value >= least, detail: `${value}, at least ${least}` }
}
export function atMost(name: string, value: number, most: number, unit = ''): Check {
  return { name, ok: value <= most, detail: `${Math.round(value * 10) / 10}${unit}, at most ${most}${unit}` }
}
export function exactly(name: string, value: number, wanted: number): Check {
  return { name, ok: value === wanted, detail: `${value}, exactly ${wanted}` }
}
/** A part of a scenario that a platform has no use for, said aloud. */
export function notAsked(name: string, why: string): Check {
  return { name, ok: true, detail: `not asked: ${why}` }
}
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN
}
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
