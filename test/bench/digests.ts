import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { z } from 'zod'
import { defineEvent } from '../../core/contract/index.ts'
import { type Composed, compose } from '../../server/compose.ts'
import { readConfig } from '../../server/config.ts'
import { temporaryFolder } from './hub-process.ts'
import { startStores } from './stores.ts'

/**
 * Many digests due in the same minute, on PostgreSQL and Redis: planned, rendered, and taken by an SMTP server in this same process.
 * `node test/bench/digests.ts [count]`
 */
const slot = defineEvent('schedule.digest.due', z.object({ startMs: z.number() }))
const GOAL_SECONDS = 60
const DEPLOYMENTS = 60
const TIMEOUT_MS = 900_000

/** Counts Message-IDs and keeps nothing. */
async function countingServer() {
  const seen = new Map<string, number>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, _session, done) {
      let head = ''
      stream.on('data', (chunk: Buffer) => {
        if (head.length < 4_000) head += chunk.toString('latin1')
      })
      stream.on('end', () => {
        const id = /^Message-ID: (\S+)/im.exec(head)?.[1] ?? 'none'
        seen.set(id, (seen.get(id) ?? 0) + 1)
        done()
      })
    },
  })
  const listening = server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => listening.once('listening', resolve))
  return {
    seen,
    url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
async function seed({ hub, apiToken }: Composed, count: number): Promise<void> {
  for (let i = 0; i < DEPLOYMENTS; i++) {
    const state = i % 9 === 0 ? 'failed' : 'succeeded'
    const body = {
      deploymentId: `d${i}`,
      service: `service-${i % 12}`,
      environment: i % 3 === 0 ? 'staging' : 'production',
      state,
    }
    const answer = await hub.app.fetch(
      new Request('http://hub.test/api/v1/deployments', {
        method: 'POST',
        headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, at: new Date(Date.now() - (i + 1) * 600_000).toISOString() }),
      }),
    )
    if (answer.status !== 202) throw new Error(`a deployment was not taken: ${answer.status} ${await answer.text()}`)
  }
  const open = `select count(*)::int as n from hub.inbox where state = 'new'`
  while (((await hub.store.sql.query<{ n: number }>(open))[0]?.n ?? 0) > 0) await pause()
  // The hub's own workspace is where reports without a workspace belong.
  const [known] = await hub.store.sql.query<{ workspace: string }>(`select workspace from hub.deployments limit 1`)
  await hub.store.sql.query(
    `insert into hub.digest_subscriptions
       (workspace, id, recipient, address, label, place, cadence, weekday, at_minute, zone, quiet, state, owner, owner_name, covered_until, due_at)
     select $2, gen_random_uuid(), 'mail:r' || n || '@shop.test', 'r' || n || '@shop.test', 'r' || n || '@shop.test',
       jsonb_build_object('plugin', 'mail', 'workspace', 'mail:smtp', 'channel', 'r' || n || '@shop.test', 'visibility', 'private'),
       'daily', 1, 480, (array['Europe/Vienna', 'America/New_York', 'Asia/Tokyo', 'UTC'])[1 + n % 4], 'line', 'active', 'slack:U1', 'Ann',
       date_trunc('minute', now()) - interval '1 day 1 minute', date_trunc('minute', now()) - interval '1 minute'
     from generate_series(1, $1::int) n`,
    [count, known?.workspace ?? ''],
  )
}
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 50))

async function measure(count: number): Promise<void> {
  const stores = await startStores()
  const smtp = await countingServer()
  const folder = temporaryFolder()
  let composed: Composed | undefined
  try {
    const { databaseUrl, redisUrl } = await stores.fresh()
    const env = {
      HUB_DATA_DIR: folder.path,
      LOG_LEVEL: 'warn',
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      HUB_SECRET_KEY: randomBytes(32).toString('hex'),
      HUB_PUBLIC_URL: 'https://hub.example.com',
      SMTP_URL: smtp.url,
      MAIL_FROM: 'hub@mail.test',
      MAIL_PER_MINUTE: '60000',
    }
    composed = await compose(readConfig(env), env)
    const { hub } = composed
    await hub.start()
    await seed(composed, count)
    const began = performance.now()
    await hub.entry.publish('digest', slot, { startMs: Date.now() }, { workspace: 'hub:home', deliveryId: 'bench' })
    const stages = {
      planned: `select count(*)::int as n from hub.jobs where kind = 'digest.send'`,
      rendered: `select count(*)::int as n from hub.outbox where plugin = 'mail'`,
      sent: `select count(*)::int as n from hub.outbox where plugin = 'mail' and state = 'sent'`,
    }
    const took: Record<string, number> = {}
    // What this process worked, whatever else the machine had to do.
    const cpu: Record<string, number> = {}
    const before = process.cpuUsage()
    const waiting = new Map(Object.entries(stages))
    while (waiting.size > 0 && performance.now() - began < TIMEOUT_MS) {
      for (const [name, query] of waiting) {
        const [row] = await hub.store.sql.query<{ n: number }>(query)
        if ((row?.n ?? 0) < count) continue
        took[name] = (performance.now() - began) / 1_000
        const { user, system } = process.cpuUsage(before)
        cpu[name] = (user + system) / 1_000_000
        waiting.delete(name)
      }
      await pause()
    }
    const twice = [...smtp.seen.values()].filter((n) => n > 1).length
    const seconds = (name: string) =>
      took[name] === undefined ? 'never' : `${took[name].toFixed(1)} s (${(cpu[name] ?? 0).toFixed(1)} s of CPU)`
    console.log(`${count} digests of ${DEPLOYMENTS} deployments, PostgreSQL ${stores.version} with fsync, Redis`)
    console.log(`planned   ${seconds('planned')}`)
    console.log(`rendered  ${seconds('rendered')}   (goal: planned and rendered within ${GOAL_SECONDS} s)`)
    console.log(
      `sent      ${seconds('sent')}   over three connections; ${smtp.seen.size} arrived, ${twice} of them twice`,
    )
    console.log(`memory    ${Math.round(process.memoryUsage().rss / 1_048_576)} MB, SMTP server included`)
  } finally {
    await composed?.hub.close(2_000)
    await smtp.close()
    await stores.stop()
    folder.remove()
  }
}
await measure(Number(process.argv[2] ?? 10_000))
