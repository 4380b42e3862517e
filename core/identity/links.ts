import { randomBytes, randomUUIDv7, timingSafeEqual } from 'node:crypto'
import { HubError, type Links, type Profile, type WorkspaceAccount } from '#contract'
import type { Sql } from '../store/sql.ts'
import { type AccountRow, createEmailLinks, type EmailLinks, fromRow, isSame, keyOf } from './email-links.ts'
import type { CoreDirectory } from './store.ts'

const MINUTES = 10
/** Codes one account may ask for, and wrong ones it may type, within those minutes. */
const MOST_TRIES = 5
const MOST_ACCOUNTS = 20
/** Without characters that look like others. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const NONCE_LENGTH = 10
const MAC_LENGTH = 8

const letters = (bytes: Uint8Array, length: number) =>
  Array.from(bytes.subarray(0, length), (byte) => ALPHABET[byte % ALPHABET.length]).join('')

export function createLinks(deps: {
  readonly sql: Sql
  readonly people: Pick<CoreDirectory, 'audit'>
  /** The hub's key. */
  sign(text: string): Uint8Array
  /** What the platform says of an account; null when it says nothing. */
  profileOf(who: WorkspaceAccount): Promise<Profile | null>
  /** What addresses joined; absent: nothing. */
  readonly emails?: EmailLinks
}): Links {
  const { sql, people, emails = createEmailLinks(sql, []) } = deps

  async function refuseBot(who: WorkspaceAccount): Promise<void> {
    // Asked each time and never guessed: when the platform is away, nobody is linked.
    const profile = await deps.profileOf(who)
    if (profile?.isBot) throw new HubError('FORBIDDEN', 'A bot is nobody: only people link their accounts')
  }
  const macOf = (nonce: string, { workspace, account }: WorkspaceAccount) =>
    letters(deps.sign(JSON.stringify([nonce, workspace, account.plugin, account.id])), MAC_LENGTH)
  const isGenuine = (mac: string, nonce: string, who: WorkspaceAccount) => {
    const [given, expected] = [Buffer.from(mac), Buffer.from(macOf(nonce, who))]
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
  const tellAudit = (
    who: WorkspaceAccount,
    subject: string,
    outcome: 'done' | 'denied',
    action = 'link',
    jobId: string | null = null,
  ) =>
    people.audit({ workspace: who.workspace, actor: keyOf(who.account), action, subject, outcome, jobId, detail: {} })

  async function refuseGuessing(who: WorkspaceAccount): Promise<void> {
    // Over the newest records alone, so that a long history costs nothing.
    const [row] = await sql.query<{ n: number }>(
      `select count(*)::int as n from (select * from hub.audit where workspace = $1 order by seq desc limit 1000) a
       where actor = $2 and action = 'link' and outcome = 'denied' and at > clock_timestamp() - $3::int * interval '1 minute'`,
      [who.workspace, keyOf(who.account), MINUTES],
    )
    if ((row?.n ?? 0) >= MOST_TRIES)
      throw new HubError('CONFLICT', `Too many codes that did not hold. Try again in ${MINUTES} minutes.`)
  }
  async function of(who: WorkspaceAccount): Promise<readonly WorkspaceAccount[]> {
    const rows = await sql.query<AccountRow>(
      `select l.workspace, l.plugin, l.account_id as "accountId" from hub.links me
       join hub.links l on l.identity = me.identity
       where me.workspace = $1 and me.plugin = $2 and me.account_id = $3 order by l.created_at, l.plugin limit 100`,
      [who.workspace, who.account.plugin, who.account.id],
    )
    return rows.length > 0 ? rows.map(fromRow) : [who]
  }
  /** Both under one identity; whole groups come together, since each account in them was proven. */
  async function join(one: WorkspaceAccount, other: WorkspaceAccount): Promise<void> {
    await sql.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('hub.links'))`, [])
      const identityOf = async ({ workspace, account }: WorkspaceAccount): Promise<string> => {
        const [row] = await tx.query<{ identity: string }>(
          `insert into hub.links (workspace, plugin, account_id, identity) values ($1, $2, $3, $4::text::uuid)
           on conflict (workspace, plugin, account_id) do update set workspace = excluded.workspace returning identity`,
          [workspace, account.plugin, account.id, randomUUIDv7()],
        )
        if (!row) throw new HubError('UNAVAILABLE', 'the link could not be stored')
        return row.identity
      }
      const [kept, merged] = [await identityOf(one), await identityOf(other)]
      await tx.query('update hub.links set identity = $1::text::uuid where identity = $2::text::uuid', [kept, merged])
      const [row] = await tx.query<{ n: number }>(
        'select count(*)::int as n from hub.links where identity = $1::text::uuid',
        [kept],
      )
      if ((row?.n ?? 0) > MOST_ACCOUNTS)
        throw new HubError('CONFLICT', `At most ${MOST_ACCOUNTS} accounts are one person: unlink one first`)
    })
  }

  return {
    of,
    async challenge(who, name) {
      await refuseBot(who)
      const { workspace, account } = who
      const [row] = await sql.query<{ n: number }>(
        `select count(*)::int as n from hub.link_codes where workspace = $1 and plugin = $2 and account_id = $3
         and expires_at > clock_timestamp()`,
        [workspace, account.plugin, account.id],
      )
      if ((row?.n ?? 0) >= MOST_TRIES)
        throw new HubError('CONFLICT', `You have ${MOST_TRIES} open codes already: use one, or wait ${MINUTES} minutes`)
      const nonce = letters(randomBytes(NONCE_LENGTH), NONCE_LENGTH)
      await sql.query('delete from hub.link_codes where expires_at < clock_timestamp()', [])
      await sql.query(
        `insert into hub.link_codes (nonce, workspace, plugin, account_id, name, expires_at)
         values ($1, $2, $3, $4, $5, clock_timestamp() + $6::int * interval '1 minute')`,
        [nonce, workspace, account.plugin, account.id, name, MINUTES],
      )
      return { code: nonce + macOf(nonce, who), minutes: MINUTES }
    },
    async answer(who, code, jobId) {
      await refuseBot(who)
      await refuseGuessing(who)
      const typed = code.trim().toLowerCase()
      const nonce = typed.slice(0, NONCE_LENGTH)
      const refuse = async (why: string): Promise<never> => {
        await tellAudit(who, why, 'denied', 'link', jobId)
        // One answer for every reason: a guesser learns nothing.
        throw new HubError(
          'INPUT_INVALID',
          `That code does not hold: it is good once and for ${MINUTES} minutes. Ask for a new one with /hub link`,
        )
      }
      const [row] = await sql.query<AccountRow & { spentBy: string | null; isOver: boolean }>(
        `select workspace, plugin, account_id as "accountId", spent_by as "spentBy", expires_at < clock_timestamp() as "isOver"
         from hub.link_codes where nonce = $1`,
        [nonce],
      )
      if (!row) return refuse('unknown code')
      const asker = fromRow(row)
      if (!isGenuine(typed.slice(NONCE_LENGTH), nonce, asker)) return refuse('forged code')
      // A try again by the same job goes on where it stopped.
      if (row.spentBy !== null && row.spentBy !== jobId) return refuse('used code')
      if (row.isOver && row.spentBy === null) return refuse('expired code')
      if (isSame(asker, who))
        throw new HubError(
          'INPUT_INVALID',
          'This is the account that asked for the code: type it as your other account',
        )
      const spent = await sql.query(
        `update hub.link_codes set spent_by = $2 where nonce = $1 and (spent_by is null or spent_by = $2) returning nonce`,
        [nonce, jobId],
      )
      if (spent.length === 0) return refuse('used code')
      await join(asker, who)
      await tellAudit(who, keyOf(asker.account), 'done', 'link', jobId)
      await tellAudit(asker, keyOf(who.account), 'done', 'link', jobId)
      return asker
    },
    joined: (who) => emails.joined(who),
    async unlink(who, gone) {
      const mine = await emails.joined(who)
      const leaving = mine.filter((one) => keyOf(one.account) === gone)
      if (mine.length < 2 || leaving.length === 0)
        throw new HubError('NOT_FOUND', `${gone} is not linked to you. See your accounts with /hub whoami`)
      for (const one of leaving) {
        await sql.transaction(async (tx) => {
          await tx.query(`select pg_advisory_xact_lock(hashtext('hub.links'))`, [])
          await emails.remember(who, one, tx)
          // What an address alone joined ends between the two: the other keeps what it has proven with accounts of its own.
          if (one.isProven)
            await tx.query('delete from hub.links where workspace = $1 and plugin = $2 and account_id = $3', [
              one.workspace,
              one.account.plugin,
              one.account.id,
            ])
          await emails.cut(who, one, tx)
        })
        await tellAudit(who, keyOf(one.account), 'done', 'unlink')
        if (one.workspace !== who.workspace) await tellAudit(one, keyOf(who.account), 'done', 'unlink')
      }
      return leaving
    },
  }
}
