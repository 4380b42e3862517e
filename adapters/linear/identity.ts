import type { Log } from '#contract'
import type { LinearClient } from './client.ts'
import { whoAmI } from './documents.ts'

export interface Identity {
  readonly userId: string
  readonly name: string
  readonly organizationId: string
  readonly organization: string
  readonly urlKey: string
}
/** Whose key it is. Known from the first answer on; Linear tells nobody else. */
export interface Identities {
  get(signal?: AbortSignal): Promise<Identity>
  /** From memory; null until the first answer, which this asks for. */
  peek(): Identity | null
}
export function createIdentities(client: LinearClient, log: Log): Identities {
  let known: Identity | null = null
  let asking: Promise<Identity> | null = null
  const ask = async (signal?: AbortSignal): Promise<Identity> => {
    const { viewer, organization } = await client.call(
      whoAmI,
      {},
      { what: 'whose key it is', ...(signal === undefined ? {} : { signal }) },
    )
    known = {
      userId: viewer.id,
      name: viewer.name,
      organizationId: organization.id,
      organization: organization.name,
      urlKey: organization.urlKey,
    }
    return known
  }
  return {
    get: async (signal) => known ?? ask(signal),
    peek() {
      if (known !== null) return known
      asking ??= ask().finally(() => {
        asking = null
      })
      asking.catch((error: Error) => log.info({ error: error.message }, 'Linear has not said yet whose key it is'))
      return null
    },
  }
}
/** An app acts under the id of its client in some deliveries, and of its user in others; its name is the same. */
export function isSelf(
  identity: Identity | null,
  actor:
    | { readonly id: string; readonly name?: string | undefined; readonly type?: string | undefined }
    | null
    | undefined,
): boolean {
  if (identity === null || !actor) return false
  return actor.id === identity.userId || (/^oauth/i.test(actor.type ?? '') && actor.name === identity.name)
}
