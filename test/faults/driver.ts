import { Agent, request } from 'node:http'
import { signSlack } from '../fakes/slack/sign.ts'
import type { LedgerWriter } from './arrivals.ts'
import { opWord } from './entries.ts'

/** A thread in a channel of its own. Five channels make a workspace, so that Slack's rates do not decide how fast a run is. */
export interface Lane {
  readonly name: string
  readonly team: string
  readonly channel: string
  readonly thread: string
}
export function makeLanes(count: number, lanesPerTeam = 5): Lane[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `lane-${i}`,
    team: `T${String(Math.floor(i / lanesPerTeam)).padStart(7, '0')}`,
    channel: `C${String(i).padStart(8, '0')}`,
    thread: `17${String(i).padStart(8, '0')}.000100`,
  }))
}
export interface Call {
  readonly n: number
  readonly lane: Lane
  /** The command word; 'echo' when absent. */
  readonly command?: string
  /** By slash command: outside the lane, and never sent again by Slack. */
  readonly slash?: boolean
  readonly eventId?: string
  /** Its order counts among the ops of this name alone. */
  readonly orderedWith?: string
  /** In the place of the usual words; must carry the op. */
  readonly words?: string
}
export interface Answer {
  readonly acked: boolean
  readonly statuses: readonly number[]
  readonly tookMs: number
  /** From the moment it was due, so that a driver that was held up hides nothing. */
  readonly sinceDueMs?: number
}
export interface Driver {
  /** One delivery, with the platform's own retries. */
  send(call: Call): Promise<Answer>
  /** One request and nothing else; 0 where no answer came. Writes nothing down. */
  post(body: string, contentType: string, headers?: Readonly<Record<string, string>>): Promise<number>
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
  readonly secret: string
  /** Where the hub listens now. */
  readonly target: () => string
  /** Slack's are 0, 60,000 and 300,000. */
  readonly retryDelaysMs: readonly number[]
  readonly now?: () => number
}
/** Slack's own limit for an answer. */
const ANSWER_MS = 3_000
const FORM = 'application/x-www-form-urlencoded'

export function createDriver({ ledger, secret, target, retryDelaysMs, now = Date.now }: DriverOptions): Driver {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  let next = 0
  const post: Driver['post'] = (body, contentType, headers = {}) => {
    const signed = signSlack(body, secret, Math.floor(now() / 1_000))
    return new Promise((resolve) => {
      const call = request(`${target()}/hooks/slack`, {
        method: 'POST',
        agent,
        timeout: ANSWER_MS,
        headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body), ...signed, ...headers },
      })
      call.on('response', (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
        answer.on('error', () => resolve(0))
        answer.on('close', () => resolve(0))
      })
      call.on('timeout', () => call.destroy())
      call.on('error', () => resolve(0))
      call.on('close', () => resolve(0))
      call.end(body)
    })
  }
  const send: Driver['send'] = async (call) => {
    const { n, lane, command = 'echo', slash = false } = call
    const op = opWord(n)
    const began = performance.now()
    // A lane's order is that of its sends, which wait for each other.
    ledger.note({
      kind: 'attempt',
      op,
      lane: slash ? `slash-${op}` : (call.orderedWith ?? lane.name),
      order: n,
      atMs: Date.now(),
    })
    const words = call.words ?? `${op} of ${lane.name}`
    const body = slash
      ? slashBody(lane, command, words, `${op}.${now()}`)
      : mentionBody(lane, `${command} ${words}`, call.eventId ?? `Ev${op}`)
    const delays = slash ? [] : retryDelaysMs
    const statuses: number[] = []
    for (let tries = 0; ; tries++) {
      const retry = tries === 0 ? {} : { 'x-slack-retry-num': String(tries), 'x-slack-retry-reason': 'http_error' }
      const status = await post(body, slash ? FORM : 'application/json', retry)
      statuses.push(status)
      const tookMs = performance.now() - began
      if (status >= 200 && status < 300) {
        ledger.note({ kind: 'ack', op, atMs: Date.now(), tookMs, tries: tries + 1 })
        return { acked: true, statuses, tookMs }
      }
      const delay = delays[tries]
      if (delay === undefined) {
        ledger.note({ kind: 'refused', op, atMs: Date.now(), statuses })
        return { acked: false, statuses, tookMs }
      }
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
  }
  return {
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

const BOT = 'U0BOT0001'
/** https://docs.slack.dev/reference/events/app_mention */
export function mentionBody(lane: Lane, text: string, eventId: string): string {
  const ts = `${Math.floor(Date.now() / 1_000)}.000200`
  return JSON.stringify({
    token: 'verification',
    team_id: lane.team,
    api_app_id: 'A0000001',
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(Date.now() / 1_000),
    authorizations: [
      { enterprise_id: null, team_id: lane.team, user_id: BOT, is_bot: true, is_enterprise_install: false },
    ],
    event: {
      type: 'app_mention',
      user: 'U0ANN0001',
      team: lane.team,
      channel: lane.channel,
      ts,
      event_ts: ts,
      thread_ts: lane.thread,
      text: `<@${BOT}> ${text}`,
    },
  })
}
function slashBody(lane: Lane, command: string, text: string, trigger: string): string {
  return new URLSearchParams({
    token: 'verification',
    team_id: lane.team,
    channel_id: lane.channel,
    channel_name: 'channel',
    user_id: 'U0ANN0001',
    user_name: 'ann',
    command: `/${command}`,
    text,
    api_app_id: 'A0000001',
    is_enterprise_install: 'false',
    trigger_id: trigger,
  }).toString()
}
