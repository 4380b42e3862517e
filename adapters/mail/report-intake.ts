import { type EventHandler, type Hub, handleEvent, mailRefused } from '#contract'
import { sameMailbox } from './address.ts'
import type { MailConfig } from './config.ts'
import { WORKSPACE } from './limits.ts'
import type { Marked, Marks } from './mark.ts'
import type { Heard } from './parse.ts'
import { type Notice, type Report, reportOf } from './report.ts'
import type { Stop, Suppressions } from './suppression.ts'

/** So many mails of two weeks that did not arrive are no accident. */
const MAX_STRIKES = 3

export interface ReportIntake {
  /** Did a report change anything, or was it of no concern? null: the mail is no report. */
  receive(heard: Heard, uid: number): Promise<'taken' | 'ignored' | null>
}
export interface ReportIntakeDeps {
  readonly hub: Pick<Hub<MailConfig>, 'publish' | 'log'>
  readonly marks: Pick<Marks, 'verify'>
  readonly suppressions: Suppressions
  readonly now?: () => number
}
interface Proven extends Marked {
  readonly address: string
}

/**
 * Bounces and complaints. Anybody can write one, so it counts only where it returns the mark of a mail that we sent to that very recipient.
 * Nobody but the sending hub can make a mark, and nobody but who held the mail itself has seen it.
 */
export function createReportIntake({ hub, marks, suppressions, now = Date.now }: ReportIntakeDeps): ReportIntake {
  const { log } = hub
  const proven = async (report: Report, { verdict, about }: Notice): Promise<Proven | null> => {
    // Each of our mails has one recipient: where a complaint hides who it was, the returned mail says it, and the mark proves it.
    const candidates = about.length === 0 && verdict === 'unwanted' ? report.to : about
    for (const mark of report.marks)
      for (const address of candidates) {
        const marked = await marks.verify(mark, address)
        if (marked) return { ...marked, address: sameMailbox(address) }
      }
    return null
  }
  const stop = async ({ address, id }: Proven, by: Stop['by'], reason: string): Promise<void> => {
    await suppressions.stop(address, { by, reason, atMs: now() })
    await hub.publish(mailRefused, { address, reason, by }, { workspace: WORKSPACE, deliveryId: `report:${by}:${id}` })
    log.warn({ address, by }, 'nothing more is sent to an address, because of what came back')
  }
  const act = async (notice: Notice, mail: Proven): Promise<boolean> => {
    const { address, id, sentAtMs } = mail
    if (sentAtMs < (await suppressions.liftedAtMs(address))) {
      log.info({ address }, 'a report about a mail from before the address was opened again was ignored')
      return false
    }
    if (notice.verdict === 'unwanted') {
      await stop(mail, 'complaint', `a mail was reported as unwanted (${notice.said})`)
    } else if (notice.verdict === 'gone') {
      await stop(mail, 'bounce', `mail comes back: ${notice.said}`)
    } else {
      const count = await suppressions.strike(address, id, now())
      log.info({ address, count, said: notice.said }, 'a mail did not arrive')
      if (count >= MAX_STRIKES)
        await stop(mail, 'bounce', `${count} mails came back within two weeks, the last one: ${notice.said}`)
    }
    return true
  }
  return {
    async receive(heard, uid) {
      const report = reportOf(heard)
      if (report === null) return null
      let settled: 'taken' | 'ignored' = 'ignored'
      for (const notice of report.notices) {
        if (notice.verdict === 'nothing') continue
        const mail = await proven(report, notice)
        if (mail === null) log.info({ uid }, 'a report was ignored: it returns no mail of ours to that recipient')
        else if (await act(notice, mail)) settled = 'taken'
      }
      return settled
    },
  }
}
/** What a server refuses while it is sent to is told in the outbox; this came later and from outside. */
export const noteStopped: EventHandler = handleEvent(mailRefused, async ({ address, reason, by }, ctx) => {
  if (by !== 'server') await ctx.audit('mail stopped', `mail:${address}`, { by, reason })
})
