import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { missingVariables, SHIPPED } from '../../server/plugins.ts'
import { config, imapOf } from './config.ts'
import { mailAdapter } from './index.ts'

const url = 'smtps://hub:secret@smtp.example.com'

describe('configuration', () => {
  test.each([
    ['hub@example.com', { name: 'AutoDevHub', address: 'hub@example.com' }],
    ['Build Hub <hub@Example.com>', { name: 'Build Hub', address: 'hub@example.com' }],
    ['"Hub, the" <hub@example.com>', { name: 'Hub, the', address: 'hub@example.com' }],
  ])('%s is a sender', (from, sender) => expect(config.parse({ url, from }).from).toEqual(sender))
  test('the limit has a value, and the public address no slash at its end', () => {
    const parsed = config.parse({
      url,
      from: 'hub@example.com',
      publicUrl: 'https://hub.example.com/',
      perMinute: '30',
    })
    expect(parsed).toMatchObject({ perMinute: 30, publicUrl: 'https://hub.example.com' })
    expect(config.parse({ url, from: 'hub@example.com' }).perMinute).toBe(600)
  })
  test.each([
    ['imaps://hub%40example.com:pa%2Fss@imap.example.com', { port: 993, user: 'hub@example.com', password: 'pa/ss' }],
    ['imaps://hub:s@imap.example.com:1993/Hub%2FCommands', { port: 1_993, folder: 'Hub/Commands', secure: true }],
    ['imap://hub:s@127.0.0.1:3143', { port: 3_143, folder: 'INBOX', secure: false }],
    ['imap://hub:s@[::1]', { host: '::1', port: 143 }],
  ])('%s is a mailbox', (imapUrl, found) => {
    expect(config.parse({ url, from: 'hub@example.com', imapUrl }).imapUrl).toBe(imapUrl)
    expect(imapOf(imapUrl)).toMatchObject(found)
  })
  test('name servers are a list, and the name of a server is compared without regard to case', () =>
    expect(
      config.parse({
        url,
        from: 'hub@example.com',
        dnsServers: '192.0.2.53, [2001:db8::53]:53',
        authservId: 'MX.Test',
      }),
    ).toMatchObject({ dnsServers: ['192.0.2.53', '[2001:db8::53]:53'], authservId: 'mx.test' }))
  test.each([
    { from: 'hub@example.com' },
    { url },
    { url: 'https://smtp.example.com', from: 'hub@example.com' },
    { url, from: 'hub' },
    { url, from: 'Hub <hub@example.com>\r\nBcc: eve@evil.test' },
    { url, from: 'Hub\r\nBcc: eve@evil.test <hub@example.com>' },
    { url, from: 'a@example.com, b@example.com' },
    { url, from: 'hub@example.com', perMinute: '0' },
    { url, from: 'hub@example.com', publicUrl: 'javascript:alert(1)' },
    // Beyond this machine whoever is on the way would read the password.
    { url, from: 'hub@example.com', imapUrl: 'imap://hub:secret@imap.example.com' },
    { url, from: 'hub@example.com', imapUrl: 'imaps://imap.example.com' },
    { url, from: 'hub@example.com', imapUrl: 'imaps://hub:%zz@imap.example.com' },
    { url, from: 'hub@example.com', imapUrl: 'https://hub:secret@imap.example.com' },
    { url, from: 'hub@example.com', authservId: 'mx.example.com; dmarc=pass' },
    { url, from: 'hub@example.com', dnsServers: 'dns.example.com' },
    { url, from: 'hub@example.com', moveTo: '' },
  ])('refuses %o', (wrong) => expect(config.safeParse(wrong).success).toBe(false))
  test('the addresses of the servers are masked: passwords stand in them', () =>
    expect(mailAdapter.manifest.secrets).toEqual(['url', 'imapUrl']))
  test('what is missing is named', () => {
    const shipped = SHIPPED.find((one) => one.name === 'mail')
    if (!shipped) throw new Error('not shipped')
    expect(missingVariables(shipped, {})).toEqual(['SMTP_URL', 'MAIL_FROM'])
    expect(missingVariables(shipped, { SMTP_URL: url, MAIL_FROM: 'hub@example.com' })).toEqual([])
  })
})
test('what reads and writes mail is not loaded at start', () => {
  const script = `import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve(name, context, next) { seen.push(name); return next(name, context) } })
    await import('./adapters/mail/index.ts')
    console.log(seen.includes('./client.ts'), seen.some((name) => /nodemailer|imapflow|mailauth|postal-mime/.test(name)))`
  const root = new URL('../../', import.meta.url)
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
  expect(said.trim()).toBe('true false')
})
