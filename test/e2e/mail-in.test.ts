import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DnsFake, startDnsFake } from '../fakes/mail/dns.ts'
import { type ImapFake, startImapFake } from '../fakes/mail/imap.ts'
import { type MailFake, startMailFake } from '../fakes/mail/index.ts'
import { mailOf, recordsOf, signed } from '../fakes/mail/sender.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const ANN = 'ann@shop.test'

describe('a command in a mail', () => {
  let smtp: MailFake
  let imap: ImapFake
  let dns: DnsFake
  let hub: TestHub
  beforeAll(async () => {
    ;[smtp, imap, dns] = await Promise.all([startMailFake(), startImapFake(), startDnsFake(recordsOf('shop.test'))])
    hub = await startTestHub('embedded', { ...smtp.env, IMAP_URL: imap.url, MAIL_DNS_SERVERS: dns.address })
  })
  afterAll(async () => {
    await hub?.close()
    await Promise.all([smtp?.close(), imap?.close(), dns?.close()])
    expect(smtp.problems).toEqual([])
  })
  const operator = async (line: string) => {
    const answer = await hub.fetch(
      new Request('http://hub.test/api/v1/commands', {
        method: 'POST',
        headers: { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ input: line, idempotencyKey: 'operator-1' }),
      }),
    )
    expect(answer.status).toBe(202)
    await hub.quiet()
  }
  const flags = () => imap.folder().map((one) => one.flags)

  it('of somebody nobody let in is not run, and answered once a day with what lets them in', async () => {
    imap.arrive(await signed(mailOf({ subject: '/story Pay with a saved card', messageId: '<first@shop.test>' })))
    imap.arrive(await signed(mailOf({ subject: '/story Pay with a saved card again' })))
    const [hint] = await smtp.waitFor((all) => all.length === 1)
    await expect.poll(() => hub.count('inbox', `kind = 'mail.command.refused'`)).toBe(1)
    await hub.quiet()
    expect(smtp.mails).toHaveLength(1)
    expect(hint?.to).toEqual([ANN])
    expect(hint?.header('in-reply-to')).toBe('<first@shop.test>')
    expect(hint?.parsed.text).toContain('/hub role mail:ann@shop.test member --workspace=mail:smtp')
    expect(await hub.count('jobs', `kind = 'command'`)).toBe(0)
    expect(flags()).toEqual([[], []])
  })
  it('of somebody with a role is run as them and answered in their thread', async () => {
    await operator(`hub role mail:${ANN} member --workspace=mail:smtp`)
    const more = ['References: <root@shop.test> <before@shop.test>', 'In-Reply-To: <before@shop.test>']
    const body = 'Customers pay with a card they saved earlier.\r\n\r\n-- \r\nAnn, Shop Inc.\r\n'
    imap.arrive(await signed(mailOf({ subject: '/story Saved cards', messageId: '<story@shop.test>', body, more })))
    await smtp.waitFor((all) => all.length === 2)
    await hub.quiet()
    const answer = smtp.mails[1]
    expect(answer?.to).toEqual([ANN])
    expect(answer?.parsed.subject).toBe('Re: /story Saved cards')
    expect(answer?.header('in-reply-to')).toBe('<story@shop.test>')
    expect(answer?.header('references')).toBe('<root@shop.test> <before@shop.test> <story@shop.test>')
    expect(answer?.parsed.text).toMatch(/ST-1/)
    const rows = await hub.hub.store.sql.query<{ source: string }>('select source from hub.stories')
    expect(JSON.stringify(rows)).toContain('Customers pay with a card they saved earlier.')
    expect(JSON.stringify(rows)).not.toContain('Shop Inc.')
    await expect.poll(() => flags().at(-1)).toEqual(['\\Seen'])
  })
})
