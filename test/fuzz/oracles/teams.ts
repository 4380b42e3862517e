import { createHmac, createPublicKey } from 'node:crypto'
import type { Hub } from '#contract'
import type { TeamsConfig } from '../../../adapters/teams/config.ts'
import { type TeamsTrust, verifyTeams } from '../../../adapters/teams/verify.ts'
import { createRoutes } from '../../../adapters/teams/webhook.ts'
import { createTeamsSigner, serviceClaims, type TokenClaims } from '../../fakes/teams/sign.ts'
import { countingInbound, type Oracle, SILENT } from '../oracle.ts'

const APP = '0f1e2d3c-4b5a-4968-8776-655443322110'
const SERVICE = 'https://smba.trafficmanager.net/amer/'
const [ours, stranger, webchat] = await Promise.all([
  createTeamsSigner(),
  createTeamsSigner(),
  createTeamsSigner(['webchat']),
])
const known = new Map(
  [ours, webchat].map((one) => [
    one.kid,
    { key: createPublicKey({ key: { ...one.jwk }, format: 'jwk' }), endorsements: one.jwk.endorsements },
  ]),
)
const trust: TeamsTrust = { appId: APP, keys: { find: async (kid) => known.get(kid) ?? null }, allowHttp: false }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
// Signing with RSA is slow; a token is good for many bodies of its second.
const tokens = new Map<number, Promise<string>>()

/** The token vouches for the sender and for `serviceUrl`, not for the rest of the body. */
export const oracle: Oracle = {
  proof: ['authorization'],
  coversBody: false,
  lateBySeconds: 3_300 + 301,
  earlyBySeconds: 300 + 301,
  body: (random) =>
    JSON.stringify({ type: 'message', channelId: 'msteams', serviceUrl: SERVICE, text: `é ${random.int(0, 1e9)}` }),
  async sign(_body, at) {
    const token = tokens.get(at) ?? ours.token(serviceClaims(APP, SERVICE, at))
    tokens.set(at, token)
    return bearer(await token)
  },
  async forge(_body, at, random) {
    const claims = serviceClaims(APP, SERVICE, at)
    const other = (changed: TokenClaims) => ours.token({ ...claims, ...changed })
    const head = { alg: 'RS256', typ: 'JWT', kid: ours.kid }
    const pem = createPublicKey({ key: { ...ours.jwk }, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const hs = `${part({ ...head, alg: 'HS256' })}.${part(claims)}`
    const forgeries: (() => Promise<string> | string)[] = [
      () => `${part({ ...head, alg: 'none' })}.${part(claims)}.`,
      () => `${part({ ...head, alg: 'none' })}.${part(claims)}.AA`,
      () => `${hs}.${createHmac('sha256', pem).update(hs).digest('base64url')}`,
      () => stranger.token(claims),
      () => stranger.token(claims, { kid: ours.kid }),
      () => stranger.token(claims, { kid: ours.kid, jwk: stranger.jwk }),
      () => webchat.token(claims),
      () => ours.token(claims, { kid: '../../dev/null' }),
      () => ours.token(claims, { jku: 'https://evil.test/keys' }),
      () => other({ aud: 'ffffffff-4b5a-4968-8776-655443322110' }),
      () => other({ iss: 'https://evil.test' }),
      () => other({ serviceurl: 'https://evil.test/' }),
      () => other({ exp: at - 301 }),
      () => other({ nbf: at + 301 }),
    ]
    return bearer(await random.pick(forgeries)())
  },
  verify: async (body, headers, at) => (await verifyTeams(body, headers, trust, at)).ok,
  route(at) {
    const { inbound, reached } = countingInbound()
    const routes = createRoutes(
      { config: {}, log: SILENT } as unknown as Hub<TeamsConfig>,
      inbound,
      trust,
      () => at * 1_000,
    )
    return { fetch: async (request) => routes.fetch(request), reached }
  },
}
