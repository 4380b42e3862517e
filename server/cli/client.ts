import { HubError, type Message } from '#contract'

/** The API as the command line uses it: over the network, or into a hub of this very process. */
export interface Client {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body?: object): Promise<T>
  /** Where it speaks to, for people. */
  readonly where: string
  close(): Promise<void>
}
export interface Job {
  readonly id: string
  readonly state: 'pending' | 'running' | 'done' | 'dead' | 'cancelled'
  readonly attempts: number
  readonly error: string | null
  readonly errorCode: string | null
  readonly result: Message | null
}

type Fetch = (request: Request) => Response | Promise<Response>

export function createClient(options: {
  where: string
  base: string
  token: string
  fetch: Fetch
  close(): Promise<void>
}): Client {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = {
      authorization: `Bearer ${options.token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    }
    let response: Response
    try {
      response = await options.fetch(
        new Request(`${options.base}/api/v1${path}`, {
          method,
          headers,
          ...(body ? { body: JSON.stringify(body) } : {}),
        }),
      )
    } catch (cause) {
      throw new HubError('UNAVAILABLE', `the hub at ${options.where} does not answer: is it still running?`, { cause })
    }
    const text = await response.text()
    const answer = parsed(text)
    if (response.ok) return answer as T
    const { detail, title } = (answer ?? {}) as { detail?: string; title?: string }
    const why = detail ?? title ?? `status ${response.status}`
    if (response.status === 401)
      throw new HubError(
        'UNAUTHENTICATED',
        `the hub at ${options.where} refused the key: use the HUB_SECRET_KEY it was started with`,
      )
    throw new HubError(
      response.status === 404
        ? 'NOT_FOUND'
        : response.status === 409
          ? 'CONFLICT'
          : response.status < 500
            ? 'INPUT_INVALID'
            : 'UNAVAILABLE',
      why,
    )
  }
  return {
    where: options.where,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    close: options.close,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
