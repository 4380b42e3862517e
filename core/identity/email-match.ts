import type { Context, Place, Profile, WorkspaceAccount } from '#contract'
import type { Sql } from '../store/sql.ts'
import { masked, type TrustedAddress, trustedAddress } from './address.ts'
import { type AccountRow, type EmailLinks, fromRow, isSame, keyOf } from './email-links.ts'
import type { AuditEntry, CoreDirectory } from './store.ts'

const MOST_ALIKE = 10
const MOST_ACCOUNTS = 20

export interface Party {
  readonly who: WorkspaceAccount
  readonly name: string
  /** Where it was heard last; null: in no place. */
  readonly place: Place | null
}
/** What an address joined to whom. */
export interface Match {
  readonly joined: Party
  readonly known: Party
  /** 'a…@example.com' */
  readonly address: string
}
interface Alike extends AccountRow {
  readonly name: string
  readonly place: Place | null
}
export interface EmailMatchDeps {
  readonly sql: Sql
  readonly people: Pick<CoreDirectory, 'audit'>
  readonly emails: EmailLinks
  /** What the platform says now. Rejects where it cannot be asked: then nothing is joined. */
  profileOf(who: WorkspaceAccount): Promise<Profile | null>
  /** Keyed: without the hub's key no address can be guessed from it. */
  hash(address: string): string
  /** In lower case; those the operator trusts. */
  readonly domains: readonly string[]
}
export type MatchEmail = (ctx: Pick<Context, 'workspace' | 'actor' | 'place' | 'jobId'>) => Promise<Match | null>

/**
 * Joins the account of a job to the one with the same verified address, once. Both are asked about anew, and of each platform's workspace one
 * account alone may have the address: what two claim belongs to nobody.
 */
