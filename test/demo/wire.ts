/** One request, as the log beside the conversation shows it. */
export interface WireLine {
  readonly atMs: number
  readonly from: 'platform' | 'hub'
  readonly what: string
  readonly outcome: string
  readonly isBad: boolean
  readonly body: string
}
const SECRET_NAME = /signature|authorization|token|secret|response_url|trigger_id/i
const MOST = 4_000

/** A body as readable text, with whatever could be used by its reader masked. */
export function masked(body: string): string {
  const value = readBody(body)
  return value === null
    ? body.slice(0, MOST)
    : JSON.stringify(value, (name, inner) => (SECRET_NAME.test(name) && inner ? '•••' : inner), 2).slice(0, MOST)
}
function readBody(body: string): unknown {
  try {
    if (/^\s*[[{]/.test(body)) return JSON.parse(body)
    const form = Object.fromEntries(new URLSearchParams(body))
    return form.payload === undefined ? form : JSON.parse(form.payload)
  } catch {
    return null
  }
}
export function maskedHeaders(headers: Headers): string {
  return [...headers]
    .filter(([name]) => name.startsWith('x-') || name === 'authorization' || name === 'content-type')
    .map(([name, value]) => `${name}: ${SECRET_NAME.test(name) ? `${value.slice(0, 10)}•••` : value}`)
    .join('\n')
}
