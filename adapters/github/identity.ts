import { HubError } from '#contract'
import type { GitHubClient } from './client.ts'

const TIMEOUT_MS = 5_000

/** Whose name stands under what the hub writes. */
export interface Identity {
  login(signal?: AbortSignal): Promise<string>
}
export function createIdentity(client: GitHubClient): Identity {
  let known: Promise<string> | undefined
  const ask = async (signal: AbortSignal | undefined) => {
    const route = client.kind === 'app' ? 'GET /app' : 'GET /user'
    const limit = AbortSignal.timeout(TIMEOUT_MS)
    const found = await client.call({
      route,
      repository: null,
      what: 'who the hub is on GitHub',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
    const { slug, login } = found as { slug?: unknown; login?: unknown }
    // The account of an app: https://docs.github.com/en/apps/creating-github-apps/about-creating-github-apps
    if (client.kind === 'app' && typeof slug === 'string') return `${slug}[bot]`
    if (typeof login === 'string') return login
    throw new HubError('UNAVAILABLE', 'GitHub does not tell who the hub is')
  }
  return {
    async login(signal) {
      known ??= ask(signal)
      try {
        return await known
      } catch (error) {
        known = undefined
        throw error
      }
    },
  }
}
