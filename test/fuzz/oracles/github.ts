import { createHmac } from 'node:crypto'
import type { Hub } from '#contract'
import type { GitHubConfig } from '../../../adapters/github/config.ts'
import { verifyGitHub } from '../../../adapters/github/verify.ts'
import { createRoutes } from '../../../adapters/github/webhook.ts'
import { signGitHub } from '../../fakes/github/sign.ts'
import { countingInbound, type Oracle, SILENT } from '../oracle.ts'

const SECRET = 'a secret of sixteen or more'

export const oracle: Oracle = {
  proof: ['x-hub-signature-256'],
  coversBody: true,
  // There is no time in a delivery; the inbox knows its id.
  lateBySeconds: null,
  earlyBySeconds: null,
  body: (random) => JSON.stringify({ action: 'created', comment: { id: random.int(1, 1e9), body: '/story é' } }),
  sign: async (body) => signGitHub(body, SECRET),
  async forge(body, _at, random) {
    const weak = { 'x-hub-signature-256': `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}` }
    const md5 = { 'x-hub-signature-256': `md5=${createHmac('md5', SECRET).update(body).digest('hex')}` }
    const other = signGitHub(body, `${SECRET}${random.int(0, 3_600)}`)
    return random.pick([weak, md5, other, signGitHub(body, ''), { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }])
  },
  verify: async (body, headers) => verifyGitHub(body, headers, SECRET),
  route() {
    const { inbound, reached } = countingInbound()
    const hub = { config: { webhookSecret: SECRET }, log: SILENT }
    const routes = createRoutes(hub as unknown as Hub<GitHubConfig>, inbound, { heard: () => undefined })
    return { fetch: async (request) => routes.fetch(request), reached }
  },
}
