import { countRows } from './ack.ts'
import { cpuMicros } from './cpu.ts'
import { HOOK, load, type Run, runWord, scoped, startInstallation } from './run.ts'

/** From the first command sent to the last reply arrived at the fake Slack. */
export interface EndToEndFigures {
  readonly roles: string
  readonly commands: number
  readonly seconds: number
  readonly perSecond: number
  readonly ackP99Ms: number
  /** CPU time of the hub's processes for each command, in microseconds. */
  readonly cpuMicros: number | null
  readonly lost: number
  readonly twice: number
  /** Rows that are not in their final state once all is quiet. */
  readonly unfinished: number
}

/** 8,000 channels and 2,000 workspaces: at 5 messages a second for each, Slack's limits allow more than is measured. */
const SPREAD = { workspaces: 2_000, channels: 4, users: ['U0ANN0001', 'U0BOB0001'] }
const CONNECTIONS = 32
const QUIET_MS = 10_000

type Roles = readonly ('all' | 'web' | 'worker')[]

export function measureEndToEnd(run: Run, roles: Roles): Promise<EndToEndFigures> {
  return scoped((scope) => measure(run, roles, scope))
}

async function measure(run: Run, roles: Roles, scope: AsyncDisposableStack): Promise<EndToEndFigures> {
  const commands = run.quick ? 5_000 : 60_000
  const secret = run.slack.env.SLACK_SIGNING_SECRET
  const hub = scope.use(await startInstallation(run, roles))
  const to = { port: hub.port, path: HOOK, secret, connections: CONNECTIONS }
  // Every person has been met once: a hub meets each for the first time only once.
  const known = SPREAD.workspaces * SPREAD.users.length
  await run.slack.forget()
  await load({ ...to, requests: known, commands: { run: runWord(), first: 0, ...SPREAD } })
  const met = await run.slack.settle(known, QUIET_MS)
  if (met.total !== known) throw new Error(`e2e: ${met.total} of ${known} replies arrived while warming up`)
  await run.slack.forget()
  const pids = hub.hubs.map(({ pid }) => pid)
  const { result, micros } = await cpuMicros(pids, commands, async () => {
    const sent = await load({ ...to, requests: commands, commands: { run: runWord(), first: 0, ...SPREAD } })
    return { sent, arrived: await run.slack.settle(commands, QUIET_MS) }
  })
  const { sent, arrived } = result
  const acknowledged = sent.statuses['200'] ?? 0
  const seconds = (arrived.lastAtMs - sent.beganAtMs) / 1000
  const figures = {
    roles: roles.join(' + '),
    commands,
    seconds,
    perSecond: arrived.different / seconds,
    ackP99Ms: sent.p99Ms,
    cpuMicros: micros,
    lost: acknowledged - arrived.different,
    twice: arrived.total - arrived.different,
    unfinished: await unfinished(hub.databaseUrl ?? '', commands + known),
  }
  run.say(
    `e2e: ${figures.roles}: ${Math.round(figures.perSecond)}/s over ${seconds.toFixed(1)} s, acknowledged in ${sent.seconds.toFixed(1)} s, lost ${figures.lost}, twice ${figures.twice}`,
  )
  return figures
}

/** The last settlements are written after the last arrival. */
async function unfinished(databaseUrl: string, expected: number): Promise<number> {
  for (let tries = 0; ; tries++) {
    const [jobs, sends] = await Promise.all([
      countRows(databaseUrl, 'jobs', 'done'),
      countRows(databaseUrl, 'outbox', 'sent'),
    ])
    const left = 2 * expected - jobs - sends
    if (left === 0 || tries === 20) return left
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
