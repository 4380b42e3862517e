import type { PlatformName } from './platforms/chat-platform.ts'
import type { Scenario } from './scenario.ts'
import type { StoreKind } from './stores.ts'

export interface Run {
  readonly scenario: Scenario
  readonly platform: PlatformName
  readonly kind: StoreKind
}
export interface Skip {
  readonly scenario: Scenario
  readonly platform: PlatformName
  readonly reason: string
}
export interface Wanted {
  readonly scenarios: readonly Scenario[]
  /** Absent: Slack, and where everything is run quickly, one scenario each on the others. */
  readonly platform?: PlatformName
  /** Absent: every store of a scenario, or where it is quick, one in turn with the seed. */
  readonly stores?: StoreKind
  readonly quick: boolean
  readonly seed: number
}
/** Each costs a quick run of everything seconds: where hubs die, and where answers are lost, platforms differ most. */
const GUESTS = ['worker-kill', 'response-lost'] as const

export function planRuns(wanted: Wanted): { readonly runs: readonly Run[]; readonly skips: readonly Skip[] } {
  const { scenarios, platform = 'slack', quick, seed } = wanted
  const pairs = scenarios.map((scenario) => ({ scenario, platform }))
  const isAll = GUESTS.every((guest) => scenarios.some(({ name }) => name === guest))
  if (quick && isAll && wanted.platform === undefined) {
    for (const [i, other] of (['discord', 'teams'] as const).entries()) {
      const guest = scenarios.find(({ name }) => name === GUESTS[(seed + i) % GUESTS.length])
      // First, as they are among the longest.
      if (guest) pairs.unshift({ scenario: guest, platform: other })
    }
  }
  const skips = pairs.flatMap(({ scenario, platform }) => {
    const reason = scenario.skips?.[platform]
    return reason === undefined ? [] : [{ scenario, platform, reason }]
  })
  const runs = pairs
    .filter(({ scenario, platform }) => scenario.skips?.[platform] === undefined)
    .flatMap((pair) => storesOf(pair.scenario, wanted).map((kind) => ({ ...pair, kind })))
  return { runs, skips }
}
function storesOf({ stores: all, target }: Scenario, { stores, quick, seed }: Wanted): readonly StoreKind[] {
  if (stores !== undefined) return all.filter((one) => one === stores)
  return quick ? all.filter((_, i) => i === (seed + target) % all.length) : all
}
