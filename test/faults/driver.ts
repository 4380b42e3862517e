import { Agent, request } from 'node:http'
import type { LedgerWriter } from './arrivals.ts'
import { opWord } from './entries.ts'
import type { Lane } from './lanes.ts'
import type { Caller, Said, Told, Wire } from './platforms/chat-platform.ts'

export interface Call {
  readonly n: number
  readonly lane: Lane
  /** The command word; 'echo' when absent. */
  readonly command?: string
  /** Outside the lane, where the platform has both. */
  readonly slash?: boolean
  /** Its order counts among the ops of this name alone. */
  readonly orderedWith?: string
  /** In the place of the usual words; must carry the op. */
  readonly words?: string
}
/** What came back for one request: 0 where no answer came. */
export interface Reply {
  readonly status: number
  /** The command was taken; a platform may want a refusal as 200 with words for the person. */
  readonly taken: boolean
}
export interface Answer {
  readonly acked: boolean
  readonly replies: readonly Reply[]
  readonly tookMs: number
  /** From the moment it was due, so that a driver that was held up hides nothing. */
  readonly sinceDueMs?: number
}
export interface Driver {
  /** What a command is on the wire. */
  wire(said: Pick<Said, 'op' | 'lane'> & Partial<Said>): Wire
  /** One delivery, with the platform's own retries. */
  send(call: Call): Promise<Answer>
  /** One request and nothing else, signed for this moment. Writes nothing down. */
  post(wire: Wire, options?: { readonly nth?: number; readonly atSeconds?: number }): Promise<Reply>
  /** Open loop at a rate; ops of one lane one after another. Resolves when each is acknowledged or given up. */
  run(load: {
    readonly count: number
    readonly perSecond: number
    readonly lanes: readonly Lane[]
    readonly call?: (n: number, lane: Lane) => Partial<Call>
    /** Asked before each: false ends the load. */
    readonly goOn?: () => boolean
  }): Promise<readonly Answer[]>
  readonly sent: number
  close(): void
}
export interface DriverOptions {
  readonly ledger: LedgerWriter
  readonly caller: Caller
  /** The hub's webhook, where it listens now. */
  readonly target: () => string
  /** What the stand-in has to know of an answer that was read. */
  readonly tell: (told: Told) => void
  readonly retryDelaysMs: readonly number[]
  readonly now?: () => number
}
/** The platform's half that calls the hub, in the words of whichever platform it is. */
export function createDriver(options: DriverOptions): Driver {
  const { ledger, caller, target, tell, retryDelaysMs, now = Date.now } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  let next = 0
  const exchange = (body: string, headers: Readonly<Record<string, string>>) =>
    new Promise<{ readonly status: number; readonly text: string }>((resolve) => {
      const nothing = { status: 0, text: '' }
      const call = request(target(), {
        method: 'POST',
        agent,
        timeout: caller.patienceMs,
        headers: { 'content-length': Buffer.byteLength(body), ...headers },
      })
      call.on('response', (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        answer.on('error', () => resolve(nothing))
        answer.on('close', () => resolve(nothing))
      })
      call.on('timeout', () => call.destroy())
      call.on('error', () => resolve(nothing))
      call.on('close', () => resolve(nothing))
      call.end(body)
    })
  const wire: Driver['wire'] = ({ op, lane, ...said }) =>
    caller.wire({ op, lane, command: 'echo', words: `${op} of ${lane.name}`, slash: false, ...said })
  const post: Driver['post'] = async ({ body, contentType, told }, { nth = 0, atSeconds } = {}) => {
    const { status, text } = await exchange(body, {
      'content-type': contentType,
      ...caller.sign(body, atSeconds ?? Math.floor(now() / 1_000)),
      ...(nth > 0 ? caller.repeat(nth) : {}),
    })
    const isGood = status >= 200 && status < 300
    if (isGood && told) tell(told(text))
    return { status, taken: isGood && caller.isTaken(text) }
  }
  const send: Driver['send'] = async ({ n, lane, orderedWith, ...said }) => {
    const op = opWord(n)
    const began = performance.now()
    const one = wire({ op, lane, ...said })
    // A lane's order is that of its sends, which wait for each other.
    const order = { lane: one.inLane ? (orderedWith ?? lane.name) : `alone-${op}`, order: n }
    ledger.note({ kind: 'attempt', op, ...order, atMs: Date.now() })
    const delays = one.again ? retryDelaysMs : []
    const replies: Reply[] = []
    for (let tries = 0; ; tries++) {
      const reply = await post(one, { nth: tries })
      replies.push(reply)
      const tookMs = performance.now() - began
      if (reply.taken) {
        ledger.note({ kind: 'ack', op, atMs: Date.now(), tookMs, tries: tries + 1 })
        return { acked: true, replies, tookMs }
      }
      const delay = delays[tries]
      if (delay === undefined) {
        ledger.note({ kind: 'refused', op, atMs: Date.now(), statuses: replies.map(({ status }) => status) })
        return { acked: false, replies, tookMs }
      }
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
  }
  return {
    wire,
    send,
    post,
    get sent() {
      return next
    },
    async run({ count, perSecond, lanes, call = () => ({}), goOn = () => true }) {
      const began = performance.now()
      const ends = new Map<string, Promise<unknown>>()
      const answers: Promise<Answer>[] = []
      for (let i = 0; i < count && goOn(); i++) {
        const due = began + (i / perSecond) * 1_000
        const wait = due - performance.now()
        if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
        const lane = lanes[i % lanes.length]
        if (!lane) throw new Error('a load needs lanes')
        const n = next++
        const one: Call = { n, lane, ...call(n, lane) }
        const before = one.slash ? undefined : ends.get(lane.name)
        const answer = before ? before.then(() => send(one)) : send(one)
        if (!one.slash) ends.set(lane.name, answer)
        answers.push(answer.then((one) => ({ ...one, sinceDueMs: performance.now() - due })))
      }
      return Promise.all(answers)
    },
    close: () => agent.destroy(),
  }
}
/** Tries of all answers that were turned away in good order: 503, or words of regret where the platform wants those. */
export function turnedAway(answers: readonly Answer[]): number {
  return repliesOf(answers).filter(({ status, taken }) => status === 503 || (status === 200 && !taken)).length
}
export function repliesOf(answers: readonly Answer[]): readonly Reply[] {
  return answers.flatMap(({ replies }) => replies)
}
