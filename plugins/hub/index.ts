import { z } from 'zod'
import { budget, definePlugin, directory, model, operations } from '#contract'
import { helpCommands } from './help.ts'
import { roleCommands } from './roles.ts'
import { standingCommands } from './standing.ts'
import { statusCommand } from './status.ts'

/** The hub's own commands: what it can do, who may do it and why, and how it is doing. */
export const hubPlugin = definePlugin({
  manifest: {
    name: 'hub',
    version: '1.0.0',
    summary: 'Help, roles and status, on every platform',
    hub: '^1.0.0',
    config: z.object({}),
    requires: [directory, operations],
  },
  setup(hub) {
    const people = () => hub.use(directory)
    const desk = () => hub.use(operations)
    return {
      commands: [
        ...helpCommands(hub.catalog),
        ...standingCommands(hub.catalog, people),
        statusCommand({ operations: desk, model: () => hub.maybe(model), budget: () => hub.maybe(budget) }),
        ...roleCommands(people, desk),
      ],
    }
  },
})
