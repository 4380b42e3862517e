import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { KeyValue } from '#contract'
import { secretBytes } from '../verify.ts'

const kept = z.object({
  current: z.string(),
  previous: z.string().nullable(),
  previousUntilMs: z.number(),
  job: z.string(),
})
/** Both secrets sign for a day, in which the receiver changes its own. */
export const OVERLAP_MS = 24 * 3_600_000

/** Secrets of outgoing webhooks, in the plugin's own keys, which are encrypted at rest. */
export function createWebhookSecrets(kv: KeyValue) {
  const keyOf = (workspace: string, number: number) => `webhook:${workspace}:${number}`
  const make = () => `whsec_${randomBytes(32).toString('base64')}`
  const read = async (workspace: string, number: number) =>
    kept.safeParse(await kv.get(keyOf(workspace, number))).data ?? null
  return {
    /** Once for each address; whoever comes second is told what the first made. */
    async create(workspace: string, number: number, job: string): Promise<string> {
      await kv.add(keyOf(workspace, number), { current: make(), previous: null, previousUntilMs: 0, job })
      return (await read(workspace, number))?.current ?? ''
    },
    /** A new secret; the one before it goes on signing for a day. The repeat of a job changes nothing. */
    async rotate(workspace: string, number: number, job: string, nowMs: number): Promise<string> {
      const before = await read(workspace, number)
      if (before?.job === job) return before.current
      const current = make()
      const previous = before?.current ?? null
      await kv.set(keyOf(workspace, number), { current, previous, previousUntilMs: nowMs + OVERLAP_MS, job })
      return current
    },
    async keys(workspace: string, number: number, nowMs: number): Promise<Uint8Array[]> {
      const found = await read(workspace, number)
      const texts = found
        ? [found.current, ...(found.previous !== null && nowMs < found.previousUntilMs ? [found.previous] : [])]
        : []
      return texts.map(secretBytes).filter((key) => key !== null)
    },
    forget: (workspace: string, number: number) => kv.delete(keyOf(workspace, number)),
  }
}
export type WebhookSecrets = ReturnType<typeof createWebhookSecrets>
