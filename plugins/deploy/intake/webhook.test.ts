import { createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Hub } from '#contract'
import { config, type DeployConfig } from '../config.ts'
import { secretBytes, verifyStandardWebhook } from '../verify.ts'
import { argoBody, reportOfArgo } from './argocd.ts'
import { deployRoutes } from './webhook.ts'

const NOW = 1_800_000_000_000
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`
const OLDER = `whsec_${Buffer.from('the secret that was there before').toString('base64')}`
const TOKEN = 'token-of-argo-cd-0123456789'
const REPORT = { source: 'ci', deploymentId: '7', service: 'web', environment: 'production', state: 'succeeded' }

function door(raw: Readonly<Record<string, string>>) {
  const published: unknown[] = []
  const hub = {
    config: config.parse(raw),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    async publish(_event: unknown, payload: unknown, origin: unknown) {
      published.push({ payload, origin })
      return { status: 'queued', id: '1', announce: null }
    },
  }
  const routes = deployRoutes(
    hub as unknown as Hub<DeployConfig>,
    () => 'hub:home',
    () => NOW,
  )
  return { routes, published }
}
function signed(body: string, { secret = SECRET, seconds = NOW / 1000, id = 'msg_1' } = {}): RequestInit {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
  return { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }
}
const send = async (raw: Readonly<Record<string, string>>, init: RequestInit, path = '/') => {
  const { routes, published } = door(raw)
  const answer = await routes?.request(path, init)
  return { status: answer?.status, text: await answer?.text(), published }
}

describe('POST /hooks/deploy', () => {
  it('is not there without a secret', () => {
    expect(door({}).routes).toBeNull()
  })
  it('refuses to start with a secret that is none', () => {
    for (const webhookSecret of ['', 'whsec_', 'whsec_c2hvcnQ=', 'not base64 at all!!', `${SECRET},`])
      expect(config.safeParse({ webhookSecret }).success, webhookSecret).toBe(false)
  })
  it('takes a signed report, bare or in an envelope', async () => {
    const bare = await send({ webhookSecret: SECRET }, signed(JSON.stringify(REPORT)))
    expect([bare.status, bare.published.length]).toEqual([202, 1])
    const data = { type: 'deployment.reported', timestamp: '2027-01-15T07:59:00Z', data: REPORT }
    const wrapped = await send({ webhookSecret: SECRET }, signed(JSON.stringify(data)))
    expect(wrapped.published).toEqual([
      expect.objectContaining({
        payload: { workspace: null, report: expect.objectContaining({ deploymentId: '7', atMs: NOW - 60_000 }) },
      }),
    ])
  })
  it('knows a repeat by source, id and state', async () => {
    const ids: unknown[] = []
    for (const [at, state] of [
      ['1', 'running'],
      ['2', 'running'],
      ['3', 'succeeded'],
    ] as const) {
      const { published } = await send(
        { webhookSecret: SECRET },
        signed(JSON.stringify({ ...REPORT, state }), { id: `msg_${at}` }),
      )
      ids.push((published[0] as { origin: { deliveryId: string } }).origin.deliveryId)
    }
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
  })
  it('takes the new and the old secret while senders change theirs', async () => {
    const webhookSecret = `${SECRET},${OLDER}`
    expect((await send({ webhookSecret }, signed(JSON.stringify(REPORT), { secret: OLDER }))).status).toBe(202)
    expect((await send({ webhookSecret: SECRET }, signed(JSON.stringify(REPORT), { secret: OLDER }))).status).toBe(401)
  })
  it.each([
    ['of another secret', { secret: OLDER }, 401],
    ['five minutes and a second old', { seconds: NOW / 1000 - 301 }, 401],
    ['five minutes and a second early', { seconds: NOW / 1000 + 301 }, 401],
    ['five minutes old', { seconds: NOW / 1000 - 300 }, 202],
    ['five minutes early', { seconds: NOW / 1000 + 300 }, 202],
  ] as const)('a signature %s', async (_what, over, status) => {
    const answer = await send({ webhookSecret: SECRET }, signed(JSON.stringify(REPORT), over))
    expect([answer.status, answer.published.length]).toEqual([status, status === 202 ? 1 : 0])
  })
  it('checks the bytes as they came, not what they mean', async () => {
    const init = signed(JSON.stringify(REPORT))
    expect((await send({ webhookSecret: SECRET }, { ...init, body: JSON.stringify(REPORT, null, 1) })).status).toBe(401)
  })
  it('names what is wrong with a report that is signed and not right', async () => {
    const answer = await send({ webhookSecret: SECRET }, signed(JSON.stringify({ ...REPORT, state: 'done', extra: 1 })))
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('state')
    expect(answer.text).toContain('extra')
    expect((await send({ webhookSecret: SECRET }, signed('{'))).status).toBe(400)
    expect((await send({ webhookSecret: SECRET }, signed('[]'))).status).toBe(400)
  })
})

const VECTORS = new URL('../../../../shared/data/standard-webhooks/vectors.json', import.meta.url)
const isThere = existsSync(VECTORS)
describe.skipIf(!isThere)(`the vectors of the specification${isThere ? '' : ' (skipped: not on this machine)'}`, () => {
  const vectors = isThere ? (JSON.parse(readFileSync(VECTORS, 'utf8')) as Vectors) : null
  const [valid] = vectors?.valid ?? []
  const key = secretBytes(valid?.secret ?? '') ?? new Uint8Array()
  const seconds = Number(valid?.['webhook-timestamp'])
  const check = (over: Readonly<Record<string, string | null>>, at = seconds) => {
    const headers: Readonly<Record<string, string | null>> = { ...valid, ...over }
    return verifyStandardWebhook(Buffer.from(valid?.body ?? ''), { get: (name) => headers[name] ?? null }, key, at)
  }
  it('are accepted, with and without the prefix of the secret, and among other signatures', () => {
    expect(check({})).toBe(true)
    expect(secretBytes(valid?.secret_without_prefix ?? '')).toEqual(key)
    expect(check({ 'webhook-signature': vectors?.valid_if_clock_at_timestamp_multi_signature ?? '' })).toBe(true)
  })
  it('are refused where they should be', () => {
    const given = vectors?.invalid.filter((one) => one['webhook-signature'] || one['webhook-timestamp']) ?? []
    expect(given.length).toBeGreaterThan(3)
    for (const { why, ...over } of given) expect(check(over), why).toBe(false)
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'])
      expect(check({ [name]: null }), name).toBe(false)
    expect([check({}, seconds + 301), check({}, seconds - 301)]).toEqual([false, false])
    expect([secretBytes(''), secretBytes('whsec_')]).toEqual([null, null])
  })
})
interface Vectors {
  readonly valid: readonly Readonly<Record<string, string>>[]
  readonly valid_if_clock_at_timestamp_multi_signature: string
  readonly invalid: readonly Readonly<Record<string, string>>[]
}

describe('POST /hooks/deploy/argocd', () => {
  const app = {
    metadata: { name: 'web-prod', labels: { environment: 'Production' } },
    spec: {
      source: { repoURL: 'https://github.com/octo/web.git', targetRevision: 'main' },
      destination: { namespace: 'web' },
    },
    status: {
      sync: { revision: 'ab'.repeat(20) },
      operationState: {
        phase: 'Failed',
        message: 'one or more objects failed to apply',
        startedAt: '2027-01-15T07:50:00Z',
        finishedAt: '2027-01-15T07:52:00Z',
        operation: { initiatedBy: { username: 'ada' } },
      },
    },
  }
  const init = (token: string): RequestInit => ({
    method: 'POST',
    body: JSON.stringify({ app, service: 'web', context: { argocdUrl: 'https://argo.test' } }),
    headers: { authorization: `Bearer ${token}` },
  })
  it('takes an application with the token, and nothing without it', async () => {
    const answer = await send({ argocdToken: TOKEN }, init(TOKEN), '/argocd')
    expect(answer.status).toBe(202)
    expect(answer.published[0]).toMatchObject({
      payload: {
        report: {
          source: 'argocd',
          deploymentId: 'web-prod@2027-01-15T07:50:00Z',
          service: 'web',
          environment: 'production',
          state: 'failed',
          repository: 'octo/web',
          ref: 'main',
          by: 'ada',
          url: 'https://argo.test/applications/web-prod',
          description: 'one or more objects failed to apply',
          atMs: Date.parse('2027-01-15T07:52:00Z'),
        },
      },
    })
    for (const wrong of ['', `${TOKEN}x`, TOKEN.slice(0, -1)])
      expect((await send({ argocdToken: TOKEN }, init(wrong), '/argocd')).status, wrong).toBe(401)
    expect((await send({ webhookSecret: SECRET }, init(TOKEN), '/argocd')).status).toBe(404)
    expect((await send({ argocdToken: TOKEN }, signed(JSON.stringify(REPORT)))).status).toBe(404)
  })
  it('one sync is one deployment, from running to its end', () => {
    const at = (phase: string) => {
      const operationState = { ...app.status.operationState, phase, finishedAt: null }
      return reportOfArgo(argoBody.parse({ app: { ...app, status: { ...app.status, operationState } } }))
    }
    expect([at('Running'), at('Succeeded'), at('Error')].map((one) => [one.deploymentId, one.state])).toEqual([
      ['web-prod@2027-01-15T07:50:00Z', 'running'],
      ['web-prod@2027-01-15T07:50:00Z', 'succeeded'],
      ['web-prod@2027-01-15T07:50:00Z', 'failed'],
    ])
  })
})
