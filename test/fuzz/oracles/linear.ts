import { createHmac } from 'node:crypto'
import type { Hub } from '#contract'
import type { LinearConfig } from '../../../adapters/linear/config.ts'
import { verifyLinear } from '../../../adapters/linear/verify.ts'
import { createRoutes } from '../../../adapters/linear/webhook.ts'
import { signLinear } from '../../fakes/linear/sign.ts'
import { countingInbound, type Oracle, SILENT } from '../oracle.ts'

const SECRET = 'lin_wh_fuzz0123456789abcdef'
/** The time is in the signed body, which is made before anybody asks for a signature. */
const AT_SECONDS = 1_800_000_000

export const oracle: Oracle = {
  proof: ['linear-signature'],
  coversBody: true,
  // Linear's last retry comes after seven hours and a minute.
  lateBySeconds: 8 * 3_600 + 1,
  earlyBySeconds: 61,
  body: (random) =>
    JSON.stringify({
      action: 'create',
      type: 'Comment',
      data: { id: random.int(1, 1e9), body: '/story é' },
      webhookTimestamp: AT_SECONDS * 1_000,
    }),
  sign: async (body) => signLinear(body, SECRET),
  async forge(body, _at, random) {
    const weak = { 'linear-signature': createHmac('sha1', SECRET).update(body).digest('hex') }
    const md5 = { 'linear-signature': createHmac('md5', SECRET).update(body).digest('hex') }
    const prefixed = { 'linear-signature': `sha256=${signLinear(body, SECRET)['linear-signature']}` }
    const other = signLinear(body, `${SECRET}${random.int(0, 3_600)}`)
    return random.pick([weak, md5, prefixed, other, signLinear(body, ''), { 'linear-signature': '0'.repeat(64) }])
  },
  verify: async (body, headers, at) => verifyLinear(body, headers, SECRET, at * 1_000).ok,
  route(at) {
    const { inbound, reached } = countingInbound()
    const hub = { config: { webhookSecret: SECRET }, log: SILENT }
    const routes = createRoutes(hub as unknown as Hub<LinearConfig>, inbound, () => at * 1_000)
    return { fetch: async (request) => routes.fetch(request), reached }
  },
}
