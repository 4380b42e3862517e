import type { FetchMessageObject, ImapFlow } from 'imapflow'
import { HubError } from '#contract'
import { clean } from '../shared/text.ts'
import type { ImapAddress } from './config.ts'
import type { Letter } from './inbound.ts'
import { MAX_BYTES, MAX_HEAD_BYTES } from './limits.ts'

/** One folder over one connection. Whatever fails rejects and leaves nothing half done: fetching changes no flag. */
export interface Mailbox {
  readonly uidValidity: string
  /** The number that the next mail gets. */
  readonly uidNext: number
  /** Numbers above `uid`, lowest first, a batch at most. */
  after(uid: number): Promise<readonly number[]>
  /** Numbers of what arrived since then, lowest first. */
  since(ms: number): Promise<readonly number[]>
  /** null where it is gone. */
  letter(uid: number): Promise<Letter | null>
  /** Marks as read, or moves away. False where the server does not let us. */
  settle(uid: number): Promise<boolean>
  /** Resolves when there may be something new: told by IDLE, or because it is time to look. */
  changed(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}
const CONNECT_MS = 10_000
const SILENCE_MS = 90_000
const CLOSE_MS = 1_500
const BATCH = 50
/** Between commands we pause less; a mailbox that is only looked at is idle at once. */
const IDLE_AFTER_MS = 200
/** Where IDLE tells at once, looking is for servers and routers that forget about a connection. https://www.rfc-editor.org/rfc/rfc2177 */
const LOOK_MS = { idle: 60_000, poll: 15_000 } as const

export async function openMailbox(
  address: ImapAddress,
  moveTo: string | undefined,
  signal: AbortSignal,
): Promise<Mailbox> {
  const { ImapFlow } = await import('imapflow')
  const { host, port, secure, user, password, folder } = address
  const client = new ImapFlow({
    host,
    port,
    secure,
    // Plain only to this machine, which the configuration has checked.
    ...(secure ? {} : { doSTARTTLS: false }),
    auth: { user, pass: password },
    clientInfo: { name: 'AutoDevHub' },
    logger: false,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    autoIdleDelay: IDLE_AFTER_MS,
    maxIdleTime: LOOK_MS.idle,
    // A server that sends more than was asked for.
    maxLiteralSize: MAX_BYTES * 2,
    maxResponseSize: MAX_BYTES * 3,
    maxLineLength: 1_000_000,
  })
  let wake: () => void = () => undefined
  let news = false
  let broken: unknown = null
  const fail = (error: unknown) => {
    broken ??= error
    wake()
  }
  client.on('exists', () => {
    news = true
    wake()
  })
  client.on('error', fail)
  client.on('close', () => fail(new HubError('UNAVAILABLE', 'the mail server closed the connection')))
  let isOpen = false
  let closing: NodeJS.Timeout | undefined
  /** What is being done now may come to its end; a connection that is only being made may not. */
  const abort = () => {
    wake()
    if (isOpen) closing = setTimeout(() => client.close(), CLOSE_MS)
    else client.close()
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    await client.connect()
    const opened = await client.mailboxOpen(folder)
    isOpen = true
    return mailboxOf(client, { uidValidity: String(opened.uidValidity), uidNext: opened.uidNext })
  } catch (error) {
    signal.removeEventListener('abort', abort)
    client.close()
    throw failureOf(error)
  }

  function mailboxOf(flow: ImapFlow, numbers: Pick<Mailbox, 'uidValidity' | 'uidNext'>): Mailbox {
    const call = async <T>(run: () => Promise<T>): Promise<T> => {
      if (broken !== null) throw failureOf(broken)
      try {
        return await run()
      } catch (error) {
        throw failureOf(broken ?? error)
      }
    }
    const found = async (query: Parameters<ImapFlow['search']>[0]) => {
      const uids = await call(() => flow.search(query, { uid: true }))
      return uids ? [...uids].sort((a, b) => a - b) : []
    }
    return {
      ...numbers,
      async after(uid) {
        news = false
        // A range that ends in a star always holds the last mail, whatever its number.
        return (await found({ uid: `${uid + 1}:*` })).filter((one) => one > uid).slice(0, BATCH)
      },
      since: (ms) => found({ since: new Date(ms) }),
      async letter(uid) {
        const told = await call(() =>
          flow.fetchOne(String(uid), { uid: true, size: true, internalDate: true }, { uid: true }),
        )
        if (!told) return null
        const isWhole = (told.size ?? Number.POSITIVE_INFINITY) <= MAX_BYTES
        const source = { start: 0, maxLength: isWhole ? MAX_BYTES : MAX_HEAD_BYTES }
        const got = await call(() => flow.fetchOne(String(uid), { uid: true, source }, { uid: true }))
        if (!got || got.source === undefined) return null
        const raw = isWhole ? got.source : headOf(got.source)
        return { uid, arrivedMs: arrivalOf(told), raw, isWhole }
      },
      async settle(uid) {
        const seen = () => call(() => flow.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true }))
        if (moveTo === undefined) return seen()
        const moved = await call(() => flow.messageMove(String(uid), moveTo, { uid: true })).catch(
          (error: HubError) => {
            // Refused, and the connection stands.
            if (error.code === 'NOT_FOUND') return false
            throw error
          },
        )
        if (moved) return true
        await seen()
        return false
      },
      async changed(stop) {
        const canIdle = flow.capabilities.has('IDLE')
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, canIdle ? LOOK_MS.idle : LOOK_MS.poll)
          function done() {
            clearTimeout(timer)
            stop.removeEventListener('abort', done)
            wake = () => undefined
            resolve()
          }
          wake = done
          stop.addEventListener('abort', done, { once: true })
          if (news || broken !== null || stop.aborted) done()
        })
        if (broken !== null && !stop.aborted) throw failureOf(broken)
      },
      async close() {
        signal.removeEventListener('abort', abort)
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, CLOSE_MS)
        })
        if (!flow.isClosed) await Promise.race([flow.logout().catch(() => undefined), late])
        clearTimeout(timer)
        clearTimeout(closing)
        flow.close()
      },
    }
  }
}
const arrivalOf = ({ internalDate }: FetchMessageObject): number => {
  const ms = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime()
  return Number.isNaN(ms) ? Date.now() : ms
}
function headOf(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n\r\n')
  return end < 0 ? bytes : bytes.subarray(0, end + 4)
}
/** In words for the operator, without anything that was sent. */
function failureOf(error: unknown): HubError {
  if (error instanceof HubError) return error
  const told = error instanceof Error ? error : new Error(String(error))
  const field = (name: string): string => {
    const value: unknown = Reflect.get(told, name)
    return typeof value === 'string' ? value : ''
  }
  const said = clean(field('responseText')).replace(/\s+/g, ' ').slice(0, 200)
  const quote = said === '' ? '' : ` (it said: ${said})`
  if (Reflect.get(told, 'authenticationFailed') === true)
    return new HubError(
      'UNAUTHENTICATED',
      `the mailbox refused the sign-in: check user and password in IMAP_URL${quote}`,
    )
  if (/CERT|SELF_SIGNED|ALTNAME|SSL|TLS/.test(field('code')))
    return new HubError(
      'UNAUTHENTICATED',
      `the certificate of the mail server cannot be trusted (${field('code')}): check the host in IMAP_URL`,
    )
  if (said !== '' && field('responseStatus') === 'NO')
    return new HubError('NOT_FOUND', `the mail server refused: check the folder in IMAP_URL${quote}`)
  return new HubError(
    'UNAVAILABLE',
    `the mail server cannot be reached (${field('code') || told.message.slice(0, 100)}); check the network and IMAP_URL`,
  )
}
