import type { Context, Json } from '#contract'
import type { Trigger } from '../definition/schema.ts'
import type { Saved } from '../definition/store.ts'
import { fill } from '../expression/template.ts'
import { follow } from '../follow.ts'
import { startJob } from '../jobs.ts'
import { scopeOf } from '../plan/scope.ts'
import { observe } from '../plan/settle.ts'
import { readKey } from '../plan/state.ts'
import type { Ports } from '../ports.ts'
import type { TriggerKind } from '../runs/run.ts'
import { startRun } from '../start.ts'
import type { Happened, Wait } from '../waits/store.ts'
import { fits } from './fits.ts'

/** Workflows that start workflows that start …: further it is a circle. */
const MAX_DEPTH = 5

/** Something happened in a workspace: what waits for it goes on, and what it starts begins. */
export async function happened(
  event: Happened & { readonly depth: number },
  ctx: Context,
  ports: Ports,
): Promise<void> {
  const { workspace } = ctx
  // Before the look at the waits: one that begins right now finds it here instead.
  await ports.waits().remember(workspace, event)
  for (const wait of await ports.waits().matching(workspace, event)) await endWait(wait, event, ctx, ports)
  if (event.depth > MAX_DEPTH) return
  for (const saved of await ports.definitions().listeners(workspace, event.name)) {
    for (const [nth, trigger] of saved.definition.triggers.entries()) {
      if (!isFor(trigger, event.name) || !fits('if' in trigger ? trigger.if : undefined, { event: event.payload }))
        continue
      const kind = 'workflow' in trigger ? 'workflow' : 'event'
      const key = `${kind}:${event.id}:${saved.name}:${nth}`
      await ctx.enqueue(
        startJob,
        { name: saved.name, nth, trigger: kind, key, event: event.payload, depth: event.depth },
        { key, workspace },
      )
    }
  }
}
const isFor = (trigger: Trigger, name: string): boolean =>
  'event' in trigger ? trigger.event === name : 'workflow' in trigger && name === `workflow:${trigger.workflow}`

async function endWait(wait: Wait, event: Happened, ctx: Context, ports: Ports): Promise<void> {
  const { runId, step: key, attempt, purpose } = wait
  const changed = await ports.runs().advance(ctx.workspace, runId, ({ definition, state }) => {
    if (purpose === 'void')
      return observe(state, key, attempt, { status: 'again', error: 'what was asked has changed' })
    const condition = definition.steps[readKey(key).id]?.wait?.if
    if (!fits(condition, { ...scopeOf(state, key), event: event.payload })) return null
    return observe(state, key, attempt, { status: 'succeeded', output: event.payload })
  })
  await follow(changed, ctx, ports)
}

/** A trigger fires. What was saved in the meantime decides: a trigger that is gone starts nothing. */
export async function startByTrigger(
  fired: {
    readonly name: string
    readonly nth: number
    readonly trigger: TriggerKind
    readonly key: string
    readonly event: Json
    readonly depth: number
  },
  ctx: Context,
  ports: Ports,
): Promise<void> {
  const saved = await ports.definitions().get(ctx.workspace, fired.name)
  const trigger = saved?.definition.triggers[fired.nth]
  if (!saved || !trigger) return
  try {
    const inputs = fill(trigger.with, { event: fired.event }) as Readonly<Record<string, unknown>>
    await startRun(
      {
        found: saved,
        inputs,
        event: fired.event,
        trigger: fired.trigger,
        startKey: fired.key,
        startedBy: actorOf(ctx, saved),
        places: saved.place ? [saved.place] : [],
        depth: fired.depth,
      },
      ctx,
      ports,
    )
  } catch (error) {
    // Told where somebody who can correct it looks: nobody typed this.
    if (!saved.place || !(error instanceof Error && error.name === 'HubError')) throw error
    await ctx.send('start-failed', saved.place, {
      text: `${fired.name} was to start by its ${fired.trigger} and did not:\n${error.message}`,
    })
  }
}
/** Whoever made the event, where somebody did: they may not approve what they caused. */
function actorOf(ctx: Context, saved: Saved) {
  const { account, name } = ctx.actor
  return account.plugin === 'hub'
    ? { key: 'hub:workflow', name: `${saved.name} itself` }
    : { key: `${account.plugin}:${account.id}`, name }
}
