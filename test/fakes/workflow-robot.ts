import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { definePlugin, defineTask } from '#contract'

/** As HUB_PLUGINS names it. */
export const robotFile = fileURLToPath(import.meta.url)

/** A task that leaves a line in a file for each time it is done, loaded through HUB_PLUGINS by a hub that is killed meanwhile. */
export default definePlugin({
  manifest: {
    name: 'robot',
    version: '1.0.0',
    summary: 'A task that leaves a trace',
    hub: '^1.0.0',
    config: z.object({ file: z.string() }),
  },
  setup: (hub) => ({
    tasks: [
      defineTask({
        name: 'robot.note',
        summary: 'Write a line',
        input: z.object({ name: z.string() }),
        output: z.object({ name: z.string() }),
        sideEffects: 'outside',
        async run({ name }, { jobId, signal }) {
          await sleep(15, undefined, { signal })
          appendFileSync(hub.config.file, `${name} ${jobId}\n`)
          await sleep(15, undefined, { signal })
          return { name }
        },
      }),
    ],
  }),
})
