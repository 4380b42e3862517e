import { openLedger } from './arrivals.ts'
import { opOf } from './entries.ts'
import type { CallFault, ChatPlatform, Hand, PlatformName, StandIn, Told } from './platforms/chat-platform.ts'
import { PLATFORMS } from './platforms/index.ts'
import { createRandom, type Random } from './random.ts'

/** What the fake platform does with calls, drawn from the seed. Shares are of all posts. */
export interface PlatformPlan {
  /** Stored, and the connection cut before the answer. */
  readonly cutAfter?: number
  /** Cut before anything was stored. */
  readonly cutBefore?: number
  /** Stored, and answered with 500. */
  readonly errorAfter?: number
  /** Longest time a message stays out of what can be read back. */
  readonly historyLagMs?: number
  /** Answered with 429 and a wait of one to three seconds. */
  readonly limited?: number
  /** Time until the answer. */
  readonly answerMs?: number
  /** Credentials are refused on every call. */
  readonly revoked?: boolean
}
export interface PlatformSettings extends PlatformPlan {
  readonly name: PlatformName
  readonly seed: number
  readonly ledgerPort: number
  /** Enforces the platform's rates; 0.1 makes its second last 100 ms. */
  readonly rateTimeScale?: number
}
export interface PlatformFacts {
  readonly stored: number
  readonly calls: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  /** Mentions and links that would be live for people. */
  readonly live: readonly string[]
}
/** Everything but `tell` is answered. */
export type ToPlatform =
  | { readonly ask: 'plan'; readonly plan: PlatformPlan }
  | { readonly ask: 'facts' }
  /** Hubs find it at this address. */
  | { readonly ask: 'address'; readonly origin: string }
  | { readonly ask: 'tell'; readonly told: Told }
export type FromPlatform =
  | { readonly answer: 'started'; readonly port: number }
  | { readonly answer: 'done' }
  | { readonly answer: 'address'; readonly env: Readonly<Record<string, string>>; readonly hand: Hand }
  | { readonly answer: 'facts'; readonly facts: PlatformFacts }

/** A fake platform in a process of its own, which tells the arrival ledger of everything that reaches people before it answers. */
async function servePlatform(settings: PlatformSettings): Promise<void> {
  const ledger = openLedger(settings.ledgerPort)
  const random = createRandom(settings.seed)
  const played: Record<string, number> = {}
  let plan: PlatformPlan = settings
  let early = 0
  const live = new Set<string>()
  const platform: ChatPlatform = PLATFORMS[settings.name]
  const fake: StandIn = await platform.start({
    ...(settings.rateTimeScale === undefined ? {} : { rateTimeScale: settings.rateTimeScale }),
    random,
    historyLagMs: () => plan.historyLagMs ?? 0,
    isRevoked: () => plan.revoked === true,
    faultOfPost(words) {
      const fault = faultOf(plan, random)
      if (fault) played[nameOf(fault)] = (played[nameOf(fault)] ?? 0) + 1
      if (fault?.kind === 'cut' || fault?.kind === 'status')
        ledger.note({ kind: 'unanswered', op: opOf(words) ?? '', atMs: Date.now() })
      return fault
    },
    onSeen({ live: alive, ...seen }) {
      for (const one of alive) live.add(one)
      ledger.note({ kind: 'arrival', ...seen, atMs: Date.now() })
    },
  })
  const noteEarly = () => {
    for (const { method, earlyByMs } of fake.early.slice(early))
      ledger.note({ kind: 'early', method, earlyByMs, atMs: Date.now() })
    early = fake.early.length
  }
  const say = (message: FromPlatform) => process.send?.(message)
  process.on('message', async (message: ToPlatform) => {
    switch (message.ask) {
      case 'tell':
        fake.hear?.(message.told)
        return
      case 'plan':
        plan = message.plan
        say({ answer: 'done' })
        return
      case 'address': {
        const { origin } = message
        say({ answer: 'address', env: fake.env(origin), hand: await fake.hand(origin) })
        return
      }
      case 'facts': {
        noteEarly()
        await ledger.flush()
        const { stored, calls, problems } = fake.facts()
        const facts = {
          stored,
          calls,
          faults: played,
          problems: [...new Set(problems)].slice(0, 20),
          live: [...live].slice(0, 50),
        }
        say({ answer: 'facts', facts })
        return
      }
      default:
        message satisfies never
    }
  })
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
  say({ answer: 'started', port: fake.port })
}

function faultOf(plan: PlatformPlan, random: Random): CallFault | null {
  const { cutAfter = 0, cutBefore = 0, errorAfter = 0, limited = 0, answerMs = 0 } = plan
  const drawn = random.next()
  if (drawn < cutAfter) return { kind: 'cut', commit: true }
  if (drawn < cutAfter + cutBefore) return { kind: 'cut', commit: false }
  if (drawn < cutAfter + cutBefore + errorAfter) return { kind: 'status', status: 500, commit: true }
  if (drawn > 1 - limited) return { kind: 'rate-limited', retryAfterSeconds: random.int(1, 3) }
  return answerMs > 0 ? { kind: 'slow', ms: answerMs } : null
}
function nameOf(fault: CallFault): string {
  if (fault.kind === 'cut') return fault.commit ? 'cut after commit' : 'cut before commit'
  return fault.kind === 'status' ? `${fault.status} after commit` : fault.kind
}

if (process.argv[1] === import.meta.filename) {
  const [, , settings] = process.argv
  if (settings === undefined) throw new Error('which settings?')
  await servePlatform(JSON.parse(settings) as PlatformSettings)
}
