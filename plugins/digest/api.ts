import { z } from 'zod'
import { defineJob } from '#contract'

/** One digest of one window to one recipient. */
export const digestSend = defineJob({
  name: 'digest.send',
  payload: z.object({
    subscription: z.uuid(),
    fromMs: z.number(),
    toMs: z.number(),
    /** Asked for by hand: a quiet window is told as well. */
    asked: z.boolean().default(false),
  }),
  retry: { attempts: 10, backoffMs: 5_000 },
})

/** The name of a subscription across tenants, as it stands in signed links. */
export const listIdOf = (workspace: string, id: string): string => `digest|${workspace}|${id}`
export function parseListId(text: string): { readonly workspace: string; readonly id: string } | null {
  const [, workspace, id] = /^digest\|(.{1,300})\|([\da-f-]{36})$/.exec(text) ?? []
  return workspace === undefined || id === undefined ? null : { workspace, id }
}
