import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** How the command line finds a hub that runs on this data folder. Readable by its owner alone: the token acts as the operator. */
export interface RunFile {
  readonly url: string
  readonly apiToken: string
  readonly pid: number
}
const fileOf = (dataDir: string) => path.join(path.resolve(dataDir), 'hub.json')

export function writeRunFile(dataDir: string, run: RunFile): void {
  // The mode counts for new files alone, and a reader must never see half of one.
  const draft = `${fileOf(dataDir)}.${process.pid}`
  rmSync(draft, { force: true })
  writeFileSync(draft, JSON.stringify(run), { mode: 0o600 })
  renameSync(draft, fileOf(dataDir))
}
/** Of this process alone: several may share a folder beside PostgreSQL. */
export function removeRunFile(dataDir: string): void {
  if (readRunFile(dataDir)?.pid === process.pid) rmSync(fileOf(dataDir), { force: true })
}
/** The running hub of a folder; null when there is none, also after one was killed. */
export function readRunFile(dataDir: string): RunFile | null {
  try {
    const run = JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as RunFile
    process.kill(run.pid, 0)
    return run
  } catch {
    return null
  }
}
