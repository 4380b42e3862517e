/** What `hub doctor` says of a Redis. `problem` names the cure; `note` is no reason not to start. */
export interface RedisReport {
  readonly problem: string | null
  readonly note: string | null
  readonly version: string
}

/** Connects, signs in and asks, once: no retry, nothing left open. */
export async function checkRedis(url: string, timeoutMs: number): Promise<RedisReport> {
  const { Redis } = await import('ioredis')
  const { host } = new URL(url)
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
  })
  let trouble: Error | undefined
  redis.on('error', (error: Error) => {
    trouble = error
  })
  try {
    await redis.connect()
    const info = await redis.info()
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? ''
    const policy = field('maxmemory_policy')
    const evicts = policy !== '' && policy !== 'noeviction'
    return {
      problem: null,
      note: evicts ? `its maxmemory-policy is ${policy}: set noeviction, or rings get lost when it is full` : null,
      version: field('redis_version'),
    }
  } catch (error) {
    const why = trouble ?? error
    const text = why instanceof Error ? why.message : String(why)
    const login = /WRONGPASS|NOAUTH|NOPERM/.test(text)
    const cure = login
      ? 'it refused the user or the password: correct them in REDIS_URL'
      : 'start it, or correct REDIS_URL'
    return {
      problem: `${host} cannot be used (${codeOf(why) ?? (login ? 'refused' : text)}): ${cure}`,
      note: null,
      version: '',
    }
  } finally {
    redis.disconnect()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
