import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Entry } from './entries.ts'

/**
 * The arrival ledger: a process of its own that is never killed, with an append-only file. A barrier is answered after its fsync, so
 * what a writer flushed is evidence whatever happens to that writer. Started with the file's path; says its port over IPC.
 */
function serveLedger(file: string): void {
  const fd = openSync(file, 'a')
  let queue: { lines: string[]; barriers: (() => void)[] } = { lines: [], barriers: [] }
  let scheduled = false
  const write = () => {
    scheduled = false
    const { lines, barriers } = queue
    queue = { lines: [], barriers: [] }
    if (lines.length > 0) writeSync(fd, `${lines.join('\n')}\n`)
    fsyncSync(fd)
    for (const reached of barriers) reached()
  }
  const server = createServer((socket) => {
    let rest = ''
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.startsWith('{')) queue.lines.push(line)
        else queue.barriers.push(() => socket.write(`${line}\n`))
      }
      if (!scheduled) setImmediate(write)
      scheduled = true
    })
  })
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
  process.on('disconnect', () => {
    write()
    closeSync(fd)
    process.exit(0)
  })
  // Ends with its parent's channel alone: Ctrl-C reaches the whole group.
  process.on('SIGINT', () => undefined)
}

export interface LedgerWriter {
  note(entry: Entry): void
  /** Resolves once everything noted before is on the disk. */
  flush(): Promise<void>
  close(): void
}
export function openLedger(port: number): LedgerWriter {
  const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('utf8')
  let barrier = 0
  const waiting = new Map<string, { resolve(): void; reject(cause: Error): void }>()
  let rest = ''
  socket.on('error', (cause) => {
    for (const { reject } of waiting.values()) reject(cause)
  })
  socket.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      waiting.get(line)?.resolve()
      waiting.delete(line)
    }
  })
  return {
    note: (entry) => void socket.write(`${JSON.stringify(entry)}\n`),
    flush() {
      const name = `flush ${++barrier}`
      return new Promise((resolve, reject) => {
        waiting.set(name, { resolve, reject })
        socket.write(`${name}\n`)
      })
    },
    close: () => socket.end(),
  }
}
export function readLedger(file: string): Entry[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)
}

if (process.argv[1] === import.meta.filename) {
  const [, , file] = process.argv
  if (file === undefined) throw new Error('which file?')
  serveLedger(file)
}
