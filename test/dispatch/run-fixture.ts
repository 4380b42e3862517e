import { vi } from 'vitest'
import type { CommandInput, Context, Person, Place, Role } from '#contract'
import type { CommandCatalog } from '../../core/dispatch/catalog.ts'
import { createSigner } from '../../core/dispatch/confirm.ts'
import { type Grants, runCommand } from '../../core/dispatch/run.ts'
import type { AuditEntry } from '../../core/identity/store.ts'

export const NOW_MS = Date.UTC(2026, 0, 5, 9, 0)

export function personOf(role: Role | null, id = 'U1'): Person {
  return { id: `person-${id}`, name: `Name of ${id}`, role, account: { plugin: 'acme', id } }
}
/** A directory in memory that keeps what is written to it. */
export function createGrants(admins: readonly string[] = ['Ada', 'Grace']) {
  const entries: AuditEntry[] = []
  const spent = new Map<string, string>()
  const sharings = new Set<string>()
  const grants: Grants = {
    standing: async () => ({ role: 'member', from: 'default', defaultRole: 'member' }),
    admins: async () => admins,
    audit: async (entry) => void entries.push(entry),
    async spendConfirmation(workspace, code, jobId) {
      const key = `${workspace} ${code}`
      if (!spent.has(key)) spent.set(key, jobId)
      return spent.get(key) === jobId
    },
    projectRole: async (_workspace, project) => (project === 'payments' ? 'maintainer' : null),
    isShared: async (...shared) => sharings.has(JSON.stringify(shared)),
    share: async (workspace, subject, audience) => void sharings.add(JSON.stringify([workspace, subject, audience])),
  }
  return { grants, entries }
}
export function contextOf(person: Person, jobId: string, workspace = 'acme:W1', place: Place | null = null) {
  const audit = vi.fn<Context['audit']>(async () => undefined)
  const refuse = () => Promise.reject(new Error('not part of this test'))
  const silent = () => undefined
  const ctx: Context = {
    jobId,
    attempt: 1,
    workspace,
    actor: person,
    place,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    signal: new AbortController().signal,
    progress: refuse,
    send: refuse,
    show: refuse,
    enqueue: refuse,
    publish: refuse,
    audit,
  }
  return { ctx, audit }
}

export interface Said {
  readonly as: Person
  readonly jobId?: string
  readonly workspace?: string
  readonly atMs?: number
  readonly place?: Place
}
/** Says lines to a catalog as different people, each as a job of its own. */
export function createDesk(catalog: CommandCatalog, { grants, entries } = createGrants()) {
  let jobs = 0
  const signConfirm = createSigner('a secret of this test', 'confirm')
  return {
    entries,
    async say(input: CommandInput, { as, jobId = `job-${++jobs}`, workspace = 'acme:W1', atMs = NOW_MS, place }: Said) {
      const { ctx, audit } = contextOf(as, jobId, workspace, place)
      const message = await runCommand({
        catalog,
        call: { input },
        person: as,
        ctx,
        grants,
        signConfirm,
        receivedAtMs: atMs,
      })
      return { message, audited: audit.mock.calls }
    },
  }
}
