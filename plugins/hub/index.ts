import { z } from 'zod'
import { binder, bindingDesk, budget, definePlugin, directory, links, model, operations } from '#contract'
import { helpCommands } from './help.ts'
import { linkCommands } from './linking.ts'
import { projectCommands } from './projects.ts'
import { roleCommands } from './roles.ts'
import { standingCommands } from './standing.ts'
import { statusCommand } from './status.ts'

/** The hub's own commands: what it can do, who may do it and why, and how it is doing. */
export const hubPlugin = definePlugin({
  manifest: {
    name: 'hub',
    version: '1.0.0',
    summary: 'Help, roles, linked accounts, projects and status, on every platform',
    hub: '^1.0.0',
    config: z.object({}),
    requires: [directory, operations, links, bindingDesk],
  },
  setup(hub) {
    const people = () => hub.use(directory)
    const desk = () => hub.use(operations)
    const linked = () => hub.use(links)
    return {
      commands: [
        ...helpCommands(hub.catalog),
        ...standingCommands(hub.catalog, people, linked),
        statusCommand({
          operations: desk,
          model: () => hub.maybe(model),
          budget: () => hub.maybe(budget),
          bindings: () => hub.use(bindingDesk),
        }),
        ...roleCommands(people, desk),
        ...linkCommands(linked),
        ...projectCommands({
          desk: () => hub.use(bindingDesk),
          directory: people,
          links: linked,
          binderOf: (plugin) => hub.maybe(binder(plugin)),
        }),
      ],
    }
  },
})
