import type { Hub } from '#contract'
import type { DiscordConfig } from '../../../adapters/discord/config.ts'
import { verifyDiscord } from '../../../adapters/discord/verify.ts'
import { createRoutes } from '../../../adapters/discord/webhook.ts'
import { signDiscord, signingKey } from '../../fakes/discord/sign.ts'
import { countingInbound, type Oracle, SILENT } from '../oracle.ts'

const KEY = signingKey(7)

export const oracle: Oracle = {
  proof: ['x-signature-ed25519', 'x-signature-timestamp'],
  coversBody: true,
  lateBySeconds: 301,
  earlyBySeconds: 301,
  body: (random) =>
    JSON.stringify({ id: String(random.int(1, 1e9)), type: 2, data: { name: 'story', options: [{ value: 'é' }] } }),
  sign: async (body, at) => signDiscord(body, KEY, at),
  async forge(body, at, random) {
    const good = signDiscord(body, signingKey(random.int(8, 200)), at)
    return random.chance(0.7) ? good : { ...good, 'x-signature-ed25519': random.pick(['0', 'f']).repeat(128) }
  },
  verify: async (body, headers, at) => verifyDiscord(body, headers, KEY.publicKey, at),
  route(at) {
    const { inbound, reached } = countingInbound()
    const hub = { config: { publicKey: KEY.publicKey }, log: SILENT }
    const routes = createRoutes(hub as unknown as Hub<DiscordConfig>, inbound, () => at * 1_000)
    return { fetch: async (request) => routes.fetch(request), reached }
  },
}
