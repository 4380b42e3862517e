import { findPostgres, startPostgres } from './postgres.ts'
import { findRedis, startRedis } from './redis.ts'
import type { Service } from './server-process.ts'

const CHOICES = ['auto', 'required', 'off'] as const

/**
 * Starts the real stores of a test run before its first test and stops them after its last. `HUB_TEST_SERVICES`: `auto` (default) takes
 * what is installed, `required` fails without, `off` starts none. A server that is already named in `HUB_TEST_DATABASE_URL` or
 * `HUB_TEST_REDIS_URL` is used as it is.
 */
export async function setup(): Promise<() => Promise<void>> {
  const choice = CHOICES.find((one) => one === (process.env.HUB_TEST_SERVICES || 'auto'))
  if (choice === undefined) throw new Error(`HUB_TEST_SERVICES must be one of ${CHOICES.join(', ')}`)
  const started: Service[] = []
  const close = async () => void (await Promise.all(started.splice(0).map((service) => service.stop())))
  const stores = [
    {
      name: 'PostgreSQL',
      variable: 'HUB_TEST_DATABASE_URL',
      found: findPostgres,
      start: startPostgres,
      pack: 'postgresql',
    },
    { name: 'Redis', variable: 'HUB_TEST_REDIS_URL', found: findRedis, start: startRedis, pack: 'redis-server' },
  ]
  const results = await Promise.allSettled(
    stores.map(async ({ name, variable, found, start, pack }) => {
      if (process.env[variable]) return
      if (choice === 'off') return console.warn(`${name}: HUB_TEST_SERVICES=off, its suites are skipped`)
      if (choice === 'auto' && found() === null)
        return console.warn(`${name} is not installed, its suites are skipped (apt-get install ${pack})`)
      const service = await start()
      started.push(service)
      process.env[variable] = service.url
    }),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) {
    await close()
    throw failed.reason
  }
  const { makeTemplates } = await import('../support/templates.ts')
  const removeTemplates = await makeTemplates()
  return async () => {
    removeTemplates()
    await close()
  }
}
