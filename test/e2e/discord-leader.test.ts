import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DiscordFake, startDiscordFake } from '../fakes/discord/index.ts'
import { freshDatabase, services } from '../services/index.ts'
import { type HubProcess, mustRun, startHubProcess } from '../support/process.ts'

const CHANNELS = ['720000000000000001', '720000000000000002', '720000000000000003']

describe.skipIf(services().databaseUrl === null)('two workers and one connection to Discord', () => {
  let discord: DiscordFake
  let env: Readonly<Record<string, string>>
  const workers: HubProcess[] = []
  const start = async () => {
    const worker = mustRun(await startHubProcess(env))
    workers.push(worker)
    return worker
  }
  beforeAll(async () => {
    discord = await startDiscordFake({ openWorld: true })
    const secret = { HUB_SECRET_KEY: 'cd'.repeat(32), LOG_LEVEL: 'warn' }
    env = { ...discord.env, ...secret, DISCORD_GATEWAY: 'on', DATABASE_URL: await freshDatabase(), HUB_ROLE: 'worker' }
  })
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill('SIGKILL')))
    await discord?.close()
  })
  const answers = (n: number, count: number) =>
    discord.waitFor((all) => all.length >= count, { channel: CHANNELS[n] ?? '', timeoutMs: 60_000 })
  const say = (n: number) => discord.gateway.say({ content: 'story list', channel: CHANNELS[n] ?? '', mention: true })

  it('the one that leads is killed: the other goes on with its session, and what was said meanwhile is answered once', async () => {
    const first = await start()
    await expect.poll(() => discord.gateway.standing(), { timeout: 30_000 }).toBe(1)
    await start()
    say(0)
    await answers(0, 1)
    await first.kill('SIGKILL')
    await expect.poll(() => discord.gateway.standing(), { timeout: 10_000 }).toBe(0)
    say(1)
    await answers(1, 1)
    expect(discord.gateway.standing()).toBe(1)
    expect(discord.gateway.identified).toHaveLength(1)
    expect(discord.gateway.resumed).toHaveLength(1)
    // Repeated from the last one that was stored: heard again, and answered no second time.
    say(2)
    await answers(2, 1)
    for (const channel of CHANNELS) expect(discord.shown(channel)).toHaveLength(1)
    expect(discord.problems).toEqual([])
  }, 240_000)

  it('one that is asked to end hands over at once', async () => {
    const [, second] = workers
    await start()
    const resumed = discord.gateway.resumed.length
    const ended = await second?.kill('SIGTERM')
    expect(ended?.code).toBe(0)
    await expect.poll(() => discord.gateway.resumed.length, { timeout: 15_000 }).toBe(resumed + 1)
    expect(discord.gateway.identified).toHaveLength(1)
  }, 240_000)
})
