import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HubError } from '#contract'
import { makeFolder } from './folder.ts'

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

/**
 * One process for each data folder: PGlite takes no lock, and two on one folder silently lose rows. Node cannot lock files, but the SQLite
 * inside it does: an operating system's lock that ends with its process, also by `kill -9`, so there is no leftover to judge.
 */
export async function lockFolder(dir: string): Promise<() => void> {
  makeFolder(dir)
  const db = new DatabaseSync(path.join(dir, '.lock'), { timeout: 0 })
  try {
    // Without a journal file: nothing is ever written.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY) {
      throw new HubError(
        'CONFLICT',
        `data folder ${dir} is in use by another hub process: stop it, or set HUB_DATA_DIR to another folder`,
      )
    }
    throw new HubError(
      'CONFIG_INVALID',
      `HUB_DATA_DIR: no file can be locked in ${dir}: use a folder on a local disk`,
      { cause },
    )
  }
  return () => db.close()
}
