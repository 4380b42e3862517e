import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { HubError } from '#contract'

/** Addresses that no public service has: https://www.iana.org/assignments/iana-ipv4-special-registry and its sibling for IPv6. */
const inside = new BlockList()
const V4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
  192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`
const V6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20'
for (const [list, family] of [
  [V4, 'ipv4'],
  [V6, 'ipv6'],
] as const)
  for (const net of list.split(/\s+/)) {
    const [address = '', bits] = net.split('/')
    inside.addSubnet(address, Number(bits), family)
  }
/** All that is given out; wrapped IPv4 lies outside and leads around no list. */
const given = new BlockList()
given.addSubnet('2000::', 3, 'ipv6')

export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !inside.check(address, 'ipv4')
  return family === 6 && given.check(address, 'ipv6') && !inside.check(address, 'ipv6')
}

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
