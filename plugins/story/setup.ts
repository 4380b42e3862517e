import { type Budget, budget, database, type Hub, model, type Parts, provide } from '#contract'
import { stories } from './api.ts'
import { approveCommand } from './commands/approve.ts'
import type { Desk } from './commands/desk.ts'
import { draftCommand } from './commands/draft.ts'
import { editCommands } from './commands/edit.ts'
import { readCommands } from './commands/read.ts'
import { refineCommands } from './commands/refine.ts'
import { splitCommand } from './commands/split.ts'
import type { Draft } from './draft.ts'
import { createEngine, type Engine } from './engine.ts'
import { toGherkin } from './gherkin.ts'
import { createLadder } from './ladder.ts'
import { formatReference, parseReference } from './reference.ts'
import { storyMarkdown } from './render.ts'
import { createSearch } from './search/store.ts'
import { createStore, type StoryStore } from './store.ts'

/** Commands and the reading service over one store and one engine. */
export function setupStory(hub: Hub, draftOffline: (text: string) => Draft): Parts {
  const store = once((): StoryStore => createStore(hub.use(database)))
  const tokens = (): Budget => hub.use(budget)
  const engine = once((): Engine => {
    const found = hub.maybe(model)
    return createEngine(createLadder(found, tokens()), draftOffline, found?.nameOf('main') ?? null)
  })
  const search = once(() => createSearch(hub.use(database)))
  const desk: Desk = { store, search, engine, budget: tokens, draftOffline }
  return {
    provides: [
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
      }),
    ],
    commands: [
      draftCommand(desk),
      ...readCommands(desk),
      ...refineCommands(desk),
      ...editCommands(desk),
      splitCommand(desk),
      approveCommand(desk),
    ],
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
