import { type Delivery, HubError, type Posted } from '#contract'
import type { Journal } from './journal.ts'

/**
 * SMTP has no way to ask what became of a mail, and nothing obliges a server to drop the second of two equal Message-IDs: a repeat is
 * what https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2.6 warns of, and https://www.rfc-editor.org/rfc/rfc1047 is about nothing else. So it is
 * written down before the first byte of content leaves. What was not begun is surely absent and is sent again; what was accepted is sent; what was
 * begun and never answered is held for a person, whose repeat carries the same Message-ID.
 */
export async function find(journal: Journal, delivery: Delivery, messageId: string): Promise<Posted | null> {
  const sent = await journal.sent(messageId)
  if (sent === null) return null
  if (sent.state === 'accepted') return { ...delivery.to, message: messageId }
  throw new HubError(
    'UNSUPPORTED',
    'the connection broke while the mail server had the whole mail: ask the recipient, then resend or confirm it',
  )
}
