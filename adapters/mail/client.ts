import { Readable } from 'node:stream'
import type { NodemailerError } from 'nodemailer/lib/errors'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { HubError } from '#contract'
import { isLoopback } from './config.ts'
import { serverBucket } from './limits.ts'

/** How far a mail had come. From `content` on the server may have taken it. */
export type Stage = 'connect' | 'sign-in' | 'envelope' | 'content'

/** What the server said, or that it said nothing. Carries no command and no cause: a command may hold the password. */
export class SmtpFailure extends Error {
  readonly stage: Stage
  /** 'MAIL FROM', 'RCPT TO' or 'DATA' where the server refused one. */
  readonly command: string
  /** nodemailer's or Node's own code: ECONNREFUSED, ETLS. */
  readonly reason: string
  /** The connection could not be made secure. */
  readonly isInsecure: boolean
  readonly status: number | null
  readonly response: string
  constructor(stage: Stage, error: NodemailerError) {
    super(`SMTP failed at ${stage}`)
    this.name = 'SmtpFailure'
    this.stage = stage
    this.command = error.command ?? ''
    this.reason = error.originalCode ?? error.code ?? 'stopped'
    this.isInsecure = error.code === 'ETLS' || /CERT|SELF_SIGNED|ALTNAME|SSL|TLS/.test(this.reason)
    this.status = error.responseCode ?? null
    this.response = error.response ?? ''
  }
}
export interface Envelope {
  readonly from: string
  readonly to: string
}
export interface SmtpClient {
  /**
   * One mail, once, over one connection. `begin` runs when the server has taken the envelope, before the first byte of content is written.
   * Throws `SmtpFailure`, RATE_LIMITED while all connections are busy, or what `begin` throws.
   */
  send(envelope: Envelope, raw: Buffer, begin: () => Promise<void>, signal: AbortSignal): Promise<void>
  /** Does the server let us in? Throws as `send` does. */
  check(signal: AbortSignal): Promise<void>
  close(): void
}
/** Servers count connections as well: Microsoft 365 takes three, Postfix fifty. */
const MAX_CONNECTIONS = 3
const MAX_MAILS_EACH = 50
const IDLE_MS = 8_000
const WAIT_MS = 3_000
const CONNECT_MS = 5_000
const SILENCE_MS = 20_000
/** An attempt this old may have been looked for already, and the mail sent by somebody else: its content is not begun any more. */
const BEGIN_WITHIN_MS = 7_000

interface Session {
  readonly connection: SMTPConnection
  mails: number
  fail: (error: NodemailerError) => void
  idle?: NodeJS.Timeout
}

/** How far a mail is, and one step of nodemailer's, which ends with its callback, with a broken connection or when we are told to stop. */
interface At {
  stage: Stage
  step(name: Stage, begin: (done: (error?: NodemailerError | null) => void) => void): Promise<void>
}

export function createSmtp(address: string): SmtpClient {
  const url = new URL(address)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'smtps:'
  const options = {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // Without encryption whoever is on the way reads the password and the mail. On this machine nobody is.
    ...(isLoopback(host) ? { ignoreTLS: true } : { requireTLS: !secure }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    socketCloseTimeout: 500,
  }
  const user = decodeURIComponent(url.username)
  const pass = decodeURIComponent(url.password)
  const idle: Session[] = []
  const all = new Set<Session>()
  const waiting: (() => void)[] = []
  let isClosed = false

  const drop = (session: Session) => {
    clearTimeout(session.idle)
    if (idle.includes(session)) idle.splice(idle.indexOf(session), 1)
    session.connection.close()
    if (all.delete(session)) waiting.shift()?.()
  }
  const keep = (session: Session) => {
    if (isClosed || session.mails >= MAX_MAILS_EACH || session.connection.destroyed) return drop(session)
    session.fail = () => drop(session)
    session.idle = setTimeout(() => drop(session), IDLE_MS).unref()
    idle.push(session)
    waiting.shift()?.()
  }
  const freed = () =>
    new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(wake), 1)
        resolve(false)
      }, WAIT_MS)
      const wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
      waiting.push(wake)
    })
  /** A connection of the pool, or a new one that is not connected yet. */
  const take = async (): Promise<{ session: Session; isNew: boolean }> => {
    const { default: Connection } = await import('nodemailer/lib/smtp-connection')
    for (;;) {
      const used = idle.pop()
      if (used) {
        clearTimeout(used.idle)
        if (!used.connection.destroyed) return { session: used, isNew: false }
        drop(used)
      } else if (all.size < MAX_CONNECTIONS) {
        const session: Session = { connection: new Connection(options), mails: 0, fail: () => undefined }
        session.connection.on('error', (error: NodemailerError) => session.fail(error))
        all.add(session)
        return { session, isNew: true }
      } else if (!(await freed()))
        throw new HubError('RATE_LIMITED', 'the mail server is busy with earlier mail', {
          retry: { afterMs: 2_000 },
          scope: serverBucket,
        })
    }
  }

  const stopped = (): NodemailerError => Object.assign(new Error('stopped'), { code: 'stopped' })
  /** Runs over a connection that stands and is signed in. Whatever fails ends that connection. */
  const over = async (signal: AbortSignal, run: (session: Session, at: At) => Promise<void>): Promise<void> => {
    if (signal.aborted || isClosed) throw new SmtpFailure('connect', stopped())
    const { session, isNew } = await take()
    const { connection } = session
    const at: At = {
      stage: 'connect',
      step: (name, begin) =>
        new Promise<void>((resolve, reject) => {
          at.stage = name
          session.fail = (error) => reject(new SmtpFailure(at.stage, error))
          begin((error) => (error ? session.fail(error) : resolve()))
        }),
    }
    const onAbort = () => {
      session.fail(stopped())
      connection.close()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      if (signal.aborted) throw new SmtpFailure('connect', stopped())
      if (isNew) {
        await at.step('connect', (done) => connection.connect(done))
        if (user !== '') await at.step('sign-in', (done) => connection.login({ user, pass }, done))
      }
      await run(session, at)
      keep(session)
    } catch (error) {
      drop(session)
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  return {
    async send({ from, to }, raw, begin, signal) {
      const beganMs = performance.now()
      await over(signal, async (session, at) => {
        const inBegin: { readonly error: unknown }[] = []
        async function* content(): AsyncGenerator<Buffer> {
          try {
            await begin()
            if (signal.aborted || performance.now() - beganMs > BEGIN_WITHIN_MS)
              throw new SmtpFailure('envelope', stopped())
          } catch (error) {
            inBegin.push({ error })
            throw error
          }
          at.stage = 'content'
          yield raw
        }
        const envelope = { from, to: [to], size: raw.byteLength }
        try {
          await at.step('envelope', (done) =>
            session.connection.send(envelope, Readable.from(content()), (error) => done(error)),
          )
        } catch (error) {
          const [first] = inBegin
          throw first ? first.error : error
        }
        session.mails += 1
      })
    },
    // An idle connection may have been closed by the other side.
    check: (signal) =>
      over(signal, ({ connection }, at) => at.step('envelope', (done) => connection.reset((error) => done(error)))),
    close() {
      isClosed = true
      for (const session of all) drop(session)
    },
  }
}
