import { createHmac, timingSafeEqual } from 'node:crypto'

/** A code holds in the window it was made in and in the next one: between 30 and 60 minutes. */
const WINDOW_MS = 30 * 60_000

/** Signs a text with the hub's key. Each purpose has its own key, derived from the same secret. */
export type Sign = (text: string) => string
export function createSigner(secret: string | Uint8Array, purpose: string): Sign {
  const key = createHmac('sha256', secret).update(purpose).digest()
  return (text) => createHmac('sha256', key).update(text).digest('hex')
}

/** What is confirmed: this line, by this account, in this workspace, asked by this job. */
export interface Asked {
  readonly workspace: string
  readonly plugin: string
  readonly accountId: string
  readonly line: string
}

/** `jobId` is the run that asks: asked twice, the same line gets two codes, each good for one run. */
export function confirmCode(sign: Sign, asked: Asked, jobId: string, nowMs: number): string {
  const nonce = sign(`nonce\n${jobId}`).slice(0, 8)
  return `${nonce}${mac(sign, asked, nonce, windowOf(nowMs))}`
}
export function isConfirmed(sign: Sign, asked: Asked, code: string, nowMs: number): boolean {
  const given = Buffer.from(code.toLowerCase())
  const nonce = code.toLowerCase().slice(0, 8)
  return [windowOf(nowMs), windowOf(nowMs) - 1].some((window) => {
    const expected = Buffer.from(`${nonce}${mac(sign, asked, nonce, window)}`)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
const windowOf = (nowMs: number) => Math.floor(nowMs / WINDOW_MS)

/** JSON keeps the parts apart, whatever characters a platform's ids hold. 64 bits, since every guess is a command that is logged. */
function mac(sign: Sign, { workspace, plugin, accountId, line }: Asked, nonce: string, window: number): string {
  return sign(JSON.stringify([workspace, plugin, accountId, line, nonce, window])).slice(0, 16)
}
