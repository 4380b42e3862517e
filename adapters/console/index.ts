import { database, definePlugin, jobsView, provide, threads } from '#contract'
import { makeBells } from './bells.ts'
import { capabilities, makeChannel } from './channel.ts'
import { consoleConfig } from './config.ts'
import { makeSite } from './site.ts'
import { openConsoleStore, type Store } from './store.ts'
import { makeThreads } from './threads.ts'

export const consoleAdapter = definePlugin({
  manifest: {
    name: 'console',
    version: '1.0.0',
    summary: 'Local page at / where commands are typed and answers appear live',
    hub: '^1.0.0',
    config: consoleConfig,
    secrets: ['token'],
    requires: [database],
    can: capabilities,
  },
  setup(hub) {
    const bells = makeBells()
    const closing = new AbortController()
    let opened: Store | undefined
    const store = () => {
      opened ??= openConsoleStore(hub.use(database))
      return opened
    }
    return {
      provides: [provide(threads('console'), makeThreads(store))],
      channel: makeChannel(store, bells),
      site: makeSite(hub, { store, bells, jobs: () => hub.maybe(jobsView), closing: closing.signal }),
      close: () => closing.abort(),
    }
  },
})
