import {
  type Budget,
  bindings,
  budget,
  type Command,
  database,
  directory,
  finder,
  type Hub,
  model,
  type Parts,
  provide,
  waitingIn,
} from '#contract'
import { stories, storyChanged } from './api.ts'
import { approveCommand } from './commands/approve.ts'
import type { Desk } from './commands/desk.ts'
import { draftCommand } from './commands/draft.ts'
import { editCommands } from './commands/edit.ts'
import { readCommands } from './commands/read.ts'
import { refineCommands } from './commands/refine.ts'
import { splitCommand } from './commands/split.ts'
import type { Draft } from './draft.ts'
import { createEngine, type Engine } from './engine.ts'
import { createFinder } from './finder.ts'
import { toGherkin } from './gherkin.ts'
import { createLadder } from './ladder.ts'
import { formatReference, parseReference } from './reference.ts'
import { storyMarkdown } from './render.ts'
import { createSearch } from './search/store.ts'
import { createStore, type StoryStore } from './store.ts'
import { backfillHandler } from './sync/backfill/job.ts'
import { type BackfillStore, createBackfillStore } from './sync/backfill/store.ts'
import { backfillCommands } from './sync/commands/backfill.ts'
import { type SyncDesk, trackerOf } from './sync/commands/desk.ts'
import { pushCommands } from './sync/commands/push.ts'
import { settleCommands } from './sync/commands/settle.ts'
import { refuseFinished } from './sync/finished.ts'
import { syncHandlers } from './sync/job.ts'
import { recoveredHandler } from './sync/recovered.ts'
import { createLinkStore, type LinkStore } from './sync/store.ts'

/** Commands and the reading service over one store and one engine. */
export function setupStory(hub: Hub, draftOffline: (text: string) => Draft): Parts {
  const store = once((): StoryStore => createStore(hub.use(database)))
  const tokens = (): Budget => hub.use(budget)
  const engine = once((): Engine => {
    const found = hub.maybe(model)
    return createEngine(createLadder(found, tokens()), draftOffline, found?.nameOf('main') ?? null)
  })
  const search = once(() => createSearch(hub.use(database)))
  // By the first words of the commands there are: a plugin that asks people for something provides its list under its own.
  const waitingFor: Desk['waitingFor'] = async ({ workspace, actor }, limit) => {
    const groups = new Set(hub.catalog.commands.map(({ name }) => name.split(' ', 1)[0] ?? ''))
    const desks = [...groups].flatMap((group) => hub.maybe(waitingIn(group)) ?? [])
    const found = await Promise.all(desks.map((one) => one.waitingFor(workspace, actor, limit)))
    return found.flat()
  }
  const links = once((): LinkStore => createLinkStore(hub.use(database)))
  const findTracker = trackerOf(hub)
  const desk: Desk = {
    store,
    search,
    engine,
    budget: tokens,
    draftOffline,
    refuseFinished: (story, ctx) => refuseFinished({ links: links(), tracker: findTracker }, story, ctx),
    waitingFor,
  }
  const syncDesk: SyncDesk = {
    desk,
    deps: () => ({ store: store(), links: links(), engine: engine(), draftOffline, tracker: findTracker }),
    bindings: () => hub.use(bindings),
  }
  const backfills = once((): BackfillStore => createBackfillStore(hub.use(database)))
  const backfill = backfillHandler(() => ({ ...syncDesk.deps(), backfills: backfills() }), syncDesk.bindings)
  const sync = syncHandlers(syncDesk.deps, syncDesk.bindings)
  return {
    provides: [
      provide(
        finder,
        createFinder(desk, () => hub.maybe(directory)),
      ),
      provide(stories, {
        async get(workspace, reference) {
          const saved = await store().get(workspace, parseReference(reference))
          const { draft, id, state, version, source } = saved
          return {
            reference: formatReference(saved.number),
            id,
            title: draft.title,
            state,
            version,
            source,
            visibility: saved.place?.visibility ?? 'public',
            markdown: storyMarkdown(saved),
            gherkin: toGherkin(draft),
            criteria: draft.criteria.map((c) => ({ id: c.id, title: c.title })),
          }
        },
        async issues(workspace, references) {
          const found = await links().ofNumbers(workspace, references.map(parseReference))
          return found.map(({ plugin, trackerWorkspace, issueId, issueKey, url }) => {
            return { plugin, workspace: trackerWorkspace, id: issueId, key: issueKey, url }
          })
        },
      }),
    ],
    commands: [
      draftCommand(desk),
      ...readCommands(desk),
      ...[...refineCommands(desk), ...editCommands(desk), approveCommand(desk)].map((c) => announced(c, desk)),
      splitCommand(desk),
      ...pushCommands(syncDesk),
      ...settleCommands(syncDesk),
      ...backfillCommands(syncDesk, backfills),
    ],
    events: [...sync.events, recoveredHandler(syncDesk.bindings, findTracker)],
    jobs: [...sync.jobs, backfill],
  }
}

/** A command that changes a story tells so: its issues follow. */
function announced(command: Command, desk: Desk): Command {
  return {
    ...command,
    async run(args, ctx) {
      const message = await command.run(args, ctx)
      for (const { id: storyId, number, version } of await desk.store().changedBy(ctx))
        await ctx.publish(storyChanged, { storyId, reference: formatReference(number), version })
      return message
    },
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
