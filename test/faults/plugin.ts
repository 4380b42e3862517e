import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineCommand, definePlugin, HubError } from '#contract'

/** Commands of the fault tests, loaded through HUB_PLUGINS like anybody's plugin. Each answers with one post that carries its op. */
export default definePlugin({
  manifest: {
    name: 'faults',
    version: '1.0.0',
    summary: 'Commands that answer, fail, hang or end the process',
    hub: '^1.0.0',
    config: z.object({
      /** FAULTS_FIXED=yes: what failed works from now on. */
      fixed: z.enum(['yes', 'no']).default('no'),
    }),
  },
  setup(hub) {
    const works = hub.config.fixed === 'yes'
    const args = z.object({ words: z.string().describe('Words to answer with').meta({ rest: true }) })
    const whisper = defineCommand({
      name: 'whisper',
      summary: 'Answer with the same words, to the asker alone',
      args,
      examples: ['whisper op-1 hello'],
      allow: 'member',
      sideEffects: 'none',
      run: ({ words }, { actor }) => ({ text: words, only: actor.account }),
    })
    const command = (name: string, summary: string, fail: (words: string) => Promise<void>) =>
      defineCommand({
        name,
        summary,
        args,
        examples: [`${name} op-1 hello`],
        allow: 'member',
        sideEffects: 'none',
        async run({ words }) {
          await fail(words)
          return { text: words }
        },
      })
    return {
      commands: [
        command('echo', 'Answer with the same words', async () => undefined),
        command('wait', 'Answer with the same words after a moment', async () => void (await sleep(20))),
        whisper,
        command('poison', 'Fail until it is fixed', async (words) => {
          if (!works) throw new HubError('UNAVAILABLE', `${words} is poison`)
        }),
        command('hang', 'Never answer until it is fixed', async () => {
          if (!works) await new Promise<never>(() => undefined)
        }),
        command('crash', 'End the process until it is fixed', async () => {
          if (!works) process.exit(1)
        }),
      ],
    }
  },
})
