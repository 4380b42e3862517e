import { type Health, HubError, type Log } from '#contract'
import { createLeader, type Held, type Leader, type Led } from '../shared/leader.ts'
import type { Mailbox } from './connection.ts'
import type { Inbound, Letter, Settled } from './inbound.ts'
import type { IntakeStore, Position } from './store.ts'
import { admit, senderOf } from './waiting.ts'

const HOUR_MS = 3_600_000
/** A mailbox that is connected for the first time: what was written today may still be waited for. */
const FIRST_LOOK_MS = 24 * HOUR_MS
/** Clocks of two machines. */
const SKEW_MS = 10 * 60_000
const AGAIN_MS = 5 * 60_000
const GIVE_UP_MS = 24 * HOUR_MS
/** Reading again what waits may keep new mail waiting for so long; where it stops the next round goes on. */
const ROUND_MS = 10_000
const CURE =
  'set MAIL_AUTHSERV_ID if your mail server checks senders, check MAIL_DNS_SERVERS, and have it sent again if it is wanted'

export interface Intake {
  start(store: IntakeStore): void
  health(): Health
  close(): Promise<void>
}
export interface IntakeOptions {
  readonly open: (signal: AbortSignal) => Promise<Mailbox>
  readonly inbound: Inbound
  readonly log: Log
  /** New for each process. */
  readonly holder: string
  readonly leaseMs?: number
  readonly now?: () => number
}

/**
 * Reads a mailbox, in one process of however many. A mail counts as taken when it is stored in the ledger; only then it is marked, and only then the
 * position moves on. Whoever dies in between leaves the mail to the next one, and the ledger knows what it has.
 */
export function createIntake({ open, inbound, log, holder, leaseMs, now = Date.now }: IntakeOptions): Intake {
  let leader: Leader | undefined
  let stands = false

  const settle = async (mailbox: Mailbox, letter: Letter | null): Promise<Settled> => {
    if (letter === null) return 'ignored'
    const { uid } = letter
    let settled: Settled
    try {
      settled = await inbound.receive(letter)
    } catch (error) {
      // The ledger is away: nothing goes on. Anything else is about this one mail, and the ones behind it need not wait.
      if (error instanceof HubError && error.retry !== 'never') throw error
      const why = error instanceof Error ? error.message : String(error)
      log.warn({ uid, error: why }, 'a mail could not be read')
      return error instanceof HubError ? 'ignored' : 'later'
    }
    if (settled === 'taken' && !(await mailbox.settle(uid)))
      log.warn({ uid }, 'a mail was taken and could not be marked: check IMAP_MOVE_TO and the rights in the mailbox')
    return settled
  }
  const lead = ({ state: known }: Held<Position>, signal: AbortSignal, save: () => void): Led<Position> => {
    let position = known
    const move = (next: Position) => {
      position = next
      save()
    }
    const work = async (): Promise<void> => {
      try {
        await read(await open(signal))
      } catch (error) {
        // Whatever breaks while we leave is no trouble.
        if (!signal.aborted) throw error
      }
    }
    const read = async (mailbox: Mailbox): Promise<void> => {
      try {
        if (position === null || position.uidValidity !== mailbox.uidValidity)
          move(await begin(mailbox, position, now()))
        stands = true
        while (!signal.aborted && position !== null) {
          const uids = await mailbox.after(position.lastUid)
          for (const uid of uids) {
            const letter = await mailbox.letter(uid)
            const settled = await settle(mailbox, letter)
            const later = letter !== null && settled === 'later' ? await wait(position.later, letter) : position.later
            move({ ...position, lastUid: uid, later })
            if (signal.aborted) return
          }
          if (position.later.length > 0 && now() - position.checkedAtMs >= AGAIN_MS)
            move({ ...position, later: await again(mailbox, position.later, signal), checkedAtMs: now() })
          if (uids.length === 0) {
            if (now() - position.checkedAtMs >= AGAIN_MS) position = { ...position, checkedAtMs: now() }
            await mailbox.changed(signal)
          }
        }
      } finally {
        stands = false
        await mailbox.close()
      }
    }
    const wait = async (waiting: Position['later'], letter: Letter): Promise<Position['later']> => {
      const admitted = admit(waiting, { uid: letter.uid, sinceMs: now(), from: await senderOf(letter) })
      const { dropped } = admitted
      if (dropped)
        log.warn(
          { uid: dropped.uid, from: dropped.from },
          `a command by mail was not run: too many wait for what DNS says of their senders; ${CURE}`,
        )
      return admitted.waiting
    }
    const again = async (
      mailbox: Mailbox,
      later: Position['later'],
      ending: AbortSignal,
    ): Promise<Position['later']> => {
      const untilMs = now() + ROUND_MS
      const left: Position['later'] = []
      for (const [i, one] of later.entries()) {
        if (ending.aborted || now() >= untilMs) return [...later.slice(i), ...left]
        if ((await settle(mailbox, await mailbox.letter(one.uid))) !== 'later') continue
        if (now() - one.sinceMs < GIVE_UP_MS) left.push(one)
        else
          log.warn(
            { uid: one.uid, from: one.from },
            `a command by mail was not run: for a day nothing could be learnt about its sender; ${CURE}`,
          )
      }
      return left
    }
    return { done: work(), state: () => position }
  }
  return {
    start(store) {
      const what = 'the mailbox'
      leader ??= createLeader({
        store,
        what,
        holder,
        log,
        lead,
        isRefusal,
        ...(leaseMs === undefined ? {} : { leaseMs }),
      })
      leader.start()
    },
    health() {
      const trouble = leader?.trouble() ?? null
      if (trouble !== null) return { status: 'degraded', detail: `no mail is read: ${trouble}` }
      if (leader?.isLeading() && !stands) return { status: 'degraded', detail: 'the mailbox is being opened' }
      return { status: 'ok' }
    },
    close: async () => leader?.close(),
  }
}
/** Where to begin in numbers that are new to us: behind what arrived before we last looked. The ledger knows what is read twice. */
async function begin(mailbox: Mailbox, known: Position | null, nowMs: number): Promise<Position> {
  const sinceMs = known === null ? nowMs - FIRST_LOOK_MS : known.checkedAtMs - SKEW_MS
  const [first] = await mailbox.since(sinceMs)
  const lastUid = (first ?? mailbox.uidNext) - 1
  return { uidValidity: mailbox.uidValidity, lastUid: Math.max(0, lastUid), checkedAtMs: nowMs, later: [] }
}
/** Somebody has to correct something first. */
function isRefusal(error: unknown): boolean {
  return error instanceof HubError && error.retry === 'never'
}
