import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DeployHub, sha, startDeployHub, WORKSPACE } from '../fakes/deploy-hub.ts'

const SECRET = `whsec_${Buffer.from('the secret of the pipeline, long').toString('base64')}`
const ARGO = 'the token of argo cd, which cannot sign'.replaceAll(' ', '-')
const received: { headers: IncomingHttpHeaders; body: string }[] = []
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(204).end()
  })
})
let at: DeployHub
beforeAll(async () => {
  at = await startDeployHub({ webhookSecret: SECRET, webhookAllowHosts: '127.0.0.1', argocdToken: ARGO })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await at?.close()
  await new Promise((resolve) => server.close(resolve))
})
const sign = (secret: string, id: string, seconds: string, body: string) =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`${id}.${seconds}.${body}`)
    .digest('base64')}`

function post(body: string, secret = SECRET) {
  const seconds = String(Math.floor(Date.now() / 1000))
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': seconds,
    'webhook-signature': sign(secret, 'msg_1', seconds, body),
  }
  return at.fetch('/hooks/deploy', { method: 'POST', body, headers })
}

it('a signed report comes in, and the address outside that asked for it is told with a signature of its own', async () => {
  const { port } = server.address() as AddressInfo
  await at.grant('ada', 'admin')
  const [added] = await at.say(`hub webhook add deploys production http://127.0.0.1:${port}/hook`)
  const secret = /whsec_\S+/.exec(added?.message.text ?? '')?.[0] ?? ''
  expect(added?.message.text).toContain('W-1 tells 127.0.0.1')
  expect([added?.only, added?.message.secret]).toEqual(['ada', true])
  const report = { source: 'ci', deploymentId: '1', service: 'web', environment: 'production', workspace: WORKSPACE }
  const body = JSON.stringify({ ...report, state: 'succeeded', sha: sha(1) })
  expect((await post(body, `whsec_${Buffer.alloc(32, 7).toString('base64')}`)).status).toBe(401)
  expect((await post(body)).status).toBe(202)
  expect(await (await post(body)).json()).toEqual({ status: 'duplicate' })
  expect(
    (await post(JSON.stringify({ ...report, deploymentId: '2', environment: 'staging', state: 'failed' }))).status,
  ).toBe(202)
  await at.quiet()
  expect(received).toHaveLength(1)
  const [{ headers, body: told } = { headers: {} as IncomingHttpHeaders, body: '' }] = received
  expect(JSON.parse(told)).toMatchObject({
    type: 'deployment.changed',
    data: {
      reference: 'D-1',
      service: 'web',
      environment: 'production',
      state: 'succeeded',
      revision: 1,
      artifacts: [],
      artifactCount: 0,
    },
  })
  expect(told).not.toContain(WORKSPACE)
  const id = String(headers['webhook-id'])
  expect(headers['webhook-signature']).toBe(sign(secret, id, String(headers['webhook-timestamp']), told))
  await at.say('hub webhook replay W-1 D-1')
  await at.say('hub webhook replay W-1 --hours 1')
  expect(received).toHaveLength(3)
  expect(received.map((one) => one.headers['webhook-id'])).toEqual([id, id, id])
  expect(received.map((one) => one.body)).toEqual([told, told, told])
  const [unknown] = await at.say('hub webhook replay W-1 D-99')
  expect(unknown?.message.text).toContain('D-99 does not exist here')
  const [listed] = await at.say('hub webhooks')
  expect(listed?.message.text).toMatch(/W-1 · 127\.0\.0\.1:\d+ · production · every state · on/)
  expect(listed?.message.text).not.toContain('whsec_')
  const stored = await at.hub.store.sql.query<{ n: number }>(
    `select count(*)::int as n from hub.kv where value::text like '%whsec_%'`,
  )
  expect(stored[0]?.n).toBe(0)
  await at.say('hub webhook remove W-1')
  await post(JSON.stringify({ ...report, deploymentId: '3', state: 'failed' }))
  await at.quiet()
  expect(received).toHaveLength(3)
})
it('a sync of Argo CD is a deployment, told twice or not', async () => {
  const sync = (phase: string, finishedAt: string | null) => ({
    app: {
      metadata: { name: 'shop-live', labels: { service: 'shop', environment: 'live' } },
      spec: { source: { repoURL: 'https://github.com/octo/shop.git', targetRevision: 'v2' } },
      status: { operationState: { phase, startedAt: '2026-01-01T10:00:00Z', finishedAt } },
    },
  })
  const post = (body: object) =>
    at.fetch('/hooks/deploy/argocd', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${ARGO}` },
    })
  const done = sync('Succeeded', '2026-01-01T10:04:00Z')
  for (const body of [done, sync('Running', null), done]) expect((await post(body)).status).toBe(202)
  await at.quiet()
  const rows = await at.hub.store.sql.query<object>(
    'select service, environment, state, ref, production from hub.deployments where workspace = $1',
    ['console:local'],
  )
  expect(rows).toEqual([{ service: 'shop', environment: 'live', state: 'succeeded', ref: 'v2', production: true }])
})
it('a maintainer opens no way out', async () => {
  const [told] = await at.say('hub webhook add deploys all http://127.0.0.1:1/hook', 'ben')
  expect(told?.message.text).toMatch(/admin/)
})
