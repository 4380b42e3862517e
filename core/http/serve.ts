import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { HubError } from '../contract/errors.ts'

export interface ServeOptions {
  fetch(request: Request, env?: unknown): Response | Promise<Response>
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}
export interface Serving {
  readonly url: string
  readonly port: number
  /** Accepts nothing new, lets requests under way finish, and cuts what is left after `timeoutMs` (long polls, event streams). */
  stop(timeoutMs?: number): Promise<void>
}

/** @example const serving = await serve({ fetch: app.fetch, host: '127.0.0.1', port: 3000 }); await serving.stop() */
export async function serve({ fetch, host, port }: ServeOptions): Promise<Serving> {
  const server = createAdaptorServer({
    fetch,
    // Costs half the time of a JSON answer otherwise, and brings what the next line repairs.
    overrideGlobalObjects: true,
    // Longer than the idle time of common load balancers (60 s): the side that closes first must not be ours.
    serverOptions: { keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 30_000 },
  })
  keepInstances(globalThis.Request)
  keepInstances(globalThis.Response)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (err) => reject(listenFailure(err, host, port)))
    server.listen(port, host, () => resolve())
  })
  const { port: bound } = server.address() as AddressInfo
  let stopped: Promise<void> | null = null
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    stop(timeoutMs = 5_000) {
      stopped ??= new Promise((resolve) => {
        // `close` ends the connections that are idle now; those that become idle later are ended here.
        const sweep = setInterval(() => closeConnections(server, 'idle'), 50)
        const cut = setTimeout(() => closeConnections(server, 'all'), timeoutMs)
        server.close(() => {
          clearInterval(sweep)
          clearTimeout(cut)
          resolve()
        })
      })
      return stopped
    },
  }
}

/**
 * @hono/node-server puts light classes in the place of the global Request and Response. What `fetch` returns descends from the native class
 * alone, and libraries that test `instanceof Response` would no longer know it: the light class answers for its native one too.
 */
function keepInstances(light: typeof Request | typeof Response): void {
  const parent: unknown = Object.getPrototypeOf(light.prototype)
  // Not replaced, or repaired already.
  if (parent === Object.prototype || Object.hasOwn(light, Symbol.hasInstance)) return
  Object.defineProperty(light, Symbol.hasInstance, {
    value(this: unknown, instance: unknown): boolean {
      const root: unknown = this === light ? parent : typeof this === 'function' ? this.prototype : null
      for (let link = instance; typeof link === 'object' && link !== null; ) {
        link = Object.getPrototypeOf(link)
        if (link === root) return true
      }
      return false
    },
  })
}

function closeConnections(server: ReturnType<typeof createAdaptorServer>, which: 'idle' | 'all'): void {
  // HTTP/2 servers lack both; this one is always HTTP/1.1.
  if (!('closeIdleConnections' in server)) return
  if (which === 'all') server.closeAllConnections()
  else server.closeIdleConnections()
}

function listenFailure(err: unknown, host: string, port: number): HubError {
  const code = err instanceof Error && 'code' in err ? err.code : undefined
  const told: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is taken: stop the program that uses it, or set PORT to a free one`,
    EACCES: `Port ${port} may not be opened by this user: set PORT to one above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine: correct HOST`,
    ENOTFOUND: `${host} is not known: correct HOST`,
  }
  const message = told[String(code)] ?? `Cannot listen on ${host}:${port}: ${err instanceof Error ? err.message : err}`
  return new HubError('CONFIG_INVALID', message, { cause: err })
}
