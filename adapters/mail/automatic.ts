import { sameMailbox } from './address.ts'
import { OWN_MARK } from './limits.ts'
import type { Heard } from './parse.ts'

/**
 * Why nobody typed this mail, or null where somebody may have. Whoever answers a machine begins a loop: https://www.rfc-editor.org/rfc/rfc3834#section-2
 */
export function automaticBy(heard: Heard, own: string): string | null {
  const { from, fields } = heard
  const first = (name: string) => fields(name)[0]?.trim().toLowerCase() ?? ''
  if (fields(OWN_MARK.toLowerCase()).length > 0) return 'a hub sent it'
  if (from !== null && sameMailbox(from.address) === sameMailbox(own)) return 'it comes from our own address'
  if (!['', 'no'].includes(first('auto-submitted').split(/[;\s]/)[0] ?? '')) return 'Auto-Submitted'
  if (/^(?:bulk|junk|list|auto_reply)$/.test(first('precedence'))) return 'Precedence'
  // https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/ced68690-498a-4567-9d14-5c01f974d8b1
  if (!['', 'none'].includes(first('x-auto-response-suppress'))) return 'X-Auto-Response-Suppress'
  for (const name of ['list-id', 'list-post', 'x-autoreply', 'x-autorespond', 'x-loop'])
    if (fields(name).length > 0) return name
  if (fields('return-path').some((path) => /^<\s*>$/.test(path.trim()))) return 'a bounce'
  if (/^multipart\/report\b/.test(first('content-type'))) return 'a report'
  if (from !== null && /^(?:mailer-daemon|postmaster|no-?reply)@/i.test(from.address)) return 'a machine sent it'
  return null
}
