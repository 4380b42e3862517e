import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SlackFake, startSlackFake } from '../test/fakes/slack/index.ts'
import { dataFolders, type Ended, type HubProcess, mustRun, startHubProcess } from '../test/support/process.ts'

/** Every point that a command passes, in order; at each the process ends itself as `kill -9` would. */
const POINTS = [
  'after_inbox_commit',
  'before_handler',
  'after_handler',
  'before_job_commit',
  'after_job_commit',
  'before_http',
  'after_http_before_commit',
] as const
const CHANNEL = 'C0CRASHED'
const TEXT = 'As a shopper I want to pay with a saved card so that checkout is quick'

describe('kill -9 of an embedded hub', () => {
  let slack: SlackFake
  let folders: ReturnType<typeof dataFolders>
  beforeAll(async () => {
    ;[slack, folders] = await Promise.all([startSlackFake({ openWorld: true }), dataFolders()])
  })
  afterAll(async () => {
    await slack?.close()
    folders?.remove()
  })

  const start = async (dataDir: string, crash: string | null): Promise<HubProcess | Ended> => {
    // Its lease is the usual half minute: a restart must not wait for it.
    const HUB_FAULTS = `sweep=100,look=100,lastlook=300,schedules=off${crash === null ? '' : `,crash=${crash}`}`
    return startHubProcess({ ...slack.env, HUB_DATA_DIR: dataDir, LOG_LEVEL: 'warn', HUB_FAULTS })
  }
  const type = (hub: HubProcess) =>
    slack
      .to(`${hub.url}/hooks/slack`)
      .slash({ command: '/story', text: TEXT, channel: CHANNEL })
      .then(
        (sent) => sent.status,
        () => 0,
      )

  it('loses nothing and says nothing twice, wherever it strikes: one command, killed at every point in turn', async () => {
    const dataDir = folders.fresh()
    const refusing = mustRun(await start(dataDir, 'before_inbox_commit'))
    expect(await type(refusing)).toBe(0)
    expect((await refusing.ended).signal).toBe('SIGKILL')

    for (const [i, point] of POINTS.entries()) {
      const hub = await start(dataDir, point)
      // Typed once more, because the first was never stored; from then on the hub goes on by itself.
      if (i === 0) expect(await type(mustRun(hub))).toBe(0)
      // It takes up its work before it reports that it listens, and may not live to see that.
      const ended = 'url' in hub ? await hub.ended : hub
      expect(ended.signal, point).toBe('SIGKILL')
      const posts = slack.shown(CHANNEL).length
      expect(posts, point).toBe(point === 'after_http_before_commit' ? 1 : 0)
    }
    const last = mustRun(await start(dataDir, null))
    const restless =
      /^hub_(?:inbox_new|(?:jobs|outbox)\{state="(?:pending|running|inflight|unknown|reconciling|held|dead)"\}) [1-9]/m
    const rests = async () => !restless.test(await (await fetch(`${last.url}/metrics`)).text())
    await expect.poll(rests, { timeout: 10_000 }).toBe(true)
    const shown = slack.shown(CHANNEL)
    expect(shown).toHaveLength(1)
    expect(shown[0]?.text).toMatch(/ST-1\b/)
    expect(slack.problems).toEqual([])
    expect((await last.kill('SIGTERM')).code).toBe(0)
  }, 180_000)
})
