import { z } from 'zod'
import { definePlugin, defineTask } from '../../core/contract/index.ts'

/** The least a step can do, loaded through HUB_PLUGINS: what is measured is the engine. */
export default definePlugin({
  manifest: {
    name: 'bench',
    version: '1.0.0',
    summary: 'A task that gives back what it was given',
    hub: '^1.0.0',
    config: z.object({}),
  },
  setup: () => ({
    tasks: [
      defineTask({
        name: 'bench.step',
        summary: 'Give back a number',
        input: z.object({ n: z.number() }),
        output: z.object({ n: z.number() }),
        sideEffects: 'none',
        run: async ({ n }) => ({ n }),
      }),
    ],
  }),
})
