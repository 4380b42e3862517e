import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
export interface Asset {
  readonly body: string
  readonly type: string
  readonly etag: string
}
/** The page's files, read once at the first request. Only what stands in the folder can be named, so no path is ever joined from a request. */
export function loadAssets(): ReadonlyMap<string, Asset> {
  const folder = join(import.meta.dirname, 'page')
  return new Map(
    readdirSync(folder).flatMap((name) => {
      const type = TYPES[extname(name)]
      if (type === undefined) return []
      const body = readFileSync(join(folder, name), 'utf8')
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
      return [[name, { body, type, etag }] as const]
    }),
  )
}
