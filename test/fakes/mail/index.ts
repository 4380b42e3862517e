import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { checkMail } from './check.ts'

export { readHtml } from './check.ts'

/** What the server says instead of yes, and at which step. */
export type MailFault =
  | { readonly at: 'connect' | 'auth' | 'from' | 'rcpt' | 'data'; readonly code: number; readonly message: string }
  /** Takes the mail, then breaks off or keeps silent. */
  | { readonly at: 'accepted'; readonly ends: 'cut' | 'silence' | { readonly code: number; readonly message: string } }
  /** Reads the whole mail and breaks off without keeping it. */
  | { readonly at: 'read'; readonly ends: 'cut' }

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  readonly parsed: Email
  /** Value of the first field of that name, unfolded. */
  header(name: string): string | undefined
}
export interface MailFake {
  readonly url: string
  readonly password: string
  readonly env: Readonly<Record<'SMTP_URL' | 'MAIL_FROM', string>>
  readonly mails: ReceivedMail[]
  /** What a strict server or reader would object to. */
  readonly problems: string[]
  readonly connections: () => number
  fault(fault: MailFault, times?: number): void
  /** Addresses that no mailbox has. */
  readonly unknown: Set<string>
  /** Milliseconds that the server takes to think about each mail. */
  delayMs: number
  waitFor(enough: (mails: readonly ReceivedMail[]) => boolean, timeoutMs?: number): Promise<readonly ReceivedMail[]>
  goAway(): Promise<void>
  close(): Promise<void>
}
const USER = 'hub'
const MAX_BYTES = 2_000_000

/** `secure`: encrypted from the first byte, with a certificate that nobody vouches for. A real SMTP server on loopback that wants a sign-in, reads every mail and keeps what it has taken. */
export async function startMailFake(options: { readonly secure?: boolean } = {}): Promise<MailFake> {
  const password = `smtp-secret-${Math.random().toString(36).slice(2)}`
  const mails: ReceivedMail[] = []
  const problems: string[] = []
  const armed: MailFault[] = []
  let opened = 0
  const take = <A extends MailFault['at']>(at: A): Extract<MailFault, { at: A }> | undefined => {
    const found = armed.find((one): one is Extract<MailFault, { at: A }> => one.at === at)
    if (found) armed.splice(armed.indexOf(found), 1)
    return found
  }
  const refusal = (code: number, message: string) => Object.assign(new Error(message), { responseCode: code })
  const refusedAt = (at: 'connect' | 'auth' | 'from' | 'rcpt' | 'data'): Error | null => {
    const fault = take(at)
    return fault ? refusal(fault.code, fault.message) : null
  }
  const cut = (session: SMTPServerSession) => {
    for (const one of server.connections) if (one.id === session.id) one._socket.destroy()
  }
  const fake = { delayMs: 0 }
  const unknown = new Set<string>()
  const server = new SMTPServer({
    ...(options.secure ? { secure: true } : { disabledCommands: ['STARTTLS'] }),
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: MAX_BYTES,
    closeTimeout: 50,
    onConnect(_session, done) {
      opened += 1
      done(refusedAt('connect'))
    },
    onAuth(auth, _session, done) {
      const refused = refusedAt('auth')
      if (refused) return done(refused)
      if (auth.username !== USER || auth.password !== password) return done(refusal(535, '5.7.8 Bad credentials'))
      done(null, { user: USER })
    },
    onMailFrom: (_address, _session, done) => done(refusedAt('from')),
    onRcptTo({ address }, _session, done) {
      if (unknown.has(address)) return done(refusal(550, '5.1.1 No such mailbox'))
      done(refusedAt('rcpt'))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        void (async () => {
          if (fake.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.delayMs))
          const refused = refusedAt('data')
          if (refused) return done(refused)
          if (take('read')) return cut(session)
          mails.push(await received(Buffer.concat(chunks), session, problems))
          const fault = take('accepted')
          if (!fault) return done(null, `queued as ${mails.length}`)
          if (fault.ends === 'cut') cut(session)
          else if (fault.ends !== 'silence') done(refusal(fault.ends.code, fault.ends.message))
        })()
      })
    },
  })
  server.on('error', () => undefined)
  const listening = server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => listening.once('listening', resolve))
  const { port } = listening.address() as AddressInfo
  const url = `${options.secure ? 'smtps' : 'smtp'}://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}`
  let gone: Promise<void> | undefined
  const goAway = () => {
    gone ??= new Promise((resolve) => {
      for (const one of server.connections) one._socket.destroy()
      server.close(() => resolve())
    })
    return gone
  }
  return Object.assign(fake, {
    url,
    password,
    env: { SMTP_URL: url, MAIL_FROM: 'AutoDevHub <hub@mail.test>' },
    mails,
    problems,
    unknown,
    connections: () => opened,
    fault(fault: MailFault, times = 1) {
      for (let i = 0; i < times; i++) armed.push(fault)
    },
    async waitFor(enough: (all: readonly ReceivedMail[]) => boolean, timeoutMs = 10_000) {
      const until = performance.now() + timeoutMs
      while (!enough(mails)) {
        if (performance.now() > until)
          throw new Error(`${mails.length} mails after ${timeoutMs} ms: not what was expected`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return mails
    },
    goAway,
    close: goAway,
  })
}

async function received(raw: Buffer, { envelope }: SMTPServerSession, problems: string[]): Promise<ReceivedMail> {
  const text = raw.toString('latin1')
  const parsed = await PostalMime.parse(raw)
  problems.push(...checkMail(text, parsed))
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
    raw: text,
    parsed,
    header: (name) => parsed.headers.find(({ key }) => key === name.toLowerCase())?.value,
  }
}
