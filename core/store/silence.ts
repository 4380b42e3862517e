import net from 'node:net'

/** The code that `isAway` knows: a server that has gone silent is away. */
const SILENT = 'ETIMEDOUT'
/** The limit is counted in these: a process that was suspended, or busy, counts one for all the time it did not run. */
const TICKS = 6

/** Where the driver's options say that the server is. */
interface Address {
  readonly host: readonly string[]
  readonly port: readonly number[]
  readonly path?: string | false
  readonly sslnegotiation?: string | null
}
interface Statement {
  /** Tick at which it went out; null while nothing is asked of the server. */
  since: number | null
  readonly reject: (error: Error) => void
}
/** Connections whose statements are all short end with the first that is not answered; the others only with a server that tells nobody anything. */
export type Statements = 'short' | 'long'

/**
 * Notices a server that is gone without a reset, whose connections the kernel keeps for a quarter of an hour: a statement that was not answered within
 * the limit is refused, and connections that have heard nothing for as long are closed, so that the next statement makes a new one. An idle
 * connection is no sign of anything, and neither is a slow statement while others are answered.
 */
export interface Silence {
  /** For the driver's `socket`. */
  connect(statements: Statements): (to: Address) => net.Socket
  /** One statement. */
  answered<T>(statement: Promise<T>): Promise<T>
  /** A transaction: only its statements count, and not what is done between them. */
  transaction<T, Tx>(begin: (run: (tx: Tx) => Promise<T>) => Promise<T>, work: (tx: Tx) => Promise<T>): Promise<T>
  close(): void
}

export function watchSilence(limitMs: number): Silence {
  const sockets = new Map<net.Socket, { readonly statements: Statements; bytes: number; heard: number }>()
  const out = new Set<Statement>()
  let tick = 0

  const look = (): void => {
    tick += 1
    const isLong = (since: number) => tick - since > TICKS
    let heardOfAny = false
    for (const [socket, connection] of sockets) {
      // TLS above it takes every listener away.
      if (socket.destroyed) sockets.delete(socket)
      if (socket.bytesRead !== connection.bytes) Object.assign(connection, { bytes: socket.bytesRead, heard: tick })
      if (connection.bytes > 0 && !isLong(connection.heard)) heardOfAny = true
    }
    const late = [...out].filter(({ since }) => since !== null && isLong(since))
    if (late.length === 0) return
    const error = Object.assign(new Error(`the database has not answered within ${limitMs} ms`), { code: SILENT })
    for (const { reject } of late) reject(error)
    for (const [socket, { statements, heard }] of sockets) {
      // Without an error, which nobody listens for where TLS lies above it.
      if (isLong(heard) && (statements === 'short' || !heardOfAny)) socket.destroy()
    }
  }
  const timer = setInterval(look, limitMs / TICKS).unref()

  const watch = <T>(work: (statement: Statement) => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const statement: Statement = { since: tick, reject }
      out.add(statement)
      work(statement).then(
        (value) => {
          out.delete(statement)
          resolve(value)
        },
        (error) => {
          out.delete(statement)
          reject(error)
        },
      )
    })
  return {
    connect(statements) {
      let next = 0
      return ({ host, port, path, sslnegotiation }) => {
        const at = next++ % host.length
        const there = { host: host[at] ?? 'localhost', port: port[at] ?? 5432 }
        const socket = new net.Socket()
        sockets.set(socket, { statements, bytes: 0, heard: tick })
        const open = () => socket.connect(path ? { path } : there)
        // Once the driver listens: some failures come at once. TLS without a question before it needs a socket that is opening.
        if (sslnegotiation === 'direct') open()
        else setImmediate(open)
        // The certificate is for this name.
        return path ? socket : Object.assign(socket, there)
      }
    },
    answered: (statement) => watch(() => statement),
    transaction: (begin, work) =>
      watch((statement) =>
        begin(async (tx) => {
          statement.since = null
          const result = await work(tx)
          statement.since = tick
          return result
        }),
      ),
    close: () => clearInterval(timer),
  }
}
