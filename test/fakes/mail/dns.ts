import { createSocket } from 'node:dgram'

const TXT = 16
const NO_SUCH_NAME = 3
const SERVER_FAILURE = 2
/** A character string of DNS holds this many bytes. */
const MAX_STRING = 255

export interface DnsFake {
  /** As `MAIL_DNS_SERVERS` takes it. */
  readonly address: string
  readonly texts: Map<string, string>
  /** Names that are asked for and not known now. */
  readonly failing: Set<string>
  close(): Promise<void>
}
/** A real name server on loopback for TXT records. */
export async function startDnsFake(texts: Readonly<Record<string, string>> = {}): Promise<DnsFake> {
  const known = new Map(Object.entries(texts))
  const failing = new Set<string>()
  const socket = createSocket('udp4')
  socket.on('message', (asked, from) => {
    const labels: string[] = []
    let at = 12
    while ((asked[at] ?? 0) > 0) {
      const length = asked[at] ?? 0
      labels.push(asked.toString('latin1', at + 1, at + 1 + length))
      at += length + 1
    }
    const name = labels.join('.').toLowerCase()
    const question = asked.subarray(12, at + 5)
    const text = asked.readUInt16BE(at + 1) === TXT ? known.get(name) : undefined
    const code = failing.has(name) ? SERVER_FAILURE : text === undefined ? NO_SUCH_NAME : 0
    const head = Buffer.alloc(12)
    asked.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 | code, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(code === 0 ? 1 : 0, 6)
    socket.send(Buffer.concat([head, question, ...(code === 0 ? [answerOf(text ?? '')] : [])]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${socket.address().port}`,
    texts: known,
    failing,
    close: () => new Promise((resolve) => void socket.close(() => resolve())),
  }
}
function answerOf(text: string): Buffer {
  const bytes = Buffer.from(text)
  const strings: Buffer[] = []
  for (let i = 0; i < bytes.length; i += MAX_STRING) {
    const piece = bytes.subarray(i, i + MAX_STRING)
    strings.push(Buffer.from([piece.length]), piece)
  }
  const data = Buffer.concat(strings)
  // The name by pointer to the question, one minute to live.
  const head = Buffer.from([0xc0, 0x0c, 0, TXT, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 0xff])
  return Buffer.concat([head, data])
}
