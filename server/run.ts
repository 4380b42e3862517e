import { makeFolder, serve } from '../core/index.ts'
import { type Composed, compose } from './compose.ts'
import { readConfig, type ServerConfig, VERSION } from './config.ts'
import { failureLines } from './failure.ts'
import { removeRunFile, writeRunFile } from './run-file.ts'

/** `npm start`: the hub until a signal ends it. */
export async function run(): Promise<void> {
  const began = performance.now()
  try {
    const config = readConfig(process.env)
    makeFolder(config.HUB_DATA_DIR)
    const composed = await compose(config, process.env)
    const { hub } = composed
    try {
      await hub.start()
      const serving = await serve({ fetch: hub.app.fetch, host: config.HOST, port: config.PORT })
      const url = fromHere(serving.url)
      stopOnSignal(async () => {
        removeRunFile(config.HUB_DATA_DIR)
        await Promise.all([serving.stop(), hub.close()])
      })
      writeRunFile(config.HUB_DATA_DIR, { url, apiToken: composed.apiToken, pid: process.pid })
      process.stdout.write(startReport(config, composed, { listening: serving.url, url }, performance.now() - began))
      // Without this Node would print the error as it is, and what it holds may be a secret. The ledger takes up what was under way.
      process.on('uncaughtException', (error) => {
        composed.log.error({ err: error }, 'unexpected fault: the hub ends, and its work goes on with the next start')
        removeRunFile(config.HUB_DATA_DIR)
        process.exit(1)
      })
    } catch (error) {
      await hub.close(0).catch(() => {})
      throw error
    }
  } catch (error) {
    const { lines, exitCode } = failureLines(error)
    for (const line of lines) process.stderr.write(`${line}\n`)
    process.exit(exitCode)
  }
}

/** An address that means every interface is none to go to: on this machine loopback is. */
export function fromHere(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}

/** First signal: finish what runs. Second one: leave now; the ledger picks the rest up at the next start. */
function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

function startReport(
  config: ServerConfig,
  { hub, report, consoleToken }: Composed,
  { listening, url }: { readonly listening: string; readonly url: string },
  tookMs: number,
): string {
  const mode =
    hub.store.mode === 'embedded'
      ? `embedded in ${config.HUB_DATA_DIR}`
      : config.REDIS_URL
        ? 'PostgreSQL and Redis'
        : 'PostgreSQL'
  const width = Math.max(...report.map((r) => r.name.length))
  const lines = report.map((r) => `  ${r.name.padEnd(width)}  ${r.on ? 'on ' : 'off'}  ${r.detail}`.trimEnd())
  const role = config.HUB_ROLE === 'all' ? '' : ` · ${config.HUB_ROLE} only`
  const console = `  Console: ${config.HUB_PUBLIC_URL ?? url}/?token=${consoleToken}`
  return [
    `AutoDevHub ${VERSION} · ${mode}${role}`,
    ...lines,
    console,
    `  Listening on ${listening}, ready in ${(tookMs / 1000).toFixed(1)} s`,
    '',
  ].join('\n')
}
