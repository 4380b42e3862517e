import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../services/server-process.ts'
import { type LedgerWriter, openLedger, readLedger } from './arrivals.ts'
import { createDriver, type Driver } from './driver.ts'
import type { Entry } from './entries.ts'
import { decideAllTheTime } from './held-sends.ts'
import { type HubProcess, type HubRole, type HubSettings, type Supervised, supervise } from './hub-process.ts'
import type { PlatformSettings } from './platform.ts'
import type { ChatPlatform, PlatformName } from './platforms/chat-platform.ts'
import { PLATFORMS } from './platforms/index.ts'
import { dropFolder, forkTracked, nextMessage, trackFolder } from './processes.ts'
import { type FaultProxy, startProxy } from './proxy.ts'
import { createRandom, type Random } from './random.ts'
import { watchStalls } from './stalls.ts'
import { type Platform, startPlatform } from './stand-in.ts'
import { openStores, type StoreKind, type Stores, watchStaleWrites } from './stores.ts'

/** Everything one scenario works with. Nothing is shared between scenarios. */
export interface Rig {
  readonly quick: boolean
  readonly seed: number
  readonly random: Random
  readonly stores: Stores
  readonly ledger: LedgerWriter
  readonly driver: Driver
  /** What the platform is like. */
  readonly chat: ChatPlatform
  /** Its stand-in. */
  readonly platform: Platform
  /** Between the hub and the platform, where the scenario asked for it. */
  readonly proxy: FaultProxy | null
  readonly faults: readonly Extract<Entry, { kind: 'fault' }>[]
  /** Starts a hub and keeps it running; the first web (or all) process has the address the driver sends to. */
  hub(role: HubRole, options?: HubOptions): Promise<Supervised>
  /** Sends nothing more to this web process. */
  forget(hub: Supervised): void
  /** Every hub process that runs now. */
  running(): HubProcess[]
  /** Sum of a metric over the hub processes that run now. */
  metric(name: RegExp): Promise<number>
  /** The hub's API, as its operator. Throws on anything but 2xx and 409. */
  api<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<{ readonly status: number; readonly json: T }>
  /** Variables of a command line that speaks to a running hub. */
  readonly cliEnv: Readonly<Record<string, string>>
  /** Writes a fault down, with its time. */
  fault(name: string, detail?: string): void
  /** Waits until nothing is under way. Answers how long it took, or null when the time was up. */
  drain(timeoutMs: number): Promise<number | null>
  history(): Promise<readonly Entry[]>
  stopHubs(): Promise<number>
  close(): Promise<void>
}
export interface HubOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly faults?: Readonly<Record<string, string | number>>
  /** Made anew for each start of the process; wins over `faults`. */
  readonly faultsOf?: (start: number) => Readonly<Record<string, string | number>>
  readonly patches?: readonly string[]
  /** Modules imported before the hub. */
  readonly imports?: readonly string[]
}
export interface RigOptions {
  readonly chat: PlatformName
  readonly stores: StoreKind
  readonly seed: number
  readonly quick: boolean
  /** Given to every hub: a mutant. */
  readonly patches: readonly string[]
  readonly platform?: Omit<PlatformSettings, 'name' | 'seed' | 'ledgerPort'>
  readonly retryDelaysMs?: readonly number[]
  /** Puts the fault proxy between the hub and the platform. */
  readonly viaProxy?: boolean
  /** The scenario decides about held sends; else somebody does all the time, where the platform cannot be asked. */
  readonly decides?: boolean
  readonly postgres?: Readonly<Record<string, string>>
}
/** As in the targets: lease 2 s, renewed every 0.7 s, swept each second. Read-back lag of the fake stays below `lastlook`. */
export const TIMES = { lease: 2_000, sweep: 1_000, look: 500, lastlook: 3_000 } as const

