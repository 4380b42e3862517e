import { z } from 'zod'
import { defineCommand, definePlugin } from '../../core/contract/index.ts'

/** The least a command can do, loaded through HUB_PLUGINS like anybody's plugin: what is measured is the hub. */
export default definePlugin({
  manifest: {
    name: 'bench',
    version: '1.0.0',
    summary: 'Answers with the words it was given',
    hub: '^1.0.0',
    config: z.object({}),
  },
  setup: () => ({
    commands: [
      defineCommand({
        name: 'echo',
        summary: 'Answer with the same words',
        args: z.object({ words: z.string().describe('Words to answer with').meta({ rest: true }) }),
        examples: ['echo hello'],
        allow: 'member',
        sideEffects: 'none',
        run: ({ words }) => ({ text: words }),
      }),
    ],
  }),
})
