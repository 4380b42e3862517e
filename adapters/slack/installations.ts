import { z } from 'zod'
import { HubError, type KeyValue } from '#contract'
import { notInstalled, type Tokens } from './tokens.ts'

/** How long another process may go on with what this one has seen; Slack itself refuses a removed token at once. */
const FRESH_MS = 30_000
/** Slack tells the second in which something happened. */
const SECOND_MS = 1_000
const MOST_KEPT = 10_000
/** Slack's words for a token that will never work again, and for a workspace that its organisation took the app from. */
const DEAD = /^(?:token_revoked|account_inactive)$/
const WITHDRAWN = /^(?:team_access_not_granted|org_login_required)$/

const installed = z.object({
  token: z.string().min(1),
  name: z.string(),
  botUser: z.string(),
  scopes: z.string(),
  installedAtMs: z.number(),
})
export type Installation = z.output<typeof installed>
const removed = z.object({ removedAtMs: z.number(), name: z.string() })
/** A workspace of an Enterprise Grid whose whole organisation has the app. */
const member = z.object({ enterprise: z.string().min(1) })
const record = z.union([installed, removed, member])
type Record = z.output<typeof record>

/** Where the app is installed: a token for each workspace or organisation, sealed in the hub's own store. */
export interface Installations extends Tokens {
  /** `id`: a team's, or an organisation's where the app was installed in all of it. */
  save(id: string, installation: Installation): Promise<void>
  /** Uninstalled or revoked at that time. False: that was before the app was installed again, or there was nothing. */
  remove(id: string, atMs: number): Promise<boolean>
  /** A delivery from a workspace that has the app through its organisation. */
  meet(team: string, enterprise: string): Promise<void>
  /** Throws UNAUTHENTICATED where the app is not installed. */
  check(workspace: string): Promise<void>
}

export function createInstallations(kv: KeyValue, installUrl: string, now: () => number = Date.now): Installations {
  // Only what works is remembered: an installation made by another process counts at once.
  const known = new Map<string, { readonly record: Record; readonly atMs: number }>()
  const keyOf = (id: string) => `install:${id}`
  const read = async (id: string): Promise<Record | null> => {
    const fresh = known.get(id)
    if (fresh && now() - fresh.atMs < FRESH_MS) return fresh.record
    known.delete(id)
    const parsed = record.safeParse(await stored(kv.get(keyOf(id))))
    if (!parsed.success) return null
    if (!('removedAtMs' in parsed.data)) remember(id, parsed.data)
    return parsed.data
  }
  const remember = (id: string, found: Record) => {
    if (known.size >= MOST_KEPT) known.clear()
    known.set(id, { record: found, atMs: now() })
  }
  const write = async (id: string, next: Record) => {
    await stored(kv.set(keyOf(id), next))
    known.delete(id)
  }
  /** Follows a workspace to its organisation. */
  const find = async (workspace: string): Promise<{ id: string; found: Installation }> => {
    const team = teamOf(workspace)
    const own = await read(team)
    const id = own && 'enterprise' in own ? own.enterprise : team
    const found = id === team ? own : await read(id)
    if (found && 'token' in found) return { id, found }
    const name = found && 'removedAtMs' in found ? found.name : ''
    throw notInstalled(name === '' ? 'this Slack workspace' : `the Slack workspace ${name}`, installUrl)
  }
  const remove: Installations['remove'] = async (id, atMs) => {
    const found = await read(id)
    // Slack may deliver the end of an earlier installation after the beginning of the next one.
    if (!found || !('token' in found) || found.installedAtMs > atMs + SECOND_MS) return false
    await write(id, { removedAtMs: atMs, name: found.name })
    return true
  }
  return {
    remove,
    save: write,
    async meet(team, enterprise) {
      const found = await read(team)
      if (found && ('token' in found || ('enterprise' in found && found.enterprise === enterprise))) return
      await write(team, { enterprise })
    },
    check: async (workspace) => void (await find(workspace)),
    of: async (workspace) => (await find(workspace)).found.token,
    async refused(workspace, token, reason) {
      const cure = `install the app again: ${installUrl}`
      if (WITHDRAWN.test(reason))
        return { cure: 'have an administrator of the organisation add the workspace to the app', isFinal: true }
      if (!DEAD.test(reason)) return { cure, isFinal: false }
      const team = teamOf(workspace)
      known.delete(team)
      const own = await read(team)
      const id = own && 'enterprise' in own ? own.enterprise : team
      known.delete(id)
      const found = await read(id)
      // Somebody may have installed it again meanwhile: then the next attempt goes out with the new token.
      if (found && 'token' in found && found.token !== token) return { cure, isFinal: false }
      await remove(id, now())
      return { cure, isFinal: true }
    },
  }
}
/** Nothing was sent yet: what waits for the database may simply be tried again. */
async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw cause instanceof HubError
      ? cause
      : new HubError('UNAVAILABLE', 'The installations of the Slack app cannot be read right now', { cause })
  }
}
function teamOf(workspace: string): string {
  return workspace.slice(workspace.indexOf(':') + 1)
}
