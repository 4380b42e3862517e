import type { Hub } from '#contract'
import type { JiraConfig } from '../../../adapters/jira/config.ts'
import { verifyJira } from '../../../adapters/jira/verify.ts'
import { createRoutes } from '../../../adapters/jira/webhook.ts'
import { signJira } from '../../fakes/jira/sign.ts'
import { countingInbound, type Oracle, SILENT } from '../oracle.ts'

const SECRET = 'a secret of sixteen or more'

export const oracle: Oracle = {
  proof: ['x-hub-signature'],
  coversBody: true,
  // There is no time in a signature; the inbox knows the identifier of the delivery.
  lateBySeconds: null,
  earlyBySeconds: null,
  body: (random) =>
    JSON.stringify({ webhookEvent: 'comment_created', comment: { id: String(random.int(1, 1e9)), body: '/story é' } }),
  sign: async (body) => signJira(body, SECRET),
  async forge(body, _at, random) {
    const weak = signJira(body, SECRET, random.pick(['md5', 'sha1'] as const))
    const [digest = ''] = Object.values(signJira(body, SECRET, 'md5')).map((value) => value.slice('md5='.length))
    return random.pick([
      weak,
      signJira(body, `${SECRET}${random.int(0, 3_600)}`),
      signJira(body, ''),
      { 'x-hub-signature': 'sha256=' },
      { 'x-hub-signature': `sha256=${digest}` },
      { 'x-hub-signature': `sha256=${'0'.repeat(64)}` },
    ])
  },
  verify: async (body, headers) => verifyJira(body, headers, SECRET),
  route() {
    const { inbound, reached } = countingInbound()
    const hub = { config: { webhookSecret: SECRET }, log: SILENT }
    const routes = createRoutes(hub as unknown as Hub<JiraConfig>, inbound)
    return { fetch: async (request) => routes.fetch(request), reached }
  },
}
