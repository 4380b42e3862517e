import { setTimeout as sleep } from 'node:timers/promises'
import { startScript, within } from './children.ts'
import type { Arrivals, FromSlack, SlackReady, ToSlack } from './slack-process.ts'

/** The fake Slack in a process of its own: what it counts is the evidence. */
export interface Slack {
  readonly env: SlackReady['env']
  arrivals(): Promise<Arrivals>
  /** Counts anew. With `tell`, every message is announced to `onArrived`. */
  forget(tell?: boolean): Promise<void>
  onArrived(listener: (text: string, atMs: number) => void): void
  /** Resolves when so many messages have come, or nothing came for `quietMs`. */
  settle(messages: number, quietMs: number): Promise<Arrivals>
  stop(): Promise<void>
}

const ANSWER_TIMEOUT_MS = 30_000
const POLL_MS = 50

export async function startSlack(): Promise<Slack> {
  const child = await startScript<SlackReady>('slack-process.ts', {})
  let listener: (text: string, atMs: number) => void = () => undefined
  child.process.on('message', (message: FromSlack) => {
    if (message.answer === 'arrived') listener(message.text, message.atMs)
  })
  const ask = (question: ToSlack): Promise<FromSlack> => {
    const { promise, resolve } = Promise.withResolvers<FromSlack>()
    const hear = (message: FromSlack) => {
      if (message.answer === 'arrived') return
      child.process.off('message', hear)
      resolve(message)
    }
    child.process.on('message', hear)
    child.process.send(question)
    return within(ANSWER_TIMEOUT_MS, 'the fake Slack', promise)
  }
  const arrivals = async (): Promise<Arrivals> => {
    const said = await ask({ ask: 'arrivals' })
    if (said.answer !== 'arrivals') throw new Error('the fake Slack answered something else')
    return said.arrivals
  }
  return {
    env: child.ready.env,
    arrivals,
    async forget(tell = false) {
      await ask({ ask: 'forget', tell })
    },
    onArrived(next) {
      listener = next
    },
    async settle(messages, quietMs) {
      let seen = await arrivals()
      for (let quietSinceMs = performance.now(); seen.total < messages; ) {
        await sleep(POLL_MS)
        const now = await arrivals()
        if (now.total !== seen.total) quietSinceMs = performance.now()
        else if (performance.now() - quietSinceMs > quietMs) break
        seen = now
      }
      return seen.total < messages ? seen : arrivals()
    },
    stop: child.stop,
  }
}
