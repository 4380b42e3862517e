import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { HubError, isPublicAddress } from '#contract'

export type Resolve = (host: string) => Promise<readonly string[]>
export const resolveAll: Resolve = async (host) => {
  try {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)
  } catch (cause) {
    throw new HubError('UNAVAILABLE', `${host} cannot be found`, { cause })
  }
}

/** What can be told of an address without asking anybody. */
export function readUrl(text: string): URL {
  if (!URL.canParse(text)) throw new HubError('INPUT_INVALID', `“${text.slice(0, 100)}” is no address: write https://…`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new HubError('INPUT_INVALID', `${url.protocol}// is not called: use https://`)
  if (url.username !== '' || url.password !== '')
    throw new HubError(
      'INPUT_INVALID',
      'An address with a password in it is not called: what is sent is signed instead',
    )
  return url
}

/** Where the connection goes: the name is resolved once, and every address it has must be public. Hosts on the list may be private. */
export async function addressOf(url: URL, allowHosts: readonly string[], resolve: Resolve): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const found = isIP(host) ? [host] : await resolve(host)
  const [address] = found
  if (address === undefined) throw new HubError('UNAVAILABLE', `${host} has no address`)
  const isAllowed = allowHosts.includes(host) || allowHosts.includes(url.host.toLowerCase())
  // One private address among public ones is how a name gets around this.
  if (!isAllowed && !found.every(isPublicAddress))
    throw new HubError(
      'FORBIDDEN',
      `${host} is an address of a private network: name it in DEPLOY_WEBHOOK_ALLOW_HOSTS to allow it`,
    )
  return address
}
