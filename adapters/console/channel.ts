import {
  type Capabilities,
  type Channel,
  type Delivery,
  HubError,
  type Message,
  type Place,
  type Posted,
} from '#contract'
import type { Bells } from './bells.ts'
import { OPERATOR, WORKSPACE } from './config.ts'
import { writeFailure } from './failures.ts'
import { renderMessage } from './render.ts'
import type { Row, Store } from './store.ts'

/** Where a message without a thread goes (a digest, a notice). */
const NOTICES = 'notices'

export const capabilities: Capabilities = {
  update: true,
  threads: true,
  buttons: true,
  forms: true,
  private: true,
  files: true,
  reconcile: 'native',
  maxText: 1_000_000,
  maxBlocks: 1_000,
}
export function placeOf(thread: string): Place {
  return { plugin: OPERATOR.plugin, workspace: WORKSPACE, channel: 'console', thread, visibility: 'private' }
}
/** Commands of a thread are worked in the order they were typed, whether here or through the API, which names the lane alike. */
export const laneOf = (thread: string) => `${WORKSPACE}|console|${thread}`
const postedAs = (row: Pick<Row, 'id' | 'thread'>): Posted => ({ ...placeOf(row.thread), message: row.id })

/** A message is delivered when its row is committed; every page that shows the thread then reads it. */
export function makeChannel(store: () => Store, bells: Bells): Channel<Message> {
  async function write(delivery: Delivery): Promise<Posted> {
    const message = renderMessage(delivery.message)
    if (delivery.op === 'post') {
      const row = await store().post(delivery.to.thread ?? NOTICES, delivery.key, message)
      bells.ring(row.thread)
      return postedAs(row)
    }
    const { to } = delivery
    if (!(await store().edit(to.message, delivery.key, message))) {
      throw new HubError('NOT_FOUND', `The console has no message ${to.message} to edit`)
    }
    if (to.thread) bells.ring(to.thread)
    return to
  }
  return {
    split: (message) => [message],
    render: renderMessage,
    limits: () => [],
    async deliver(delivery, signal) {
      if (signal.aborted)
        throw new HubError('UNAVAILABLE', 'Stopped before the message was written', { cause: signal.reason })
      try {
        return await untilAborted(write(delivery), signal)
      } catch (error) {
        throw writeFailure(error)
      }
    },
    async find(delivery) {
      const row = await store().findByKey(delivery.op, delivery.key)
      return row && postedAs(row)
    },
    profile: async (workspace, accountId) =>
      workspace === WORKSPACE && accountId === OPERATOR.id ? { name: 'Operator', isBot: false } : null,
  }
}

/** A statement already sent cannot be called back; whoever gives up on it learns that its outcome is unknown. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
