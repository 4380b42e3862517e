import { createHash } from 'node:crypto'
import { type Account, type CommandCall, type Hub, HubError, type Log, type Role } from '#contract'
import { sameMailbox } from './address.ts'
import { automaticBy } from './automatic.ts'
import { commandOf } from './commands.ts'
import type { MailConfig } from './config.ts'
import type { Hint } from './hint.ts'
import type { Journal } from './journal.ts'
import { WORKSPACE } from './limits.ts'
import { type Heard, parseMail } from './parse.ts'
import type { ReportIntake } from './report-intake.ts'
import type { VerifySender } from './sender.ts'

/** A mail as it lies in the mailbox. */
export interface Letter {
  readonly uid: number
  /** When the server took it. */
  readonly arrivedMs: number
  /** Every byte, or of one that is too large its head. */
  readonly raw: Uint8Array
  readonly isWhole: boolean
}
/** `taken`: its command, or what a report changed, stands in the ledger. `later`: nothing can be said yet. */
export type Settled = 'taken' | 'ignored' | 'later'

export interface Inbound {
  receive(letter: Letter): Promise<Settled>
}
export interface InboundDeps {
  readonly hub: Pick<Hub<MailConfig>, 'command' | 'catalog' | 'log' | 'config'>
  readonly verify: VerifySender
  readonly journal: Journal
  readonly hint: Hint
  readonly reports: ReportIntake
  /** What the hub lets an account do now; null: nothing. */
  roleOf(account: Account): Promise<Role | null>
}
const HOUR_MS = 3_600_000
/** Between writing and arrival. Servers try for five days to deliver; what comes later is old, or sent again by somebody who kept it. */
const MAX_AGE_MS = 5 * 24 * HOUR_MS
const MAX_AHEAD_MS = 24 * HOUR_MS
/** People do not write more in one thread; machines that answer each other do. */
const MAX_IN_THREAD = 20

export function createInbound({ hub, verify, journal, hint, reports, roleOf }: InboundDeps): Inbound {
  const callOf = (heard: Heard, from: NonNullable<Heard['from']>, input: string): CommandCall => {
    const id = sameMailbox(from.address)
    return {
      workspace: WORKSPACE,
      // What was signed, and not the Message-ID, which often is not: who keeps a mail and sends it again changes nothing.
      deliveryId: `mail:${hash(id, String(heard.dateMs), heard.subject, input)}`,
      actor: { plugin: 'mail', id },
      ...(from.name === '' ? {} : { actorName: from.name }),
      place: {
        plugin: 'mail',
        workspace: WORKSPACE,
        channel: from.address,
        ...(heard.messageId === null ? {} : { thread: heard.messageId }),
        visibility: 'private',
      },
      lane: `mail:${id}`,
      input,
    }
  }
  const run = async (call: CommandCall, log: Log): Promise<Settled> => {
    try {
      const { status } = await hub.command(call)
      log.info({ status }, 'a command came by mail')
      return 'taken'
    } catch (error) {
      if (!(error instanceof HubError) || error.retry !== 'never') throw error
      log.warn({ error: error.message }, 'a command by mail was not stored')
      return 'ignored'
    }
  }
  return {
    async receive({ uid, arrivedMs, raw, isWhole }) {
      const heard = await parseMail(raw)
      const { from } = heard
      const reported = isWhole ? await reports.receive(heard, uid) : null
      if (reported !== null) return reported
      const machine = automaticBy(heard, hub.config.from.address)
      if (machine !== null || from === null) {
        hub.log.debug({ uid, why: machine ?? 'no author' }, 'a mail that nobody typed was ignored')
        return 'ignored'
      }
      const input = commandOf(heard, hub.catalog)
      if (input === null && isWhole) return 'ignored'
      const log = scoped(hub.log, { uid, from: from.address })
      const verdict = staleness(heard, arrivedMs) ?? (await verify(heard, isWhole ? raw : null))
      if (verdict.kind === 'unsure') return 'later'
      if (verdict.kind === 'unverified') {
        // Nothing is sent to whom it names: it may be somebody else's address.
        log.warn({ why: verdict.why }, 'a command by mail was not run: it may not be from whom it names')
        return 'ignored'
      }
      const root = heard.references[0] ?? heard.messageId ?? `${from.address} ${heard.subject}`
      if (!(await journal.admits(hash(root), `${uid} ${heard.dateMs}`, MAX_IN_THREAD, HOUR_MS))) {
        log.warn({ perHour: MAX_IN_THREAD }, 'a command by mail was not run: its thread looks like a loop')
        return 'ignored'
      }
      if (heard.messageId !== null)
        await journal.hear(heard.messageId, { subject: heard.subject, references: heard.references })
      if (input === null || !isWhole) {
        log.warn({}, 'a mail was too large and was not read')
        await hint({ address: from.address, thread: heard.messageId, why: 'too large' })
        return 'ignored'
      }
      const call = callOf(heard, from, input)
      if (await journal.wasTurnedAway(call.deliveryId)) return 'ignored'
      if ((await roleOf(call.actor)) !== null) return run(call, log)
      await journal.turnAway(call.deliveryId)
      log.warn({}, 'a command by mail was not run: its sender has no role; give one with /hub role')
      await hint({ address: from.address, thread: heard.messageId, why: 'stranger' })
      return 'ignored'
    },
  }
}
function staleness({ dateMs }: Heard, arrivedMs: number): { readonly kind: 'unverified'; readonly why: string } | null {
  if (dateMs === null) return { kind: 'unverified', why: 'it has no date' }
  if (arrivedMs - dateMs > MAX_AGE_MS) return { kind: 'unverified', why: 'it was written long before it arrived' }
  return dateMs - arrivedMs > MAX_AHEAD_MS ? { kind: 'unverified', why: 'its date lies in the future' } : null
}
const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 48)

const scoped = ({ debug, info, warn, error }: Log, more: object): Log => ({
  debug: (fields, text) => debug({ ...more, ...fields }, text),
  info: (fields, text) => info({ ...more, ...fields }, text),
  warn: (fields, text) => warn({ ...more, ...fields }, text),
  error: (fields, text) => error({ ...more, ...fields }, text),
})
