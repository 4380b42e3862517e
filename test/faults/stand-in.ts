import type { FromPlatform, PlatformFacts, PlatformPlan, PlatformSettings, ToPlatform } from './platform.ts'
import type { Hand, Told } from './platforms/chat-platform.ts'
import { forkTracked, nextMessage } from './processes.ts'

/** The fake platform, from outside its process. */
export interface Platform {
  readonly port: number
  plan(plan: PlatformPlan): Promise<void>
  facts(): Promise<PlatformFacts>
  /** Variables and secrets of those who find it at this address: its own, or a proxy's. */
  at(origin: string): Promise<{ readonly env: Readonly<Record<string, string>>; readonly hand: Hand }>
  tell(told: Told): void
  stop(): void
}

export async function startPlatform(settings: PlatformSettings): Promise<Platform> {
  const child = forkTracked('./platform.ts', [JSON.stringify(settings)])
  const what = `the fake ${settings.name}`
  const started = await nextMessage<FromPlatform>(child, what)
  if (started.answer !== 'started') throw new Error(`${what} said something else first`)
  let turn: Promise<unknown> = Promise.resolve()
  const ask = async <A extends FromPlatform['answer']>(message: ToPlatform, wanted: A) => {
    const answer = turn.then(() => {
      const next = nextMessage<FromPlatform>(child, what)
      child.send(message)
      return next
    })
    turn = answer.catch(() => undefined)
    const got = await answer
    if (got.answer !== wanted) throw new Error(`${what} answered ${got.answer}, not ${wanted}`)
    return got as Extract<FromPlatform, { answer: A }>
  }
  return {
    port: started.port,
    plan: async (plan) => void (await ask({ ask: 'plan', plan }, 'done')),
    facts: async () => (await ask({ ask: 'facts' }, 'facts')).facts,
    at: (origin) => ask({ ask: 'address', origin }, 'address'),
    tell: (told) => void child.send({ ask: 'tell', told } satisfies ToPlatform),
    stop: () => child.disconnect(),
  }
}
