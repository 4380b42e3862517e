/** Reports as servers and mail programs write them; the texts are our own. Each is about `original`, a mail as it was sent. */
export interface Returned {
  /** Raw, as the server took it. */
  readonly original: string
  readonly to: string
}
const headOf = (raw: string): string => raw.slice(0, raw.indexOf('\r\n\r\n') + 2)
const crlf = (...lines: readonly string[]): string => lines.join('\r\n')
let made = 0

function report(type: string, head: readonly string[], parts: readonly (readonly [string, string])[]): string {
  made += 1
  const boundary = `=_report_${made}`
  return crlf(
    'To: hub@mail.test',
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <report-${made}@mx.test>`,
    'MIME-Version: 1.0',
    ...head,
    `Content-Type: multipart/report; report-type=${type};`,
    `\tboundary="${boundary}"`,
    '',
    'This is a message in MIME format.',
    ...parts.flatMap(([contentType, body]) => [`--${boundary}`, `Content-Type: ${contentType}`, '', body]),
    `--${boundary}--`,
    '',
  )
}
export function postfix({ original, to }: Returned, status = '5.1.1', said = '550 5.1.1 no such user here'): string {
  const action = status.startsWith('5') || status === '4.4.1' ? 'failed' : 'delayed'
  return report(
    'delivery-status',
    ['Return-Path: <>', 'From: MAILER-DAEMON@mx.test (Mail Delivery System)', 'Auto-Submitted: auto-replied'],
    [
      ['text/plain; charset=us-ascii', `The mail system of mx.test could not deliver to <${to}>.`],
      [
        'message/delivery-status',
        crlf(
          'Reporting-MTA: dns; mx.test',
          'X-Postfix-Queue-ID: 4XyZ12',
          `Arrival-Date: ${new Date().toUTCString()}`,
          '',
          `Final-Recipient: rfc822; ${to}`,
          `Original-Recipient: rfc822;${to}`,
          `Action: ${action}`,
          `Status: ${status}`,
          'Remote-MTA: dns; mx.shop.test',
          `Diagnostic-Code: smtp; ${said.replace(/(.{40}) /, '$1\r\n    ')}`,
          '',
        ),
      ],
      ['message/rfc822', original],
    ],
  )
}
/** A delay, and a failure for now that Postfix gave up. */
export const postfixGaveUp = (about: Returned): string =>
  postfix(about, '4.4.1', 'connect to mx.shop.test[192.0.2.7]:25: Connection timed out')
export const postfixDelayed = (about: Returned): string => postfix(about, '4.2.0', '450 4.2.0 greylisted')

export function exchange({ original, to }: Returned, status = '5.1.10'): string {
  return report(
    'delivery-status',
    [
      'From: "Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@shop.test>',
      'Auto-Submitted: auto-replied',
    ],
    [
      ['text/html; charset="us-ascii"', `<p>Your message to <b>${to}</b> could not be delivered.</p>`],
      [
        'message/delivery-status',
        crlf(
          'Reporting-MTA: dns;MB01.shop.test',
          'Received-From-MTA: dns;mx.mail.test',
          '',
          `Original-Recipient: rfc822;${to.toUpperCase()}`,
          `Final-Recipient: rfc822;${to}`,
          'Action: failed',
          `Status: ${status}`,
          `Diagnostic-Code: smtp;550 ${status} RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup`,
          `X-Display-Name: ${to}`,
          '',
        ),
      ],
      // Its head alone, as Exchange returns large mails.
      ['text/rfc822-headers', headOf(original)],
    ],
  )
}
export function gmail({ original, to }: Returned, status = '5.1.1', code = '550-5.1.1'): string {
  return report(
    'delivery-status',
    [
      'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      'Auto-Submitted: auto-replied',
      `X-Failed-Recipients: ${to}`,
      'Subject: Delivery Status Notification (Failure)',
    ],
    [
      [
        'multipart/related; boundary="inner"',
        crlf('--inner', 'Content-Type: text/plain; charset="UTF-8"', '', '** Address not found **', '--inner--'),
      ],
      [
        'message/delivery-status',
        crlf(
          'Reporting-MTA: dns; googlemail.com',
          `Arrival-Date: ${new Date().toUTCString()}`,
          '',
          `Final-Recipient: rfc822; ${to}`,
          'Action: failed',
          `Status: ${status}`,
          'Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.9, the server for the domain.)',
          `Diagnostic-Code: smtp; ${code} The email account that you tried to reach does not`,
          ` ${code} exist. - gsmtp`,
          `Last-Attempt-Date: ${new Date().toUTCString()}`,
          '',
        ),
      ],
      ['message/rfc822', headOf(original)],
    ],
  )
}
/** SES gives mails a Message-ID of its own. */
export function ses({ original, to }: Returned, status = '5.1.1'): string {
  const renamed = original.replace(/^Message-ID: .*$/im, 'Message-ID: <0100abcd-11@email.amazonses.com>')
  return report(
    'delivery-status',
    ['From: MAILER-DAEMON@eu-west-1.amazonses.com', 'Subject: Delivery Status Notification (Failure)'],
    [
      ['text/plain; charset=us-ascii', `An error occurred while trying to deliver the mail to: ${to}`],
      [
        'message/delivery-status',
        crlf(
          'Reporting-MTA: dns; a1-2.smtp-out.eu-west-1.amazonses.com',
          '',
          'Action: failed',
          `Final-Recipient: rfc822; ${to}`,
          `Diagnostic-Code: smtp; 550 ${status} user unknown`,
          `Status: ${status}`,
          '',
        ),
      ],
      ['message/rfc822', renamed],
    ],
  )
}
/** Words alone, with the whole mail behind them. */
export function exim({ original, to }: Returned, said = '550 5.1.1 Unknown user'): string {
  return crlf(
    `X-Failed-Recipients: ${to}`,
    'Auto-Submitted: auto-replied',
    'From: Mail Delivery System <Mailer-Daemon@mx.test>',
    'To: hub@mail.test',
    'Subject: Mail delivery failed: returning message to sender',
    `Date: ${new Date().toUTCString()}`,
    '',
    'A message that you sent could not be delivered:',
    '',
    `  ${to}`,
    `    host mx.shop.test [5.1.2.3]: ${said}`,
    '',
    '------ This is a copy of the message, including all the headers. ------',
    '',
    original,
  )
}
/** Of the kind that Yahoo and many others send. */
export function complaint({ original, to }: Returned, type = 'abuse'): string {
  return report(
    'feedback-report',
    ['From: Feedback Loop <feedback@arf.mail.yahoo.test>', 'Subject: FW: complaint'],
    [
      ['text/plain; charset="US-ASCII"', 'This is an email abuse report for a message received by one of our people.'],
      [
        'message/feedback-report',
        crlf(
          `Feedback-Type: ${type}`,
          'User-Agent: Mail-Feedback/2.0',
          'Version: 1',
          'Original-Mail-From: <hub@mail.test>',
          `Original-Rcpt-To: <${to}>`,
          `Received-Date: ${new Date().toUTCString()}`,
          'Reported-Domain: mail.test',
          '',
        ),
      ],
      ['message/rfc822', original],
    ],
  )
}
/** As Outlook.com and others do who do not tell who complained. */
export const redactedComplaint = ({ original }: Returned): string => complaint({ original, to: 'redacted' })
