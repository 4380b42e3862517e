import { lookup } from 'node:dns/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { HubError, isPublicAddress } from '#contract'

export interface Call {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export interface Limits {
  /** Hosts, with or without a port, whose address may be private. */
  readonly allowHosts: readonly string[]
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly resolve?: (host: string) => Promise<readonly string[]>
}
const MAX_REDIRECTS = 3
/** What only the first host was meant to see. */
const OWN = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key']
/** What says something of a body, and of the request that carried it: https://fetch.spec.whatwg.org/#request-body-header-name */
const OF_BODY = [
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'content-location',
  'transfer-encoding',
  'idempotency-key',
]

/**
 * Calls an address that a definition names. The name is resolved once and the connection goes to exactly what was checked, so that a name that
 * changes its address in between leads nowhere; every redirect is checked again.
 */
export async function call(first: Call, limits: Limits): Promise<Answer> {
  let now = first
  for (let hops = 0; ; hops++) {
    const url = readUrl(now.url)
    const address = await addressOf(url, limits)
    const answer = await send(now, url, address, limits)
    const location = answer.headers.location
    if (answer.status < 300 || answer.status > 399 || location === undefined) return answer
    if (hops >= MAX_REDIRECTS)
      throw new HubError('UNSUPPORTED', `${url.host} redirects more than ${MAX_REDIRECTS} times`)
    const next = readUrl(new URL(location, url).href)
    const same = next.origin === url.origin
    const keeps = answer.status === 307 || answer.status === 308
    const dropped = [...(same ? [] : OWN), ...(keeps ? [] : OF_BODY)]
    now = {
      url: next.href,
      method: keeps || now.method === 'HEAD' ? now.method : 'GET',
      body: keeps ? now.body : null,
      headers: without(dropped, now.headers),
    }
  }
}

function readUrl(text: string): URL {
  if (!URL.canParse(text)) throw new HubError('INPUT_INVALID', `“${text.slice(0, 100)}” is no address`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new HubError('INPUT_INVALID', `${url.protocol}// is not called: use https://`)
  if (url.username !== '' || url.password !== '')
    throw new HubError('INPUT_INVALID', 'an address with a password in it is not called: send a header')
  return url
}

async function addressOf(url: URL, { allowHosts, resolve = resolveAll }: Limits): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) ? [host] : await resolve(host)
  const [address] = found
  if (address === undefined) throw new HubError('UNAVAILABLE', `${host} has no address`)
  const allowed = allowHosts.includes(url.host.toLowerCase()) || allowHosts.includes(host.toLowerCase())
  // All of them: one private address among public ones is how a name gets around this.
  if (!allowed && !found.every(isPublicAddress))
    throw new HubError(
      'FORBIDDEN',
      `${host} is an address of a private network: name it in WORKFLOW_ALLOW_HOSTS to allow it`,
    )
  return address
}
async function resolveAll(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)
  } catch (cause) {
    throw new HubError('UNAVAILABLE', `${host} cannot be found`, { cause })
  }
}

function send(now: Call, url: URL, address: string, { maxBytes, signal }: Limits): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const family = isIP(address)
  const outgoing = request(
    url,
    {
      method: now.method,
      headers: { ...now.headers, 'accept-encoding': 'identity' },
      signal,
      agent: false,
      // The connection goes where the check looked.
      lookup: (_host, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
    },
    (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) {
          incoming.destroy()
          reject(
            new HubError('TOO_LARGE', `${url.host} answered with more than ${maxBytes.toLocaleString('en')} bytes`),
          )
        } else chunks.push(chunk)
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        const headers = Object.fromEntries(
          Object.entries(incoming.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        )
        resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') })
      })
    },
  )
  outgoing.on('error', (cause) => {
    if (signal.aborted) reject(signal.reason)
    else reject(new HubError('UNAVAILABLE', `${url.host} did not answer: ${cause.message}`, { cause }))
  })
  outgoing.end(now.body ?? undefined)
  return promise
}
function without(dropped: readonly string[], headers: Call['headers']): Call['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name.toLowerCase())))
}
