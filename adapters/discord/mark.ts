import { createHash } from 'node:crypto'

/** Milliseconds of Discord's first moment: https://docs.discord.com/developers/reference#snowflakes */
const EPOCH_MS = 1_420_070_400_000

/** Stands in the footer of every message, so that a send whose answer was lost is found again. */
function markOf(key: string): string {
  return digest(key).slice(0, 12)
}
export function footerOf(key: string): string {
  return `AutoDevHub · ${markOf(key)}`
}
/** At most 25 characters; the same key within a few minutes is the same message. */
export function nonceOf(key: string): string {
  return digest(key).slice(0, 24)
}
/** The id that a message of this moment has at least. */
export function snowflakeAt(ms: number): string {
  return String(BigInt(Math.max(0, Math.floor(ms) - EPOCH_MS)) << 22n)
}
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
