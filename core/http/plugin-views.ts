import type { Host } from '../host/host.ts'
import type { Mask } from '../host/mask.ts'
import type { PluginView } from './api-schemas.ts'

/** Plugins as the API shows them: no secret, whether the manifest names it or the mask knows it. */
export function pluginViews(host: Host, mask: Mask): readonly PluginView[] {
  return host.plugins.map(({ manifest, config, provides }) => ({
    name: manifest.name,
    version: manifest.version,
    summary: manifest.summary,
    hook: host.routes.has(manifest.name) ? `/hooks/${manifest.name}` : null,
    can: host.channels.get(manifest.name)?.can ?? null,
    requires: (manifest.requires ?? []).map(({ name }) => name),
    provides: [...provides],
    commands: host.commands.flatMap(({ plugin, part }) => (plugin === manifest.name ? [part.name] : [])),
    config: shown(config, manifest.secrets ?? [], mask),
  }))
}

function shown(config: unknown, secrets: readonly string[], mask: Mask): Record<string, unknown> {
  if (typeof config !== 'object' || config === null) return {}
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (secrets.includes(key)) return [key, value === undefined ? null : '•••']
      if (typeof value === 'string') return [key, mask.apply(value)]
      // Deeper settings may hold anything, functions of a test among them.
      return [key, typeof value === 'number' || typeof value === 'boolean' ? value : typeof value]
    }),
  )
}
