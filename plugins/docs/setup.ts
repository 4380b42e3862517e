import {
  bindings,
  budget,
  database,
  documentPages,
  type Hub,
  model,
  operations,
  type Parts,
  provide,
  repositories,
  threads,
} from '#contract'
import { createDrafts } from './adr/keep.ts'
import { adrCommands } from './commands/adr.ts'
import { askCommands } from './commands/ask.ts'
import type { Desk } from './commands/desk.ts'
import { historyCommand } from './commands/history.ts'
import { issueCommand } from './commands/issue.ts'
import { statusCommand } from './commands/status.ts'
import { syncCommand } from './commands/sync.ts'
import { createDriftStore } from './drift/store.ts'
import { docsEvents, docsJobs } from './events.ts'
import { createIndexStore } from './index/store.ts'
import { createAsker } from './model.ts'
import { publishOperations } from './publish/operations.ts'
import { createSites } from './publish/sites.ts'
import { createPublishStore } from './publish/store.ts'
import { createSearch } from './search/store.ts'

/** Commands, events and jobs over one index. */
export function setupDocs(hub: Hub): Parts {
  const desk: Desk = {
    index: once(() => createIndexStore(hub.use(database))),
    search: once(() => createSearch(hub.use(database))),
    drift: once(() => createDriftStore(hub.use(database))),
    asker: once(() => createAsker(hub.maybe(model), hub.use(budget))),
    bindings: () => hub.use(bindings),
    portOf: (plugin) => hub.maybe(repositories(plugin)),
    drafts: once(() => createDrafts(hub.kv)),
    threadsOf: (plugin) => hub.maybe(threads(plugin)),
  }
  const shelf = {
    index: desk.index,
    bindings: desk.bindings,
    texts: once(() => createPublishStore(hub.use(database))),
  }
  const sites = createSites(shelf, hub.log)
  return {
    provides: [provide(documentPages, sites)],
    operations: publishOperations(shelf, () => hub.use(operations).home),
    close: () => sites.close(),
    commands: [
      ...askCommands(desk),
      syncCommand(desk),
      statusCommand(desk),
      issueCommand(desk),
      historyCommand(desk),
      ...adrCommands(desk),
    ],
    events: docsEvents(desk, hub),
    jobs: docsJobs(desk),
  }
}

/** Services exist only after every set-up, so what needs them is made at first use. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
