import { readMessage } from '../fakes/slack/blocks.ts'
import { type FakeMessage, type SlackFault, startSlackFake } from '../fakes/slack/index.ts'
import { openLedger } from './arrivals.ts'
import { createRandom, type Random } from './random.ts'

/** What the fake platform does with calls, drawn from the seed. Shares are of all posts. */
export interface PlatformPlan {
  /** Stored, and the connection cut before the answer. */
  readonly cutAfter?: number
  /** Cut before anything was stored. */
  readonly cutBefore?: number
  /** Stored, and answered with 500. */
  readonly errorAfter?: number
  /** Longest time a message stays out of history; each message draws its own. */
  readonly historyLagMs?: number
  /** Answered with 429 and a wait of one to three seconds. */
  readonly limited?: number
  /** Time until the answer. */
  readonly answerMs?: number
  /** `invalid_auth` on every call. */
  readonly revoked?: boolean
}
export interface PlatformSettings extends PlatformPlan {
  readonly seed: number
  readonly ledgerPort: number
  /** Enforces Slack's rates; 0.1 makes its second last 100 ms. */
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
export type ToPlatform = { readonly ask: 'plan'; readonly plan: PlatformPlan } | { readonly ask: 'facts' }
export type FromPlatform =
  | { readonly answer: 'started'; readonly env: Readonly<Record<string, string>>; readonly port: number }
  | { readonly answer: 'done' }
  | { readonly answer: 'facts'; readonly facts: PlatformFacts }

/** The fake Slack in a process of its own, which tells the arrival ledger of everything that reaches people before it answers. */
async function servePlatform(settings: PlatformSettings): Promise<void> {
  const ledger = openLedger(settings.ledgerPort)
  const random = createRandom(settings.seed)
  const played: Record<string, number> = {}
  const lags = new Map<string, number>()
  let plan: PlatformPlan = settings
  let early = 0
  const live = new Set<string>()
  const fake = await startSlackFake({
    openWorld: true,
    record: 'all',
    ...(settings.rateTimeScale === undefined ? {} : { rateTimeScale: settings.rateTimeScale }),
    historyLagOf: (message) => lags.get(message.ts) ?? 0,
    faultFor: (method) => {
      const fault = faultOf(plan, method, random)
      if (fault) played[nameOf(fault)] = (played[nameOf(fault)] ?? 0) + 1
      return fault
    },
    onStored(message, how) {
      if (plan.historyLagMs && how === 'created') lags.set(message.ts, random.next() * plan.historyLagMs)
      const { mentions, links } = readMessage(message)
      for (const one of [...mentions, ...links]) live.add(one)
      ledger.note({
        kind: 'arrival',
        how,
        key: keyOf(message),
        channel: message.channel,
        thread: message.threadTs ?? '',
        text: message.text,
        atMs: Date.now(),
      })
    },
  })
  const noteEarly = () => {
    for (const { method, earlyByMs } of fake.early.slice(early))
      ledger.note({ kind: 'early', method, earlyByMs, atMs: Date.now() })
    early = fake.early.length
  }
  const say = (message: FromPlatform) => process.send?.(message)
  process.on('message', async (message: ToPlatform) => {
    if (message.ask === 'plan') {
      plan = message.plan
      say({ answer: 'done' })
      return
    }
    noteEarly()
    await ledger.flush()
    const { messages, counts, problems } = fake
    say({
      answer: 'facts',
      facts: {
        stored: messages.length,
        calls: Object.fromEntries(counts),
        faults: played,
        problems: [...new Set(problems)].slice(0, 20),
        live: [...live].slice(0, 50),
      },
    })
  })
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
  say({ answer: 'started', env: fake.env, port: Number(new URL(fake.origin).port) })
}

function faultOf(plan: PlatformPlan, method: string, random: Random): SlackFault | null {
  if (plan.revoked) return { kind: 'refuse', error: 'invalid_auth' }
  if (method !== 'chat.postMessage' && method !== 'chat.postEphemeral') return null
  const { cutAfter = 0, cutBefore = 0, errorAfter = 0, limited = 0, answerMs = 0 } = plan
  const drawn = random.next()
  if (drawn < cutAfter) return { kind: 'cut', commit: true }
  if (drawn < cutAfter + cutBefore) return { kind: 'cut', commit: false }
  if (drawn < cutAfter + cutBefore + errorAfter) return { kind: 'status', status: 500, commit: true }
  if (drawn > 1 - limited) return { kind: 'rate-limited', retryAfterSeconds: random.int(1, 3) }
  return answerMs > 0 ? { kind: 'slow', ms: answerMs } : null
}
function nameOf(fault: SlackFault): string {
  if (fault.kind === 'cut') return fault.commit ? 'cut after commit' : 'cut before commit'
  return fault.kind === 'status' ? `${fault.status} after commit` : fault.kind
}
function keyOf(message: FakeMessage): string {
  const payload = message.metadata?.event_payload as { delivery_id?: unknown } | undefined
  return typeof payload?.delivery_id === 'string' ? payload.delivery_id : ''
}

if (process.argv[1] === import.meta.filename) {
  const [, , settings] = process.argv
  if (settings === undefined) throw new Error('which settings?')
  await servePlatform(JSON.parse(settings) as PlatformSettings)
}
