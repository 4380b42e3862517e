import { z } from 'zod'
import { defineEvent, defineService } from './define.ts'
import type { Place } from './place.ts'

/** Mail as a place to send to; absent where the hub has no mail server. */
export interface Mail {
  /** Where mail for this address goes. INPUT_INVALID for what is no address. */
  placeOf(address: string): Place
  /** Why nothing more is sent to this address, by what came back from there; null where nothing did. */
  stopped(address: string): Promise<MailStop | null>
  /** Its owner has proven that they read it and want mail there again: a code that was mailed to it was typed. */
  reopen(address: string): Promise<void>
}
/** `bounce`: mail does not arrive there. `complaint`: somebody there said that it is unwanted. */
export interface MailStop {
  readonly by: 'bounce' | 'complaint'
  /** What happened, for people. Holds words of the other side: outside text. */
  readonly reason: string
  readonly atMs: number
}
export const mail = defineService<Mail>('mail')

/** Somebody ended what a list mails them, by the one click of their mail program. `list` is `Message.list.id`. */
export const mailLeft = defineEvent('mail.left', z.object({ list: z.string(), address: z.string() }))
/**
 * Nothing more is sent to an address: its server said that there is no such mailbox or that it takes nothing from us, a mail came back later, or
 * somebody complained.
 */
export const mailRefused = defineEvent(
  'mail.refused',
  z.object({
    address: z.string(),
    reason: z.string(),
    by: z.enum(['server', 'bounce', 'complaint']).default('server'),
  }),
)
