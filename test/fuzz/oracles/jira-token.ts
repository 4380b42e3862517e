import { createHmac, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Hub } from '#contract'
import type { JiraConfig } from '../../../adapters/jira/config.ts'
import { MAX_SKEW_SECONDS, verifyJiraToken } from '../../../adapters/jira/verify.ts'
import { createRoutes } from '../../../adapters/jira/webhook.ts'
import { jiraClaims, signJira, signJiraToken } from '../../fakes/jira/sign.ts'
import { countingInbound, type Oracle, SILENT } from '../oracle.ts'

const CLIENT = 'fuzz-client'
const SECRET = 'fuzz-client-secret-of-forty-characters-0'
const trust = { clientId: CLIENT, clientSecret: SECRET }
const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

// A token is good for many bodies of its second.
const tokens = new Map<number, Promise<string>>()

/** Of dynamic webhooks: the token vouches for the sender, not for the body. */
export const oracle: Oracle = {
  proof: ['authorization'],
  coversBody: false,
  lateBySeconds: 180 + MAX_SKEW_SECONDS + 1,
  earlyBySeconds: MAX_SKEW_SECONDS + 1,
  body: (random) =>
    JSON.stringify({ webhookEvent: 'comment_created', comment: { id: String(random.int(1, 1e9)), body: '/story é' } }),
  async sign(_body, at) {
    const token = tokens.get(at) ?? signJiraToken(SECRET, jiraClaims(CLIENT, at))
    tokens.set(at, token)
    return bearer(await token)
  },
  async forge(body, at, random) {
    const claims = jiraClaims(CLIENT, at)
    const none = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`
    const rs = () => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256' }).sign(pair.privateKey)
    const claiming = (changed: object) => signJiraToken(SECRET, { ...claims, ...changed })
    const forgeries: (() => Promise<string> | string)[] = [
      () => none,
      () => `${none}AA`,
      () => `${none}${createHmac('sha256', SECRET).update(none.slice(0, -1)).digest('base64url')}`,
      () => signJiraToken(`${SECRET}${random.int(0, 9)}`, claims),
      () => signJiraToken(SECRET, claims, { alg: 'HS512' }),
      () => signJiraToken(SECRET, claims, { alg: 'HS384' }),
      () => signJiraToken(SECRET, claims, { jku: 'https://evil.test/keys' }),
      () => signJiraToken(SECRET, claims, { jwk: { kty: 'oct', k: part({}) } }),
      rs,
      async () => `${part({ alg: 'HS256' })}.${(await rs()).split('.').slice(1).join('.')}`,
      () => claiming({ exp: at - MAX_SKEW_SECONDS - 1 }),
      () => claiming({ exp: undefined }),
      () => claiming({ exp: String(at + 180) }),
      () => claiming({ exp: at + 10 * 86_400 }),
      () => claiming({ iat: at + MAX_SKEW_SECONDS + 1 }),
      () => claiming({ nbf: at + MAX_SKEW_SECONDS + 1 }),
      () => claiming({ iss: 'https://evil.test' }),
      () => claiming({ iss: 'https://atlassian.net.evil.test/' }),
      () => claiming({ iss: ['atlassian'] }),
      () => claiming({ aud: 'another-app' }),
    ]
    // The other proof of Jira's is not heard in place of this one.
    return random.chance(0.1) ? signJira(body, SECRET) : bearer(await random.pick(forgeries)())
  },
  verify: async (_body, headers, at) => verifyJiraToken(headers, trust, at),
  route(at) {
    const { inbound, reached } = countingInbound()
    const hub = { config: trust, log: SILENT }
    const routes = createRoutes(hub as unknown as Hub<JiraConfig>, inbound, () => at * 1_000)
    return { fetch: async (request) => routes.fetch(request), reached }
  },
}
