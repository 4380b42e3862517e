import type { Email } from 'postal-mime'
import { HubError } from '#contract'
import { clean } from '../shared/text.ts'
import { parseAddress } from './address.ts'
import { htmlToText } from './html-text.ts'
import { isMessageId } from './message-id.ts'

/** What somebody wrote, without what it took to get here. */
export interface Heard {
  /** The one author; null where there is none, several, or one that is no plain address. */
  readonly from: { readonly address: string; readonly name: string } | null
  readonly subject: string
  /** Plain text, of an HTML-only mail as well. */
  readonly text: string
  readonly messageId: string | null
  /** What it answers, oldest first. */
  readonly references: readonly string[]
  readonly dateMs: number | null
  /** Values of a field, in order of appearance, lower-case name. */
  fields(name: string): readonly string[]
  /** Texts of the parts of a type, in order: what machines enclose. */
  parts(type: RegExp): readonly string[]
  /** Fields that may stand once and stand several times: what one program reads is not what another one showed. */
  readonly repeated: readonly string[]
}
const ONCE = ['from', 'sender', 'subject', 'date', 'message-id', 'in-reply-to', 'references', 'content-type'] as const
const LIMITS = { maxNestingDepth: 20, maxHeadersSize: 256_000, maxRfc822NestingDepth: 0 } as const
const MAX_REFERENCES = 20
const MAX_LINE = 2_000
const MAX_PART = 64_000
const MAX_PARTS = 5

export async function parseMail(raw: Uint8Array): Promise<Heard> {
  const { default: PostalMime, addressParser } = await import('postal-mime')
  let mail: Email
  try {
    mail = await PostalMime.parse(raw, LIMITS)
  } catch (cause) {
    throw new HubError('INPUT_INVALID', 'the mail cannot be read: it is nested too deeply, or its head is too large', {
      cause,
    })
  }
  const fields = (name: string) => mail.headers.filter(({ key }) => key === name).map(({ value }) => value)
  const dateMs = mail.date === undefined ? Number.NaN : Date.parse(mail.date)
  const answered = ids(`${mail.references ?? ''} ${mail.inReplyTo ?? ''}`)
  return {
    from: addressParser(fields('from')[0] ?? '').length === 1 ? authorOf(mail) : null,
    subject: oneLine(mail.subject ?? ''),
    text: clean(mail.text ?? htmlToText(mail.html ?? '')),
    messageId: mail.messageId !== undefined && isMessageId(mail.messageId) ? mail.messageId : null,
    references: [...new Set(answered)].slice(-MAX_REFERENCES),
    dateMs: Number.isNaN(dateMs) ? null : dateMs,
    fields,
    parts: (type) =>
      mail.attachments
        .filter(({ mimeType }) => type.test(mimeType))
        .slice(0, MAX_PARTS)
        .map(({ content }) => textOf(content)),
    repeated: ONCE.filter((name) => fields(name).length > 1),
  }
}
/** Such parts are plain ASCII, and of what is not every byte stays one character. */
function textOf(content: ArrayBuffer | Uint8Array | string): string {
  if (typeof content === 'string') return content.slice(0, MAX_PART)
  const bytes = content instanceof Uint8Array ? content : new Uint8Array(content)
  return Buffer.from(bytes.subarray(0, MAX_PART)).toString('latin1')
}
function authorOf({ from }: Email): Heard['from'] {
  if (from?.address === undefined) return null
  const address = parseAddress(from.address)
  // Names are what their owners typed: one with an address in it pretends to be somebody else.
  const name = oneLine(from.name).slice(0, 80)
  return address === null ? null : { address, name: name.includes('@') ? '' : name }
}
/** A decoded word may hold line breaks: none of them gets any further. */
function oneLine(text: string): string {
  return clean(text.slice(0, MAX_LINE))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
}
const ids = (text: string): string[] => text.slice(0, 20_000).split(/\s+/).filter(isMessageId)
