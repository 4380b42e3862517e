import fs from 'node:fs'
import { HubError } from '#contract'

/** Makes a data folder that its owner alone can enter; an existing one is taken as it is. */
export function makeFolder(dir: string): void {
  try {
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
    fs.accessSync(dir, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new HubError(
      'CONFIG_INVALID',
      `HUB_DATA_DIR: ${dir} cannot be used as a folder (${why}): correct the path or its owner`,
      { cause },
    )
  }
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
