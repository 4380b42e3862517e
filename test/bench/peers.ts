import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const HERE = import.meta.dirname
const INSTALL_TIMEOUT_MS = 180_000

/** Installs the peers from their lock file unless they are there. Returns why they are not, or null. */
export function installPeers(): string | null {
  if (installed()) return null
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: HERE,
    encoding: 'utf8',
    timeout: INSTALL_TIMEOUT_MS,
  })
  if (npm.status === 0) return null
  const reason =
    npm.error?.message ?? npm.stderr.split('\n').find((line) => line.startsWith('npm error')) ?? 'npm ci failed'
  return `\`npm ci\` in test/bench: ${reason}`
}

export function peerVersions(): Readonly<Record<string, string>> {
  return (JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8')) as { dependencies: Record<string, string> })
    .dependencies
}

/** In the versions that package.json names. */
function installed(): boolean {
  return Object.entries(peerVersions()).every(([name, version]) => {
    const file = join(HERE, 'node_modules', name, 'package.json')
    return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version === version
  })
}
