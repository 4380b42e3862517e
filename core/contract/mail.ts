import { z } from 'zod'
import { defineEvent, defineService } from './define.ts'
import type { Place } from './place.ts'

/** Mail as a place to send to; absent where the hub has no mail server. */
export interface Mail {
  /** Where mail for this address goes. INPUT_INVALID for what is no address. */
  placeOf(address: string): Place
}
export const mail = defineService<Mail>('mail')

/** Somebody ended what a list mails them, by the one click of their mail program. `list` is `Message.list.id`. */
export const mailLeft = defineEvent('mail.left', z.object({ list: z.string(), address: z.string() }))
/** A mail server said that there is no such mailbox, or that it takes nothing from us: nothing more is sent there. */
export const mailRefused = defineEvent('mail.refused', z.object({ address: z.string(), reason: z.string() }))
