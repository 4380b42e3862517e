import { randomUUID } from 'node:crypto'
import type { Sql } from '../../core/store/sql.ts'

export const PEOPLE = ['ann', 'bob'] as const
export type Who = (typeof PEOPLE)[number]
export const NAMES: Readonly<Record<Who, string>> = { ann: 'Ann', bob: 'Bob' }

/** One platform as a tenant of the hub: its workspace, the channel on the page, and who speaks there. */
export interface Tenant {
  readonly plugin: string
  readonly workspace: string
  readonly channel: string
  readonly accounts: Readonly<Record<Who, string>>
}
export const PROJECT = 'shop'
export const REPOSITORY = 'octo/shop'

/** Where the demo begins: two maintainers who have linked their accounts, and a project that has its channels and its repository. */
export async function settleIn(sql: Sql, tenants: readonly Tenant[]): Promise<void> {
  const identities = { ann: randomUUID(), bob: randomUUID() }
  for (const { plugin, workspace, accounts } of tenants) {
    await sql.query(
      `insert into hub.workspaces (id, plugin, name, default_role) values ($1, $2, $2, 'member') on conflict do nothing`,
      [workspace, plugin],
    )
    for (const who of PEOPLE) {
      const person = randomUUID()
      await sql.query(`insert into hub.people (workspace, id, name, role) values ($1, $2, $3, 'maintainer')`, [
        workspace,
        person,
        NAMES[who],
      ])
      await sql.query(`insert into hub.accounts (workspace, plugin, account_id, person_id) values ($1, $2, $3, $4)`, [
        workspace,
        plugin,
        accounts[who],
        person,
      ])
      await sql.query(`insert into hub.links (workspace, plugin, account_id, identity) values ($1, $2, $3, $4)`, [
        workspace,
        plugin,
        accounts[who],
        identities[who],
      ])
    }
    const bind = (kind: string, at: string, targetWorkspace: string, target: string) =>
      sql.query(
        `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
         values ($1, $2, $3, $4, $5, $6, $5, '{}'::jsonb, 'demo')`,
        [workspace, kind, at, targetWorkspace, target, PROJECT],
      )
    await bind('repository', 'github', 'github:9919', REPOSITORY)
    for (const other of tenants) await bind('channel', other.plugin, other.workspace, other.channel)
  }
}
