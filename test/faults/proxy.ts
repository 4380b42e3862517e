import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What happens to connections made from now on. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Every chunk, both ways, this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** RST at once. */
  | { readonly kind: 'reset' }
  /** The request goes through; the answer ends, with an RST, after this many bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The request goes through; of the answer nothing ever comes, and the connection stays open. */
  | { readonly kind: 'half-open' }

export interface FaultProxy {
  readonly port: number
  /** Connections to which each kind was applied, by kind. */
  readonly counts: Readonly<Record<string, number>>
  /** Asked for each connection. Those that are open are ended, so that a keep-alive does not slip through. */
  set(choose: () => ProxyMode): void
  close(): Promise<void>
}

export async function startProxy(targetPort: number): Promise<FaultProxy> {
  const open = new Set<Socket>()
  const counts: Record<string, number> = {}
  let choose: () => ProxyMode = () => ({ kind: 'pass' })
  const server = createServer((client) => {
    const mode = choose()
    counts[mode.kind] = (counts[mode.kind] ?? 0) + 1
    open.add(client)
    client.on('close', () => open.delete(client))
    client.on('error', () => client.destroy())
    if (mode.kind === 'reset') {
      client.resetAndDestroy()
      return
    }
    const target = connect(targetPort, '127.0.0.1')
    open.add(target)
    target.on('close', () => {
      open.delete(target)
      if (mode.kind !== 'half-open') client.destroy()
    })
    target.on('error', () => target.destroy())
    client.on('close', () => target.destroy())
    const later = (run: () => void) => {
      if (mode.kind === 'delay') setTimeout(run, mode.ms).unref()
      else run()
    }
    client.on('data', (chunk) => later(() => target.writable && target.write(chunk)))
    let passed = 0
    target.on('data', (chunk) => {
      if (mode.kind === 'half-open') return
      if (mode.kind !== 'cut') {
        later(() => client.writable && client.write(chunk))
        return
      }
      const left = mode.afterBytes - passed
      passed += chunk.byteLength
      if (passed <= mode.afterBytes) client.write(chunk)
      else client.write(chunk.subarray(0, Math.max(0, left)), () => client.resetAndDestroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    set(next) {
      choose = next
      for (const socket of open) socket.destroy()
    },
    close() {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
