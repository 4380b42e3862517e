import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { freePort } from '../services/server-process.ts'

/** Platforms that others wrote, https://www.npmjs.com/package/emulate 0.11.2; not needed to run the hub. */
export interface Emulator {
  readonly url: string
  close(): Promise<void>
}
interface Emulate {
  createEmulator(options: object): Promise<Emulator>
}
/** It is there for `import` alone, so that it is looked for where `require` would. */
function installed(): string | null {
  const folders = createRequire(import.meta.url).resolve.paths('emulate') ?? []
  const file = folders.map((folder) => join(folder, 'emulate/dist/api.js')).find(existsSync)
  return file === undefined ? null : pathToFileURL(file).href
}
const found = installed()
if (found === null) console.warn('skipped: emulate is not installed')
export const hasEmulate = found !== null

export async function startEmulator(service: 'github' | 'linear', seed: object): Promise<Emulator> {
  const { createEmulator } = (await import(found ?? '')) as Emulate
  return createEmulator({ service, port: await freePort(), seed })
}
