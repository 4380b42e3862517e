import { database, deployments, type Hub, mail, type Parts, profiles } from '#contract'
import { createCodes } from './codes.ts'
import { manageCommands } from './commands/manage.ts'
import { subscribeCommands } from './commands/subscribe.ts'
import { keepContent, readContent } from './content.ts'
import { type Desk, needDeployments } from './desk.ts'
import { digestEvents, digestJobs } from './jobs.ts'
import { planDue } from './plan.ts'
import { createStore, type DigestStore } from './store.ts'

const TICK_MS = 60_000

export function setupDigest(hub: Hub, now: () => number = Date.now): Parts {
  let store: DigestStore | undefined
  const desk: Desk = {
    store() {
      store ??= createStore(hub.use(database))
      return store
    },
    mail: () => hub.maybe(mail),
    profiles: () => hub.use(profiles),
    deployments: () => hub.maybe(deployments),
    read: keepContent((workspace, fromMs, toMs) => readContent(needDeployments(desk), workspace, fromMs, toMs), now),
    kv: hub.kv,
    now,
  }
  return {
    commands: [...subscribeCommands(desk, createCodes(hub.kv)), ...manageCommands(desk)],
    jobs: digestJobs(desk),
    events: digestEvents(desk),
    schedules: [
      {
        name: 'due',
        everyMs: TICK_MS,
        async run(_slot, ctx) {
          const planned = await planDue(desk.store(), ctx, now())
          if (planned > 0) ctx.log.info({ planned }, 'digests are on their way')
        },
      },
    ],
  }
}
