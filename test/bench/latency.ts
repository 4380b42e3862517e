import { connect } from 'node:net'
import { readAnswer } from './answer.ts'
import { startScript, within } from './children.ts'
import { monotonicMs } from './clock.ts'
import { commandFields, signedRequest } from './commands.ts'
import { quantile } from './figures.ts'
import { disposable, HOOK, type Run, runWord, scoped, startInstallation } from './run.ts'

/** Command sent → reply arrived at the fake Slack, one at a time, in an otherwise idle hub. */
export interface LatencyFigures {
  readonly mode: 'real' | 'embedded'
  readonly commands: number
  readonly hub: { readonly p50Ms: number; readonly p99Ms: number }
  /** A server that checks the signature and posts the words back at once: the share of network, client and fake. */
  readonly bare: { readonly p50Ms: number; readonly p99Ms: number }
  readonly share: { readonly p50Ms: number; readonly p99Ms: number }
}

const REPLY_TIMEOUT_MS = 15_000
const WARM_UP = 80
/** Each person has been met before the first measured command, and nobody comes near a limit of Slack's. */
const SPREAD = { workspaces: 40, channels: 20, users: ['U0ANN0001'] }

export function measureLatency(run: Run, mode: LatencyFigures['mode']): Promise<LatencyFigures> {
  return scoped((scope) => measure(run, mode, scope))
}

async function measure(run: Run, mode: LatencyFigures['mode'], scope: AsyncDisposableStack): Promise<LatencyFigures> {
  const commands = run.quick ? 60 : 200
  const { SLACK_SIGNING_SECRET: secret, SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = run.slack.env
  const hub = scope.use(await startInstallation(run, ['all'], mode))
  const bare = scope.use(
    disposable(
      await startScript<{ port: number; path: string }>('bare-process.ts', { secret, token, apiUrl, reply: true }),
    ),
  )
  await run.slack.forget(true)
  const toHub = scope.use(await openSender(run, hub.port, HOOK))
  const toBare = scope.use(await openSender(run, bare.ready.port, bare.ready.path))
  for (let n = 0; n < WARM_UP; n++) {
    await toHub.ask(n)
    await toBare.ask(n)
  }
  const hubMs: number[] = []
  const bareMs: number[] = []
  for (let n = WARM_UP; n < WARM_UP + commands; n++) {
    hubMs.push(await toHub.ask(n))
    bareMs.push(await toBare.ask(n))
  }
  await run.slack.forget()
  const of = (values: readonly number[]) => ({ p50Ms: quantile(values, 0.5), p99Ms: quantile(values, 0.99) })
  const [ours, theirs] = [of(hubMs), of(bareMs)]
  const share = { p50Ms: ours.p50Ms - theirs.p50Ms, p99Ms: ours.p99Ms - theirs.p99Ms }
  run.say(`latency: ${mode}: hub's share p50 ${share.p50Ms.toFixed(1)} ms, p99 ${share.p99Ms.toFixed(1)} ms`)
  return { mode, commands, hub: ours, bare: theirs, share }
}

/** One kept connection. `ask` sends the n-th command and resolves with the milliseconds until its reply was at the fake. */
async function openSender(
  run: Run,
  port: number,
  path: string,
): Promise<Disposable & { ask(n: number): Promise<number> }> {
  const secret = run.slack.env.SLACK_SIGNING_SECRET
  const word = runWord()
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('error', reject)
  })
  let received: Buffer = Buffer.alloc(0)
  let onAnswer: (status: string) => void = () => undefined
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const answer = readAnswer(received)
    if (answer === null) return
    received = received.subarray(answer.length)
    onAnswer(answer.status)
  })
  return {
    async ask(n) {
      const fields = commandFields({ run: word, first: n, ...SPREAD }, 0)
      const arrived = new Promise<number>((resolve) =>
        run.slack.onArrived((text, atMs) => {
          if (text === fields.text) resolve(atMs)
        }),
      )
      const answered = new Promise<string>((resolve) => {
        onAnswer = resolve
      })
      const request = signedRequest(fields, { path, secret })
      const sentAtMs = monotonicMs()
      socket.write(request)
      const [atMs, status] = await within(REPLY_TIMEOUT_MS, 'a reply', Promise.all([arrived, answered]))
      if (status !== '200') throw new Error(`latency: answered with ${status}`)
      return atMs - sentAtMs
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}
