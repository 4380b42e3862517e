import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../faults/random.ts'
import { ROOT } from '../faults/root.ts'
import { attack } from './mutations.ts'
import type { Oracle, Signed } from './oracle.ts'

/** `FUZZ=100000` is the full size, `FUZZ_SEED` repeats a run. */
const ATTACKS = Number(process.env.FUZZ ?? 5_000)
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
const HONEST = Math.ceil(ATTACKS / 10)
/** Every twentieth goes through the adapter's own route as well. */
const OVER_HTTP = 20
const AT = 1_800_000_000

const owners = ['adapters', 'plugins'].flatMap((kind) =>
  readdirSync(`${ROOT}${kind}`).filter((name) => existsSync(`${ROOT}${kind}/${name}/verify.ts`)),
)
/** Some have a second proof, with an oracle of its own: `jira-token`. */
const names = [
  ...new Set([...owners, ...readdirSync(`${ROOT}test/fuzz/oracles`).map((file) => file.replace('.ts', ''))]),
]
const like = (headers: Signed) => ({ get: (name: string) => headers[name] ?? null })
/** Null where no HTTP client could send such headers. */
function requestOf(body: Uint8Array, headers: Signed): Request | null {
  try {
    const init = {
      method: 'POST',
      body: Buffer.from(body),
      headers: { 'content-type': 'application/json', ...headers },
    }
    return new Request('http://hub.test/', init)
  } catch {
    return null
  }
}

it('finds every verifier', () => expect(names).toContain('slack'))

/** Weaknesses of published verifiers, each of which the changes above must find. */
const SLOPPY: Readonly<Record<string, (headers: Signed) => Signed>> = {
  'cuts the signature at its second =': (h) => ({
    ...h,
    'x-slack-signature': cut(h['x-slack-signature'], /^(v0=[^=]*)=.*$/s),
  }),
  'reads any spelling of a number': (h) => ({
    ...h,
    'x-slack-request-timestamp': String(Number(h['x-slack-request-timestamp'])),
  }),
  'reads a number with junk behind it': (h) => ({
    ...h,
    'x-slack-request-timestamp': String(Number.parseInt(h['x-slack-request-timestamp'] ?? '', 10)),
  }),
  'takes the first of several values': (h) => ({
    ...h,
    'x-slack-signature': cut(h['x-slack-signature'], /^([^,]*),.*$/s),
  }),
  'ignores case': (h) => ({ ...h, 'x-slack-signature': (h['x-slack-signature'] ?? '').toLowerCase() }),
}
const cut = (value: string | undefined, at: RegExp) => (value ?? '').replace(at, '$1')

describe('the changes find a verifier that', () => {
  it.each(Object.entries(SLOPPY))('%s', async (_what, read) => {
    const { oracle } = (await import(`${ROOT}test/fuzz/oracles/slack.ts`)) as { oracle: Oracle }
    const random = createRandom(SEED)
    let accepted = 0
    for (let i = 0; i < 3_000 && accepted === 0; i++) {
      const { body, headers, atSeconds } = await attack(oracle, random, AT)
      if (await oracle.verify(body, like(read(headers)), atSeconds)) accepted += 1
    }
    expect(accepted).toBe(1)
  })
})

describe.each(names)(`the verifier of %s against requests that were changed (seed ${SEED})`, (name) => {
  const load = async () => {
    const file = `${ROOT}test/fuzz/oracles/${name}.ts`
    expect(existsSync(file), `verify.ts of ${name} needs an oracle in test/fuzz/oracles/${name}.ts`).toBe(true)
    return ((await import(file)) as { oracle: Oracle }).oracle
  }
  it(`refuses ${ATTACKS} of them, and throws at none`, { timeout: 600_000 }, async () => {
    const oracle = await load()
    const random = createRandom(SEED).fork(name)
    const kinds = new Set<string>()
    const statuses = new Map<number, number>()
    let overHttp = 0
    for (let i = 0; i < ATTACKS; i++) {
      const one = await attack(oracle, random, AT)
      kinds.add(one.kind)
      const shown = () => JSON.stringify({ ...one, body: Buffer.from(one.body).toString('latin1') })
      const verdict = await oracle.verify(one.body, like(one.headers), one.atSeconds).catch((error: unknown) => error)
      expect(verdict, shown()).toBe(false)
      const request = i % OVER_HTTP === 0 ? requestOf(one.body, one.headers) : null
      // A client drops spaces around a value, and then the value may be as it was.
      if (!request || [...request.headers].some(([k, v]) => one.headers[k] !== undefined && one.headers[k] !== v))
        continue
      const route = oracle.route(one.atSeconds)
      const { status } = await route.fetch(request)
      overHttp += 1
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      expect([400, 401, 403], shown()).toContain(status)
      expect(route.reached(), shown()).toBe(0)
    }
    expect(kinds.size).toBeGreaterThan(oracle.coversBody && oracle.proof.length > 1 ? 45 : 20)
    expect(overHttp).toBeGreaterThan(ATTACKS / OVER_HTTP / 2)
  })
  it(`accepts ${HONEST} honest ones, to the last second`, { timeout: 600_000 }, async () => {
    const oracle = await load()
    const random = createRandom(SEED).fork(`${name} honest`)
    for (let i = 0; i < HONEST; i++) {
      const body = Buffer.from(oracle.body(random))
      const headers = await oracle.sign(body, AT)
      const at = AT + random.pick([0, 1, (oracle.lateBySeconds ?? 1e9) - 1, 1 - (oracle.earlyBySeconds ?? 1e9)])
      expect(await oracle.verify(body, like(headers), at), JSON.stringify(headers)).toBe(true)
    }
  })
  it('is passed by an honest request on the route', async () => {
    const oracle = await load()
    const body = Buffer.from(oracle.body(createRandom(1)))
    const request = requestOf(body, await oracle.sign(body, AT))
    if (!request) throw new Error('an honest request could not be sent')
    const { status } = await oracle.route(AT).fetch(request)
    expect([401, 403, 500]).not.toContain(status)
  })
})
