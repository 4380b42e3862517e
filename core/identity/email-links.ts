import type { Account, JoinedAccount, WorkspaceAccount } from '#contract'
import type { Sql } from '../store/sql.ts'

type Query = Pick<Sql, 'query'>
export interface AccountRow {
  readonly workspace: string
  readonly plugin: string
  readonly accountId: string
}
export const fromRow = ({ workspace, plugin, accountId }: AccountRow): WorkspaceAccount => ({
  workspace,
  account: { plugin, id: accountId },
})
export const keyOf = ({ plugin, id }: Account) => `${plugin}:${id}`
export const isSame = (a: WorkspaceAccount, b: WorkspaceAccount) =>
  a.workspace === b.workspace && keyOf(a.account) === keyOf(b.account)
const listOf = (accounts: readonly WorkspaceAccount[]) =>
  JSON.stringify(
    accounts.map(({ workspace, account }) => ({ workspace, plugin: account.plugin, account_id: account.id })),
  )
const paramsOf = ({ workspace, account }: WorkspaceAccount) => [workspace, account.plugin, account.id]

/** Over the links of both kinds; whoever is reached by an address alone on every way is not proven. */
const JOINED = `
  with recursive reached(workspace, plugin, account_id, by_email) as (
    select $1::text, $2::text, $3::text, false
    union
    select n.workspace, n.plugin, n.account_id, r.by_email or n.by_email
    from reached r cross join lateral (
      select b.workspace, b.plugin, b.account_id, false as by_email
      from hub.links a join hub.links b on b.identity = a.identity
      where a.workspace = r.workspace and a.plugin = r.plugin and a.account_id = r.account_id
      union all
      select e.known_workspace, e.known_plugin, e.known_account_id, true from hub.email_links e
      where e.workspace = r.workspace and e.plugin = r.plugin and e.account_id = r.account_id
      and e.domain in (select value from json_array_elements_text($4::text::json))
      union all
      select e.workspace, e.plugin, e.account_id, true from hub.email_links e
      where e.known_workspace = r.workspace and e.known_plugin = r.plugin and e.known_account_id = r.account_id
      and e.domain in (select value from json_array_elements_text($4::text::json))
    ) n
  )
  select workspace, plugin, account_id as "accountId", not bool_and(by_email) as "isProven" from reached
  group by workspace, plugin, account_id order by not bool_and(by_email) desc, workspace, plugin, account_id limit 100`
const LISTED = (list: string) =>
  `(select workspace, plugin, account_id from json_to_recordset(${list}::text::json) as x(workspace text, plugin text, account_id text))`
const JOINER = '(workspace, plugin, account_id)'
const KNOWN = '(known_workspace, known_plugin, known_account_id)'

export type EmailLinks = ReturnType<typeof createEmailLinks>

/** What verified addresses joined. `domains`: those the operator trusts now; what others joined does not count. */
export function createEmailLinks(sql: Sql, domains: readonly string[]) {
  const trusted = JSON.stringify(domains)
  async function joined(who: WorkspaceAccount, on: Query = sql): Promise<readonly JoinedAccount[]> {
    const rows = await on.query<AccountRow & { isProven: boolean }>(JOINED, [...paramsOf(who), trusted])
    return rows.map((row) => ({ ...fromRow(row), isProven: row.isProven }))
  }
  const provenOf = async (who: WorkspaceAccount, on: Query) => (await joined(who, on)).filter((one) => one.isProven)
  return {
    joined,
    /** Has it answered a challenge, or asked one that was answered? */
    async isProven(who: WorkspaceAccount, on: Query = sql): Promise<boolean> {
      return (await provenOf(who, on)).length > 1
    },
    /** No address joins again what a person takes apart: `gone` from `who`, or oneself from everybody. */
    async remember(who: WorkspaceAccount, gone: WorkspaceAccount, on: Query): Promise<void> {
      const others = isSame(who, gone) ? (await joined(who, on)).filter((one) => !isSame(one, who)) : [who]
      await on.query(
        `insert into hub.unlinked (workspace, plugin, account_id, other_workspace, other_plugin, other_account_id)
         select $1, $2, $3, workspace, plugin, account_id from ${LISTED('$4')} x on conflict do nothing`,
        [...paramsOf(gone), listOf(others)],
      )
    },
    /** Cuts what addresses joined between the two; what is proven stands. */
    async cut(who: WorkspaceAccount, gone: WorkspaceAccount, on: Query): Promise<void> {
      const there = listOf(await provenOf(gone, on))
      if (!isSame(who, gone)) {
        await on.query(
          `delete from hub.email_links where (${JOINER} in ${LISTED('$1')} and ${KNOWN} in ${LISTED('$2')})
           or (${JOINER} in ${LISTED('$2')} and ${KNOWN} in ${LISTED('$1')})`,
          [listOf(await provenOf(who, on)), there],
        )
        if (!(await joined(who, on)).some((one) => isSame(one, gone))) return
      }
      // Joined through a third account.
      await on.query(`delete from hub.email_links where ${JOINER} in ${LISTED('$1')} or ${KNOWN} in ${LISTED('$1')}`, [
        there,
      ])
    },
    /** Did a person take an account of the one apart from an account of the other? */
    async isCut(one: WorkspaceAccount, other: WorkspaceAccount, on: Query): Promise<boolean> {
      const rows = await on.query(
        `select 1 from hub.unlinked where
         (${JOINER} in ${LISTED('$1')} and (other_workspace, other_plugin, other_account_id) in ${LISTED('$2')})
         or (${JOINER} in ${LISTED('$2')} and (other_workspace, other_plugin, other_account_id) in ${LISTED('$1')}) limit 1`,
        [listOf(await joined(one, on)), listOf(await joined(other, on))],
      )
      return rows.length > 0
    },
    /** Ends what an account's former address joined; `address` is the hash of the present one. Returns the other ends. */
    async dropStale(who: WorkspaceAccount, address: string | null): Promise<readonly WorkspaceAccount[]> {
      const rows = await sql.query<AccountRow>(
        `delete from hub.email_links where address is distinct from $4
         and ((workspace = $1 and plugin = $2 and account_id = $3)
           or (known_workspace = $1 and known_plugin = $2 and known_account_id = $3))
         returning case when workspace = $1 and plugin = $2 and account_id = $3 then known_workspace else workspace end as workspace,
           case when workspace = $1 and plugin = $2 and account_id = $3 then known_plugin else plugin end as plugin,
           case when workspace = $1 and plugin = $2 and account_id = $3 then known_account_id else account_id end as "accountId"`,
        [...paramsOf(who), address],
      )
      return rows.map(fromRow)
    },
    /** Was this account joined by this very job, which is run again? */
    async isMadeBy(jobId: string, { workspace, account }: WorkspaceAccount): Promise<boolean> {
      const rows = await sql.query(
        `select 1 from hub.email_links where job_id = $1::text::uuid and workspace = $2 and plugin = $3 and account_id = $4`,
        [jobId, workspace, account.plugin, account.id],
      )
      return rows.length > 0
    },
    /** Ends everything one address joined. */
    async dropAddress(address: string): Promise<void> {
      await sql.query('delete from hub.email_links where address = $1', [address])
    },
  }
}
