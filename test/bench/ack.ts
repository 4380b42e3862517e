import postgres from 'postgres'
import { startScript } from './children.ts'
import { cpuMicros } from './cpu.ts'
import { median, pairedRatio, rotated } from './figures.ts'
import type { LoadResult } from './load.ts'
import { installPeers } from './peers.ts'
import { disposable, HOOK, load, type Run, runWord, scoped, startInstallation } from './run.ts'

/** Acknowledgement of signed slash commands at 32 connections: ours after its row is on the disk, the others' without storing anything. */
export interface AckFigures {
  readonly rounds: number
  readonly requests: number
  readonly contenders: Readonly<Record<string, Contender>>
  /** Hub's rate over another's: median of the rounds' ratios. */
  readonly ratios: Readonly<Record<string, number>>
  /** Rows in hub.inbox, and acknowledged requests. */
  readonly stored: number
  readonly acknowledged: number
}

export interface Contender {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU time of its own process for each request, in microseconds. */
  readonly cpuMicros: number | null
}
type Burst = LoadResult & Pick<Contender, 'cpuMicros'>

const CONNECTIONS = 32
/** Bob and Ann are known to the fake: Chat SDK looks each asker up once. */
const USERS = ['U0ANN0001', 'U0BOB0001']

export function measureAck(run: Run): Promise<AckFigures> {
  return scoped((scope) => measure(run, scope))
}

async function measure(run: Run, scope: AsyncDisposableStack): Promise<AckFigures> {
  const { rounds, requests } = run.quick ? { rounds: 5, requests: 4_000 } : { rounds: 11, requests: 10_000 }
  const { SLACK_SIGNING_SECRET: secret, SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = run.slack.env
  const hub = scope.use(await startInstallation(run, ['web']))
  const contenders = [{ name: 'hub', port: hub.port, path: HOOK, pid: hub.hubs[0]?.pid ?? 0 }]
  const add = async (name: string, file: string) => {
    const child = scope.use(
      disposable(await startScript<{ port: number; path: string }>(file, { secret, token, apiUrl, reply: false })),
    )
    contenders.push({ name, ...child.ready, pid: child.pid })
  }
  await add('bare', 'bare-process.ts')
  const missing = installPeers()
  if (missing === null) {
    await add('bolt', 'peers/bolt.js')
    await add('chat', 'peers/chat.js')
  } else run.say(`ack: SKIPPED Bolt and Chat SDK, they could not be installed (${missing})`)

  let sent = 0
  const word = runWord()
  const burst = async ({ port, path, pid }: (typeof contenders)[number], count: number): Promise<Burst> => {
    const commands = { run: word, first: sent, workspaces: 100, channels: 20, users: USERS }
    sent += count
    const { result, micros } = await cpuMicros([pid], count, () =>
      load({ port, path, secret, connections: CONNECTIONS, requests: count, commands }),
    )
    if (result.statuses['200'] !== count)
      throw new Error(`ack: not all were acknowledged: ${JSON.stringify(result.statuses)}`)
    return { ...result, cpuMicros: micros }
  }
  const results = new Map<string, Burst[]>(contenders.map(({ name }) => [name, []]))
  let acknowledged = 0
  for (let round = -1; round < rounds; round++) {
    const count = round < 0 ? Math.floor(requests / 2) : requests
    for (const contender of rotated(contenders, round + 1)) {
      const result = await burst(contender, count)
      if (contender.name === 'hub') acknowledged += count
      // The first round warms up.
      if (round >= 0) results.get(contender.name)?.push(result)
    }
    if (round >= 0)
      run.say(
        `ack: round ${round + 1}/${rounds} ${contenders.map(({ name }) => `${name} ${Math.round(results.get(name)?.at(-1)?.perSecond ?? 0)}/s`).join(', ')}`,
      )
  }
  const rates = (name: string) => (results.get(name) ?? []).map(({ perSecond }) => perSecond)
  return {
    rounds,
    requests,
    contenders: Object.fromEntries(
      [...results].map(([name, all]) => [
        name,
        {
          perSecond: median(all.map((r) => r.perSecond)),
          p50Ms: median(all.map((r) => r.p50Ms)),
          p99Ms: median(all.map((r) => r.p99Ms)),
          cpuMicros: all.some((r) => r.cpuMicros === null) ? null : median(all.map((r) => r.cpuMicros ?? 0)),
        },
      ]),
    ),
    ratios: Object.fromEntries(
      contenders.filter(({ name }) => name !== 'hub').map(({ name }) => [name, pairedRatio(rates('hub'), rates(name))]),
    ),
    stored: await countRows(hub.databaseUrl ?? '', 'inbox'),
    acknowledged,
  }
}

export async function countRows(
  databaseUrl: string,
  table: 'inbox' | 'jobs' | 'outbox',
  state?: string,
): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1 })
  try {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from ${sql(`hub.${table}`)} where ${state ?? null}::text is null or state = ${state ?? null}::text`
    return row?.n ?? 0
  } finally {
    await sql.end()
  }
}