export function createEmailMatch({ sql, people, emails, profileOf, hash, domains }: EmailMatchDeps): MatchEmail {
  const trusted = async (who: WorkspaceAccount): Promise<(TrustedAddress & { readonly hash: string }) | null> => {
    const found = trustedAddress(await profileOf(who), domains)
    return found && { ...found, hash: hash(found.address) }
  }
  const entry = (
    at: WorkspaceAccount,
    rest: Pick<AuditEntry, 'action' | 'subject' | 'outcome' | 'jobId' | 'detail'>,
  ): AuditEntry => ({ workspace: at.workspace, actor: keyOf(at.account), ...rest })

  /** What was joined by an address that is not theirs any more ends. */
  async function settle(who: WorkspaceAccount, address: string | null, jobId: string): Promise<void> {
    for (const other of await emails.dropStale(who, address)) {
      const detail = { by: 'email', reason: 'the platform does not vouch for that address any more' }
      const rest = { action: 'unlink', outcome: 'done', jobId, detail } as const
      await people.audit(entry(who, { ...rest, subject: keyOf(other.account) }))
      await people.audit(entry(other, { ...rest, subject: keyOf(who.account) }))
    }
  }
  async function alike(who: WorkspaceAccount, address: string): Promise<readonly Alike[]> {
    const rows = await sql.query<Alike>(
      `select workspace, plugin, account_id as "accountId", name, place from hub.addresses
       where address = $1 order by created_at, workspace, account_id limit ${MOST_ALIKE + 2}`,
      [address],
    )
    return rows.filter((row) => !isSame(fromRow(row), who))
  }
  /** Those of them whose platforms still vouch for it. */
  async function stillAlike(found: readonly Alike[], address: string, jobId: string): Promise<readonly Alike[]> {
    const kept: Alike[] = []
    for (const one of found) {
      const now = await trusted(fromRow(one))
      if (now?.hash === address) {
        kept.push(one)
        continue
      }
      await sql.query(
        `update hub.addresses set address = $4, checked_at = clock_timestamp()
         where workspace = $1 and plugin = $2 and account_id = $3`,
        [one.workspace, one.plugin, one.accountId, now?.hash ?? null],
      )
      await settle(fromRow(one), now?.hash ?? null, jobId)
    }
    return kept
  }
  async function join(
    joiner: WorkspaceAccount,
    known: WorkspaceAccount,
    mine: TrustedAddress & { readonly hash: string },
    jobId: string,
  ): Promise<boolean> {
    const isNew = await sql.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('hub.links'))`, [])
      // Asked again under the lock: meanwhile a person may have linked or unlinked them.
      if ((await emails.isProven(joiner, tx)) || (await emails.isCut(joiner, known, tx))) return false
      if ((await emails.joined(known, tx)).length >= MOST_ACCOUNTS) return false
      const rows = await tx.query(
        `insert into hub.email_links
         (workspace, plugin, account_id, known_workspace, known_plugin, known_account_id, address, domain, job_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::uuid) on conflict do nothing returning job_id`,
        [
          ...[joiner, known].flatMap(({ workspace, account }) => [workspace, account.plugin, account.id]),
          ...[mine.hash, mine.domain, jobId],
        ],
      )
      return rows.length > 0
    })
    if (!isNew) return false
    const detail = { by: 'email', rule: 'HUB_LINK_EMAIL_DOMAINS', address: masked(mine) }
    const rest = { action: 'link', outcome: 'done', jobId, detail } as const
    await people.audit(entry(joiner, { ...rest, subject: keyOf(known.account) }))
    await people.audit(entry(known, { ...rest, subject: keyOf(joiner.account) }))
    return true
  }

  return async ({ workspace, actor, place, jobId }) => {
    const who: WorkspaceAccount = { workspace, account: actor.account }
    const mine = await trusted(who)
    const heardAt = place === null ? null : withoutTicket(place)
    await sql.query(
      `insert into hub.addresses as a (workspace, plugin, account_id, address, name, place)
       values ($1, $2, $3, $4, $5, $6::text::jsonb)
       on conflict (workspace, plugin, account_id) do update set address = excluded.address, name = excluded.name,
         place = coalesce(excluded.place, a.place), checked_at = clock_timestamp()`,
      [
        workspace,
        who.account.plugin,
        who.account.id,
        mine?.hash ?? null,
        actor.name,
        heardAt && JSON.stringify(heardAt),
      ],
    )
    await settle(who, mine?.hash ?? null, jobId)
    if (mine === null) return null
    const found = await alike(who, mine.hash)
    const others = found.length > MOST_ALIKE ? found : await stillAlike(found, mine.hash, jobId)
    const homes = [who, ...others.map(fromRow)].map((one) => `${one.workspace} ${one.account.plugin}`)
    if (others.length > MOST_ALIKE || new Set(homes).size < homes.length) {
      await emails.dropAddress(mine.hash)
      await people.audit(
        entry(who, {
          action: 'link by e-mail',
          subject: masked(mine),
          outcome: 'denied',
          jobId,
          detail: { reason: 'several accounts of one workspace have this address', accounts: homes.length },
        }),
      )
      return null
    }
    const me: Party = { who, name: actor.name, place: heardAt }
    const mates = await emails.joined(who)
    const isProven = await emails.isProven(who)
    for (const one of others) {
      const other = fromRow(one)
      // Whoever has answered a challenge stays where that put them: the other one is joined to them.
      const them: Party = { who: other, name: one.name, place: one.place }
      const [joined, known] = isProven ? [them, me] : [me, them]
      const match: Match = { joined, known, address: masked(mine) }
      if (mates.some((mate) => isSame(mate, other))) {
        if (await emails.isMadeBy(jobId, joined.who)) return match
        continue
      }
      if (await join(joined.who, known.who, mine, jobId)) return match
    }
    return null
  }
}

/** A reply handle is good for minutes, and a thread is no place for what is somebody's own. */
function withoutTicket({ plugin, workspace, channel, visibility }: Place): Place {
  return { plugin, workspace, channel, visibility }
}
