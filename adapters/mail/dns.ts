import { Resolver } from 'node:dns/promises'

/** Asks DNS: records of a name. Rejects with ENOTFOUND or ENODATA where there are none. */
export type Resolve = (name: string, type: string) => Promise<string[][] | string[]>

const TIMEOUT_MS = 3_000
/** DNS over the given name servers, or those of the system. */
export function createResolve(servers: readonly string[] | undefined): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 })
  if (servers) resolver.setServers(servers)
  return async (name, type) => {
    // The one kind of record that keys and policies are; whether a name exists at all is asked by its addresses.
    if (type === 'TXT') return resolver.resolveTxt(name)
    if (type === 'A') return resolver.resolve4(name)
    if (type === 'AAAA') return resolver.resolve6(name)
    if (type === 'MX') return (await resolver.resolveMx(name)).map(({ exchange }) => exchange)
    throw Object.assign(new Error(`no ${type} is asked for`), { code: 'ENODATA' })
  }
}

export interface Patience {
  /** What DNS may take for one mail, however many names it has us ask for. */
  readonly mailMs: number
  /** In which most of DNS answers, so that it is never counted. */
  readonly momentMs: number
  /** What all mails together may take beyond that in a while; from then on each gets the moment alone. */
  readonly togetherMs: number
  readonly whileMs: number
}
const PATIENCE: Patience = { mailMs: 6_000, momentMs: 500, togetherMs: 30_000, whileMs: 5 * 60_000 }

/** DNS of one mail. */
export interface Asking {
  readonly resolve: Resolve
  /** No more is asked; what this mail took too long for, others do not get. */
  end(): void
}

/** Mails are read one after another, and anybody can send some that name servers that never answer, or late. */
export function createPatience(resolve: Resolve, now: () => number, limits: Patience = PATIENCE): () => Asking {
  let sinceMs = now()
  let spentMs = 0
  return () => {
    if (now() - sinceMs >= limits.whileMs) {
      sinceMs = now()
      spentMs = 0
    }
    const grantedMs = spentMs < limits.togetherMs ? limits.mailMs : limits.momentMs
    let usedMs = 0
    return {
      async resolve(name, type) {
        const askedMs = now()
        try {
          return await within(grantedMs - usedMs, () => resolve(name, type))
        } finally {
          usedMs += now() - askedMs
        }
      },
      end() {
        spentMs += Math.max(0, usedMs - limits.momentMs)
      },
    }
  }
}
async function within<T>(ms: number, ask: () => Promise<T>): Promise<T> {
  const silence = () => Object.assign(new Error('DNS did not answer in time'), { code: 'ETIMEOUT' })
  if (ms <= 0) throw silence()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silence()), ms)
  })
  try {
    return await Promise.race([ask(), late])
  } finally {
    clearTimeout(timer)
  }
}
