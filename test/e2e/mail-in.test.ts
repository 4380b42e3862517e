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
  let asked = 0
  const operator = async (line: string) => {
    const answer = await hub.fetch(
      new Request('http://hub.test/api/v1/commands', {
        method: 'POST',
        headers: { authorization: `Bearer ${hub.apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ input: line, idempotencyKey: `operator-${++asked}` }),
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
  it('is run once, however often it lies there and whoever reads it again', async () => {
    const raw = await signed(mailOf({ subject: '/story list', messageId: '<twice@shop.test>' }))
    imap.arrive(raw)
    imap.arrive(raw)
    await smtp.waitFor((all) => all.length === 3)
    // The server numbers its mails anew: all of them are read again.
    imap.renumber()
    imap.arrive(await signed(mailOf({ subject: '/story show ST-1', messageId: '<last@shop.test>' })))
    await smtp.waitFor((all) => all.length === 4, 20_000)
    await hub.quiet()
    expect(smtp.mails.slice(2).map((mail) => mail.header('in-reply-to'))).toEqual([
      '<twice@shop.test>',
      '<last@shop.test>',
    ])
    expect(await hub.count('jobs', `kind = 'command' and state = 'done'`)).toBe(4)
  })
  it('of one who only names somebody, of a machine, of 30 MB or in a loop costs no mail', async () => {
    const before = { mails: smtp.mails.length, inbox: await hub.count('inbox') }
    imap.arrive(mailOf({ subject: '/story Forged', from: ANN }))
    imap.arrive(await signed(mailOf({ subject: '/story Signed by another', from: ANN }), 'evil.test'))
    imap.arrive(await signed(mailOf({ subject: '/story Away', more: ['Auto-Submitted: auto-replied'] })))
    imap.arrive((smtp.mails[1]?.raw ?? '').replace(/^To: .*$/m, 'To: hub@mail.test'))
    imap.arrive(mailOf({ subject: '/story Large', body: 'x'.repeat(30_000_000) }))
    const evil = '=?utf-8?q?/hub_whoami=0D=0ABcc:_eve=40evil.test=0D=0AX-Evil:_1?='
    imap.arrive(await signed(mailOf({ subject: evil, messageId: '<evil@shop.test>' })))
    await smtp.waitFor((all) => all.length === before.mails + 1, 20_000)
    await hub.quiet()
    const answer = smtp.mails.at(-1)
    expect(await hub.count('inbox')).toBe(before.inbox + 1)
    expect(answer?.header('in-reply-to')).toBe('<evil@shop.test>')
    expect(answer?.to).toEqual([ANN])
    expect(answer?.header('bcc')).toBeUndefined()
    expect(answer?.header('x-evil')).toBeUndefined()
    expect(answer?.parsed.subject).toBe('Re: /hub whoami Bcc: eve@evil.test X-Evil: 1')
  })
  it('keeps the words of its author in any charset', async () => {
    const more = ['Content-Type: text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding: quoted-printable']
    imap.arrive(await signed(mailOf({ subject: '/story =?iso-8859-1?q?G=E4ste?=', body: 'zahlen f=FCr sich', more })))
    const source = () => hub.hub.store.sql.query(`select source from hub.stories where source like '%Gäste%'`)
    await expect.poll(source, { timeout: 15_000 }).toEqual([{ source: expect.stringContaining('zahlen für sich') }])
  })
  it('links its sender with their other accounts, by the code that was mailed to them', async () => {
    const before = smtp.mails.length
    imap.arrive(await signed(mailOf({ subject: '/hub link', body: 'Thanks!' })))
    await smtp.waitFor((all) => all.length > before && /hub link \w+/.test(all.at(-1)?.parsed.text ?? ''))
    const [, code = ''] = /\/hub link (\w+)/.exec(smtp.mails.at(-1)?.parsed.text ?? '') ?? []
    await operator(`hub link ${code}`)
    const linked = await hub.hub.store.sql.query('select plugin, account_id as id from hub.links order by plugin')
    expect(linked).toEqual([
      { plugin: 'console', id: 'operator' },
      { plugin: 'mail', id: ANN },
    ])
  })
  it('and its answers keep no secret: the passwords stand in no row and no mail', async () => {
    const rows = await hub.hub.store.sql.query<{ row: string }>(
      `select i::text as row from hub.mail_intake i union all select i::text from hub.inbox i union all select o::text from hub.outbox o`,
    )
    const all = JSON.stringify([rows, smtp.mails])
    for (const secret of [imap.password, smtp.password]) expect(all).not.toContain(secret)
  })
})
