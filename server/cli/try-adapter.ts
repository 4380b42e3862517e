import { type Hub, HubError, type Log, type Plugin, parseWith } from '#contract'

/** Sets an adapter up outside a hub and starts it, as far as its own checks go. Null, or what is wrong. */
export async function tryAdapter(
  plugin: Plugin,
  rawConfig: unknown,
  log: Log,
  timeoutMs: number,
): Promise<string | null> {
  const stop = AbortSignal.timeout(timeoutMs)
  try {
    const refuse = () => {
      throw new HubError('UNSUPPORTED', 'not inside a hub')
    }
    const warnings: string[] = []
    const hub: Hub = {
      config: parseWith(plugin.manifest.config, rawConfig, plugin.manifest.name),
      log: { ...log, warn: (_, text) => void warnings.push(text), error: (_, text) => void warnings.push(text) },
      kv: { get: async () => null, set: async () => {}, add: async () => true, delete: async () => {} },
      catalog: { commands: [], form: () => null, check: () => [], isPrivate: () => false, match: () => null },
      use: refuse,
      maybe: () => null,
      command: refuse,
      publish: refuse,
    }
    const parts = await plugin.setup(hub)
    await parts.start?.(stop)
    const health = await parts.health?.()
    await parts.close?.()
    if (warnings[0] !== undefined) return warnings[0]
    return health && health.status !== 'ok' ? (health.detail ?? health.status) : null
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error)
  }
}
