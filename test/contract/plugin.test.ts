import { Hono } from 'hono'
import { z } from 'zod'
import {
  defineCommand,
  defineJob,
  definePlugin,
  defineService,
  type HookEnv,
  HubError,
  handleJob,
  provide,
} from '../../core/contract/index.ts'
import { pluginContract } from './plugin.ts'

/** A plugin of the size a third party would begin with: one command, one job, one hook, one service used. */
const clock = defineService<{ now(): Date }>('clock')
const remind = defineJob({
  name: 'sample.remind',
  payload: z.object({ what: z.string() }),
  retry: { attempts: 3, backoffMs: 1000 },
})
export const sample = definePlugin({
  manifest: {
    name: 'sample',
    version: '1.0.0',
    summary: 'Reminds people of things',
    hub: '^1.0.0',
    config: z.object({ token: z.string().min(8), url: z.url().default('https://sample.test') }),
    secrets: ['token'],
    requires: [clock],
  },
  setup(hub) {
    let started = false
    const routes = new Hono<HookEnv>().post('/', async (c) => {
      if (c.req.header('x-token') !== hub.config.token) throw new HubError('SIGNATURE_INVALID', 'Wrong x-token')
      return c.body(null, 200)
    })
    return {
      routes,
      commands: [
        defineCommand({
          name: 'remind',
          summary: 'Remind this channel of something',
          args: z.object({ what: z.string().describe('What to be reminded of').meta({ rest: true }) }),
          examples: ['remind stand-up at nine'],
          allow: 'member',
          sideEffects: 'hub',
          run: async ({ what }, ctx) => {
            await ctx.enqueue(remind, { what })
            return { text: `I shall remind you of ${what}` }
          },
        }),
      ],
      jobs: [handleJob(remind, ({ what }) => ({ text: `${what} (${hub.use(clock).now().toISOString()})` }))],
      start() {
        if (started) throw new HubError('CONFLICT', 'started twice')
        started = true
      },
      close() {
        started = false
      },
      health: () => ({ status: started ? 'ok' : 'degraded', detail: 'not started' }),
    }
  },
})

pluginContract({
  plugin: sample,
  config: { token: 'sample-token' },
  services: [provide(clock, { now: () => new Date(0) })],
})
