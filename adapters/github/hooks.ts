import { z } from 'zod'
import type { KeyValue, Log } from '#contract'
import type { HeadersLike } from './verify.ts'

const KEY = 'hooks'
const MOST = 200
/** Another process may have written the list meanwhile; then it is noted again. */
const SURE_MS = 10 * 60_000

const hook = z.object({
  id: z.string(),
  kind: z.enum(['repository', 'organization']),
  /** 'octo/app' or 'octo' */
  target: z.string(),
  sinceMs: z.number(),
})
const source = z.object({
  repository: z.object({ full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/) }).optional(),
  organization: z.object({ login: z.string().regex(/^[\w-]+$/) }).optional(),
})
export type Hook = z.infer<typeof hook>

/** Webhooks that deliver here, as their deliveries told: where a missed one can be looked for. */
export interface Hooks {
  /** Of a verified delivery. The headers are not signed; they only say where to look. */
  heard(headers: HeadersLike, body: unknown): void
  all(): Promise<readonly Hook[]>
}
export function createHooks(kv: KeyValue, log: Log, now: () => number = Date.now): Hooks {
  const noted = new Map<string, number>()
  let writing: Promise<void> = Promise.resolve()
  const all = async () =>
    z
      .array(hook)
      .catch([])
      .parse((await kv.get(KEY)) ?? [])
  const note = async (one: Hook) => {
    const known = await all()
    if (known.some(({ id }) => id === one.id)) return
    await kv.set(KEY, [...known, one].slice(-MOST))
  }
  return {
    all,
    heard(headers, body) {
      const id = headers.get('x-github-hook-id') ?? ''
      const kind = headers.get('x-github-hook-installation-target-type')
      if (!/^\d{1,15}$/.test(id) || (noted.get(id) ?? 0) > now() - SURE_MS) return
      const { repository, organization } = source.safeParse(body).data ?? {}
      const target = kind === 'repository' ? repository?.full_name : organization?.login
      // The webhook of an app needs no note: the app knows its own.
      if ((kind !== 'repository' && kind !== 'organization') || target === undefined) return
      noted.set(id, now())
      writing = writing
        .then(() => note({ id, kind, target, sinceMs: now() }))
        .catch((error: Error) => {
          noted.delete(id)
          log.warn({ error: error.message, hook: id }, 'GitHub webhook was not noted')
        })
    },
  }
}
