import { createPrivateKey, createSign, type KeyObject } from 'node:crypto'
import { HubError } from '#contract'
import type { GitHubConfig } from './config.ts'

/** GitHub takes at most ten minutes, and its clock may be ahead of ours: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
const JWT_SECONDS = 540
const SKEW_SECONDS = 60
/** A token is renewed while it is still good. */
const RENEW_BEFORE_MS = 5 * 60_000
/** A token that is refused right after it was made was not taken back meanwhile. */
const FRESH_MS = 60_000

/** Asks GitHub with the app's own proof. */
export type AppCall = (route: string, parameters: Record<string, unknown>, jwt: string) => Promise<unknown>

/** A repository, or an owner by the number that GitHub gave them. */
export type Installed = { readonly owner: string; readonly repo: string } | { readonly ownerId: number }
export interface Auth {
  /** The `authorization` header for requests about what an installation covers, or about the app itself. */
  headerFor(installed: Installed | null): Promise<string>
  /** GitHub refused this header. True: another one may do, since it carried a token that was made some time ago and is forgotten now. */
  refused(installed: Installed | null, header: string): Promise<boolean>
}
/** Installations of one app that are looked through for an owner. */
const MAX_PAGES = 10
const PAGE = 100

export function createAuth(config: GitHubConfig, call: AppCall, now: () => number = Date.now): Auth {
  const { token, appId, privateKey } = config
  if (token !== undefined) return { headerFor: async () => `Bearer ${token}`, refused: async () => false }
  const key = readKey(privateKey ?? '')
  const installations = new Map<string, Promise<number>>()
  const tokens = new Map<
    number,
    Promise<{ readonly token: string; readonly madeMs: number; readonly expiresAtMs: number }>
  >()
  const jwt = () => signJwt(appId ?? '', key, Math.floor(now() / 1_000))

  const installationOf = (owner: string, repo: string): Promise<number> =>
    kept(installations, owner.toLowerCase(), async () => {
      const found = await call('GET /repos/{owner}/{repo}/installation', { owner, repo }, jwt())
      return Number((found as { id?: unknown }).id)
    })
  /** https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app */
  const installationAt = (ownerId: number): Promise<number> =>
    kept(installations, String(ownerId), async () => {
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const listed = await call('GET /app/installations', { per_page: PAGE, page }, jwt())
        const all = Array.isArray(listed) ? (listed as { id?: unknown; account?: { id?: unknown } | null }[]) : []
        const found = all.find(({ account }) => account?.id === ownerId)
        if (found) return Number(found.id)
        if (all.length < PAGE) break
      }
      throw new HubError('NOT_FOUND', `the app is not installed for the owner with the number ${ownerId}`)
    })
  const tokenOf = (installation: number) =>
    kept(tokens, installation, async () => {
      const made = await call(
        'POST /app/installations/{installation_id}/access_tokens',
        { installation_id: installation },
        jwt(),
      )
      const { token: text, expires_at } = made as { token?: unknown; expires_at?: unknown }
      if (typeof text !== 'string')
        throw new HubError('UNAVAILABLE', 'GitHub gave no token for the installation of the app')
      return { token: text, madeMs: now(), expiresAtMs: Date.parse(String(expires_at)) }
    })
  const keyOf = (installed: Installed) =>
    'ownerId' in installed ? String(installed.ownerId) : installed.owner.toLowerCase()
  const installationFor = (installed: Installed) =>
    'ownerId' in installed ? installationAt(installed.ownerId) : installationOf(installed.owner, installed.repo)
  const tokenFor = async (installation: number): Promise<string> => {
    const known = await tokenOf(installation)
    if (known.expiresAtMs - now() > RENEW_BEFORE_MS) return known.token
    tokens.delete(installation)
    return (await tokenOf(installation)).token
  }
  return {
    async headerFor(installed) {
      if (installed === null) return `Bearer ${jwt()}`
      const installation = await installationFor(installed)
      try {
        return `Bearer ${await tokenFor(installation)}`
      } catch (error) {
        if (!(error instanceof HubError) || error.code !== 'NOT_FOUND') throw error
        // Somebody took the app away, and may have installed it again: then it has another number.
        installations.delete(keyOf(installed))
        const found = await installationFor(installed)
        if (found === installation) throw error
        return `Bearer ${await tokenFor(found)}`
      }
    },
    async refused(installed, header) {
      if (installed === null) return false
      const installation = await installations.get(keyOf(installed))
      const known = installation && (await tokens.get(installation))
      // Another request had it renewed meanwhile.
      if (!known || `Bearer ${known.token}` !== header) return true
      tokens.delete(installation)
      return now() - known.madeMs > FRESH_MS
    },
  }
}
/** Requests that come together ask once; a failure is not kept. */
function kept<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = map.get(key)
  if (known) return known
  const made = make()
  map.set(key, made)
  made.catch(() => map.delete(key))
  return made
}
function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new HubError(
      'CONFIG_INVALID',
      'GITHUB_PRIVATE_KEY cannot be read: paste the whole PEM file that GitHub generated',
    )
  }
}
function signJwt(appId: string, key: KeyObject, nowSeconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iat: nowSeconds - SKEW_SECONDS, exp: nowSeconds + JWT_SECONDS, iss: appId }
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
}
