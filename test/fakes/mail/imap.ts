import type { AddressInfo, Socket } from 'node:net'
import start from 'hoodiecrow-imap'

export interface ImapFake {
  readonly url: string
  readonly password: string
  /** A mail arrives. Bytes of any charset as latin1 text. */
  arrive(raw: string, arrived?: Date): void
  folder(path?: string): readonly { readonly uid: number; readonly flags: readonly string[]; readonly raw: string }[]
  /** The server has rebuilt the folder: the same mails have new numbers. */
  renumber(): void
  readonly connections: () => number
  /** Breaks every connection that stands. */
  cut(): void
  close(): Promise<void>
}
/** A real IMAP server on loopback that wants a sign-in. `idle: false`: one that tells nothing by itself. */
export async function startImapFake(options: { readonly idle?: boolean } = {}): Promise<ImapFake> {
  const password = `imap-secret-${Math.random().toString(36).slice(2)}`
  const server = start({
    plugins: [...(options.idle === false ? [] : ['IDLE']), 'MOVE', 'UIDPLUS', 'LITERALPLUS', 'ID'],
    users: { hub: { password } },
    storage: { INBOX: {}, '': { folders: { Done: {} } } },
  })
  const sockets = new Set<Socket>()
  let opened = 0
  server.server.on('connection', (socket: Socket) => {
    opened += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `imap://hub:${password}@127.0.0.1:${port}`,
    password,
    arrive: (raw, arrived) => server.appendMessage('INBOX', [], arrived, raw),
    folder: (path = 'INBOX') => server.getMailbox(path).messages,
    renumber() {
      server.getMailbox('INBOX').uidvalidity += 1
      cut()
    },
    connections: () => opened,
    cut,
    close: () =>
      new Promise((resolve) => {
        cut()
        server.close(() => resolve())
      }),
  }
}
