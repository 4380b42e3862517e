import { z } from 'zod'
import { secretBytes } from './verify.ts'

const MOST_SECRETS = 3

export const config = z.object({
  /** What reports to `POST /hooks/deploy` are signed with; older ones behind commas, so that senders can be changed one by one. */
  webhookSecret: z
    .string()
    .transform((text, ctx) => {
      const keys = text.split(',').map((one) => secretBytes(one.trim()))
      const good = keys.filter((key) => key !== null)
      if (good.length === keys.length && keys.length <= MOST_SECRETS) return good
      ctx.addIssue({
        code: 'custom',
        message: `must be whsec_ and 16 bytes or more in base64; up to ${MOST_SECRETS} of them, with commas between`,
      })
      return z.NEVER
    })
    .optional(),
  /** What Argo CD shows at `POST /hooks/deploy/argocd`: its notifications cannot sign. */
  argocdToken: z
    .string()
    .regex(/^[\x21-\x7e]{24,200}$/, 'must have 24 characters or more, without spaces')
    .optional(),
  /** Hosts of a private network that outgoing webhooks may go to, with or without a port; all others must be public. */
  webhookAllowHosts: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((host) => host.trim().toLowerCase() || [])),
})
export type DeployConfig = z.output<typeof config>
