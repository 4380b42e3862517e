import type { Sender } from './config.ts'
import { OWN_MARK } from './limits.ts'
import type { MailBody } from './render.ts'

export interface MailHead {
  readonly from: Sender
  readonly to: string
  readonly messageId: string
  /** By which a report about this mail is known to be one. */
  readonly mark: string
  /** Message-ID of the mail that this one answers. */
  readonly answers: string | null
  /** What that mail answered itself, oldest first. */
  readonly references: readonly string[]
  /** Regular post: what it is called, and where one click ends it. */
  readonly list: { readonly id: string; readonly url: string | null } | null
}

/** The bytes of a mail. nodemailer writes them; addresses and lines were checked before, and it reads no file and no address by itself. */
export async function composeMail(head: MailHead, body: MailBody): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const composer = new MailComposer({
    from: { name: head.from.name, address: head.from.address },
    to: { name: '', address: head.to },
    subject: body.subject,
    messageId: head.messageId,
    ...(head.answers === null ? {} : { inReplyTo: head.answers, references: [...head.references, head.answers] }),
    headers: headersOf(head),
    text: body.text,
    html: body.html,
    attachments: body.files.map(({ name, mediaType, text }) => ({
      filename: name,
      contentType: `${mediaType}; charset=utf-8`,
      content: text,
    })),
    // Known beforehand: to find out which encoding is shorter takes longer than everything else.
    textEncoding: 'quoted-printable',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}
/** Folded or encoded, these would not be what the standards ask for. */
const exact = (value: string) => ({ prepared: true, value })

function headersOf({ mark, list }: MailHead): Record<string, string | { prepared: boolean; value: string }> {
  return {
    // Absence notes answer neither of these: https://www.rfc-editor.org/rfc/rfc3834#section-5
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    [OWN_MARK]: exact(mark),
    ...(list === null ? {} : { Precedence: 'bulk', 'List-Id': exact(`<${list.id}>`) }),
    // One click is for secure addresses alone: https://www.rfc-editor.org/rfc/rfc8058#section-3.1
    ...(list?.url?.startsWith('https://')
      ? { 'List-Unsubscribe': exact(`<${list.url}>`), 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
      : {}),
  }
}
