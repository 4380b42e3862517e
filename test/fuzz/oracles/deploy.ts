import { createHmac } from 'node:crypto'
import type { Hub } from '#contract'
import { config, type DeployConfig } from '../../../plugins/deploy/config.ts'
import { deployRoutes } from '../../../plugins/deploy/intake/webhook.ts'
import { secretBytes, verifyStandardWebhook } from '../../../plugins/deploy/verify.ts'
import { type Oracle, SILENT } from '../oracle.ts'

const SECRET = `whsec_${Buffer.from('twenty-four bytes or more of it').toString('base64')}`
const KEY = secretBytes(SECRET) ?? new Uint8Array()
const bytesOf = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
/** Written after the specification, on text instead of bytes. */
function sign(body: Uint8Array, atSeconds: number, secret: Uint8Array, algorithm = 'sha256') {
  const id = `msg_${atSeconds}_${body.byteLength}`
  const content = Buffer.concat([Buffer.from(`${id}.${atSeconds}.`), body])
  const signature = createHmac(algorithm, secret).update(content).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(atSeconds), 'webhook-signature': `v1,${signature}` }
}

export const oracle: Oracle = {
  proof: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  coversBody: true,
  lateBySeconds: 301,
  earlyBySeconds: 301,
  body: (random) =>
    JSON.stringify({
      source: 'ci',
      deploymentId: String(random.int(1, 1e9)),
      service: 'web',
      environment: 'production',
      state: 'running',
      by: 'Zoë',
    }),
  sign: async (body, at) => sign(body, at, bytesOf(SECRET)),
  async forge(body, at, random) {
    const other = sign(body, at, Buffer.from(`another key of the sender ${random.int(0, 3_600)}`))
    const weak = sign(body, at, bytesOf(SECRET), random.pick(['sha1', 'md5']))
    // The secret as text instead of what it encodes, and no secret at all.
    const asText = sign(body, at, Buffer.from(SECRET))
    const empty = sign(body, at, new Uint8Array())
    const honest = sign(body, at, bytesOf(SECRET))
    const version = {
      ...honest,
      'webhook-signature': honest['webhook-signature'].replace('v1,', random.pick(['v2,', 'v1a,', 'v0,'])),
    }
    return random.pick([other, weak, asText, empty, version])
  },
  verify: async (body, headers, at) => verifyStandardWebhook(body, headers, KEY, at),
  route(atSeconds) {
    let reached = 0
    const hub = {
      config: config.parse({ webhookSecret: SECRET }),
      log: SILENT,
      publish: async () => {
        reached += 1
        return { status: 'queued', id: '1', announce: null }
      },
    }
    const routes = deployRoutes(
      hub as unknown as Hub<DeployConfig>,
      () => 'hub',
      () => atSeconds * 1000,
    )
    if (!routes) throw new Error('the route is not mounted although its secret is set')
    return { fetch: async (request) => routes.fetch(request), reached: () => reached }
  },
}