export async function openRig(options: RigOptions): Promise<Rig> {
  const stores = await openStores(options.stores, options.postgres ? { settings: options.postgres } : {})
  const folder = trackFolder(mkdtempSync(path.join(tmpdir(), 'hub-faults-')))
  const ledgerFile = path.join(folder, 'arrivals.jsonl')
  const ledgerProcess = forkTracked('./arrivals.ts', [ledgerFile])
  const { port: ledgerPort } = await nextMessage<{ port: number }>(ledgerProcess, 'the arrival ledger')
  const ledger = openLedger(ledgerPort)
  const chat = PLATFORMS[options.chat]
  const platform = await startPlatform({ ...options.platform, name: chat.name, seed: options.seed, ledgerPort })
  const proxy = options.viaProxy ? await startProxy(platform.port) : null
  const { env: platformEnv, hand } = await platform.at(`http://127.0.0.1:${(proxy ?? platform).port}`)
  const webs = new Map<Supervised, number>()
  const hubs: Supervised[] = []
  const random = createRandom(options.seed)
  const routes = random.fork('routes')
  const driver = createDriver({
    ledger,
    caller: chat.caller(hand),
    target: () => `http://127.0.0.1:${routes.pick([...webs.values()])}${chat.path}`,
    tell: platform.tell,
    // Slack's 0, 1 and 5 minutes, sixty times as fast.
    retryDelaysMs: options.retryDelaysMs ?? [0, 1_000, 5_000],
  })
  const faults: Extract<Entry, { kind: 'fault' }>[] = []
  const dataDirs: string[] = []
  /** Where the operator's commands go: a process that takes requests, where there is one. */
  let operated = ''
  let watched = false
  const isDecided = !chat.canLook && options.decides !== true
  let person: { stop(): Promise<void> } | null = null
  const open = ['pending', 'inflight', 'unknown', 'reconciling', ...(isDecided ? ['held'] : [])]

  const running = () => hubs.flatMap((hub) => hub.current ?? [])
  const metric = async (name: RegExp): Promise<number> => {
    const texts = await Promise.all(running().map((hub) => metricsOf(hub)))
    return texts.reduce((sum, text) => sum + sumOf(text, name), 0)
  }
  const underWay = async (): Promise<number> => {
    if (stores.sql) {
      const [row] = await stores.sql<{ n: number }[]>`
        select (select count(*) from hub.inbox where state = 'new')::int
          + (select count(*) from hub.jobs where state in ('pending', 'running'))::int
          + (select count(*) from hub.outbox where state in ${stores.sql(open)})::int as n`
      return row?.n ?? 0
    }
    const [hub] = running()
    if (!hub) return Number.POSITIVE_INFINITY
    const text = await metricsOf(hub)
    if (sumOf(text, /^hub_ledger_up /) !== 1) return Number.POSITIVE_INFINITY
    const rows = `inbox_new|jobs\\{state="(pending|running)"\\}|outbox\\{state="(${open.join('|')})"\\}`
    return sumOf(text, new RegExp(`^hub_(${rows}) `))
  }
  const rig: Rig = {
    quick: options.quick,
    seed: options.seed,
    random,
    stores,
    ledger,
    driver,
    chat,
    platform,
    proxy,
    faults,
    async hub(role, { env = {}, faults: given = {}, faultsOf = () => ({}), patches = [], imports = [] } = {}) {
      // The same address after each start, as behind a load balancer.
      const port = role === 'worker' ? 0 : await freePort()
      const own = trackFolder(mkdtempSync(path.join(tmpdir(), 'hub-faults-own-')))
      const dataDir = stores.kind === 'embedded' ? (stores.env.HUB_DATA_DIR ?? '') : own
      dataDirs.push(dataDir)
      if (operated === '' || role !== 'worker') operated = dataDir
      const settings = (start: number): HubSettings => ({
        role,
        port,
        env: {
          LOG_LEVEL: 'error',
          HUB_PLUGINS: './test/faults/plugin.ts',
          ...stores.env,
          HUB_DATA_DIR: dataDir,
          ...platformEnv,
          ...env,
        },
        faults: { ...TIMES, ...given, ...faultsOf(start) },
        patches: [...options.patches, ...patches],
        imports,
      })
      const hub = supervise(settings, () => rig.fault(`${role} died`))
      hubs.push(hub)
      await hub.ready()
      if (role !== 'worker') webs.set(hub, port)
      if (stores.sql && !watched) {
        watched = true
        await watchStaleWrites(stores.sql)
      }
      if (isDecided) person ??= decideAllTheTime(rig)
      return hub
    },
    forget: (hub) => void webs.delete(hub),
    running,
    metric,
    get cliEnv() {
      return { ...stores.env, HUB_DATA_DIR: operated }
    },
    async api<T>(method: 'GET' | 'POST', route: string, body?: object) {
      const file = path.join(operated, 'hub.json')
      const { url, apiToken } = JSON.parse(readFileSync(file, 'utf8')) as { url: string; apiToken: string }
      const answer = await fetch(`${url}/api/v1${route}`, {
        method,
        headers: { authorization: `Bearer ${apiToken}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      if (!answer.ok && answer.status !== 409)
        throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`)
      return { status: answer.status, json: (await answer.json()) as T }
    },
    fault(name, detail = '') {
      const entry = { kind: 'fault', fault: name, detail, atMs: Date.now() } as const
      faults.push(entry)
      ledger.note(entry)
    },
    async drain(timeoutMs) {
      const began = performance.now()
      for (let quiet = 0; performance.now() - began < timeoutMs; ) {
        quiet = (await underWay().catch(() => 1)) === 0 ? quiet + 1 : 0
        // Twice, with a pause: a row may just be between two tables.
        if (quiet >= 2) return performance.now() - began
        await new Promise((resolve) => setTimeout(resolve, 150))
      }
      return null
    },
    async history() {
      await platform.facts()
      await ledger.flush()
      return readLedger(ledgerFile)
    },
    async stopHubs() {
      await person?.stop()
      person = null
      webs.clear()
      const took = await Promise.all(hubs.splice(0).map((hub) => hub.stop()))
      return Math.max(0, ...took)
    },
    async close() {
      stalls.stop()
      await rig.stopHubs()
      driver.close()
      ledger.close()
      platform.stop()
      await proxy?.close()
      ledgerProcess.disconnect()
      await stores.close()
      for (const one of new Set([folder, ...dataDirs])) dropFolder(one)
    },
  }
  // A quarter of a lease here may have been all of it in a hub, which is one of many processes.
  const stalls = watchStalls(TIMES.lease / 4, (ms) => rig.fault('machine stalled', `${ms} ms`))
  return rig
}

async function metricsOf(hub: HubProcess): Promise<string> {
  const answer = await fetch(`${hub.url}/metrics`, { signal: AbortSignal.timeout(3_000) }).catch(() => null)
  return answer?.ok ? answer.text() : ''
}
function sumOf(metrics: string, name: RegExp): number {
  const lines = metrics.split('\n').filter((line) => name.test(line))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
