import type { Account } from '#contract'
import { gather } from '../gather.ts'
import type { Sql } from '../store/sql.ts'
import type { PersonRow } from './person.ts'

// The same join as the directory's, for many accounts at once: a busy worker asks about each job it begins.
const LOOK_UP = `
  select w.default_role as "defaultRole", p.id as "personId", p.name, p.role, r.n
  from json_to_recordset($1::text::json) as r(n int, workspace text, plugin text, account_id text)
  join hub.workspaces w on w.id = r.workspace
  left join hub.accounts a on a.workspace = w.id and a.plugin = r.plugin and a.account_id = r.account_id
  left join hub.people p on p.workspace = a.workspace and p.id = a.person_id`

export type LookUpPerson = (who: { readonly workspace: string; readonly account: Account }) => Promise<PersonRow | null>

/** Roles of this moment, never cached; lookups that come together share one statement. */
export function createLookUp(sql: Sql): LookUpPerson {
  const one = gather<{ workspace: string; account: Account }, { row: PersonRow | null }>(
    async (batch) => {
      const asked = batch.map(({ workspace, account }, n) => ({
        n,
        workspace,
        plugin: account.plugin,
        account_id: account.id,
      }))
      const rows = await sql.query<PersonRow & { n: number }>(LOOK_UP, [JSON.stringify(asked)])
      const found = new Map(rows.map((row) => [row.n, row]))
      return batch.map((_, n) => ({ row: found.get(n) ?? null }))
    },
    { max: 100, width: 2 },
  )
  return async (who) => (await one(who)).row
}
