import { type Context, HubError } from '#contract'
import { showApprovals } from './approvals/show.ts'
import { runCard } from './card.ts'
import { stopChildren } from './children.ts'
import type { Definition } from './definition/schema.ts'
import { cardJob, childJob, happenedJob, stepJob } from './jobs.ts'
import { isOver } from './plan/state.ts'
import type { Ports } from './ports.ts'
import { type Changed, unchanged } from './runs/apply.ts'
import type { Snapshot } from './runs/run.ts'
import { endTimers } from './steps/due.ts'
import { backoffMs } from './steps/retry.ts'

/**
 * Sees to everything that follows from a change: jobs of steps that begin, the card, and at its end whoever waited for the run.
 * All of it is keyed, so doing it twice does nothing; a job that is repeated does all of it, because its first try may have ended before it did.
 */
export async function follow(
  { snapshot, changed, fresh, left, visible, calm }: Changed,
  ctx: Context,
  ports: Ports,
  all = ctx.attempt > 1,
): Promise<void> {
  const { run, state, definition } = snapshot
  const { workspace } = run
  if (!changed && !all) return
  const starting = all ? [...state.steps.values()].filter(({ status }) => status === 'queued') : fresh
  // Together: the ledger stores them in one statement.
  await Promise.all(
    starting.map(({ key, id, attempt }) => {
      const retry = definition.steps[id]?.retry
      const delayMs = retry ? backoffMs(retry, run.id, key, attempt) : 0
      const name = `${run.id}:${key}:${attempt}`
      return ctx.enqueue(stepJob, { run: run.id, key, attempt }, { key: name, workspace, delayMs })
    }),
  )
  await endTimers(snapshot, all ? null : left, ports)
  if (state.status === 'cancelling' || (all && beginsRuns(definition))) await stopChildren(snapshot, ctx, ports)
  if (all || (visible && !(calm && fresh.length > 0))) await show(snapshot, ctx, ports)
  else if (visible) await showInTime(snapshot, ctx, ports)
  if (isOver(state.status)) await conclude(snapshot, changed, ctx, ports)
}

const beginsRuns = ({ steps }: Definition): boolean => Object.values(steps).some((step) => step.workflow !== undefined)

/** Steps that follow each other quickly share an edit: platforms take about one a second of a message. The last one is always shown. */
async function showInTime(snapshot: Snapshot, ctx: Context, ports: Ports): Promise<void> {
  const { id, workspace, places } = snapshot.run
  if (places.length === 0) return
  const nowMs = Date.now()
  const delayMs = ports.pace.next(id, nowMs)
  if (delayMs === 0) return show(snapshot, ctx, ports)
  if (delayMs !== null) await ctx.enqueue(cardJob, { run: id }, { key: `${id}:${nowMs + delayMs}`, workspace, delayMs })
}

/** Brings every copy of the card up to date, and closes what was asked elsewhere. */
export async function show(snapshot: Snapshot, ctx: Context, ports: Ports): Promise<void> {
  const { run, state } = snapshot
  const asked = Object.values(snapshot.definition.steps).some((step) => step.approval)
  const approvals = asked ? await ports.approvals().ofRun(null, run.workspace, run.id) : []
  const open = approvals.filter((one) => one.state === 'open')
  const votes = await Promise.all(open.map((one) => ports.approvals().votes(null, one)))
  const questions = open.map((one, n) => ({ approval: one, votes: votes[n] ?? [] }))
  const cardFor = (elsewhere: boolean) => runCard(snapshot, questions, elsewhere, Date.now())
  const [card, cardElsewhere] = [cardFor(false), cardFor(true)]
  for (const place of run.places) {
    try {
      const here = place.workspace === run.workspace ? card : cardElsewhere
      await ctx.show(place, { ...here, card: { of: `workflow ${state.about.reference}`, revision: run.revision } })
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      // That platform is off: the run goes on without its card there.
      ctx.log.warn({ error, run: run.id, plugin: place.plugin }, 'the card of a run cannot be shown')
    }
  }
  await showApprovals(snapshot, approvals, ctx)
}

async function conclude({ run, state }: Snapshot, changed: boolean, ctx: Context, ports: Ports): Promise<void> {
  const { workspace, parent, concurrencyKey } = run
  if (changed)
    await ctx.audit('workflow', state.about.reference, {
      workflow: run.name,
      version: run.version,
      status: state.status,
    })
  if (parent)
    await ctx.enqueue(
      childJob,
      { run: parent.run, key: parent.step, attempt: parent.attempt, child: run.id },
      { key: run.id, workspace },
    )
  await ctx.enqueue(
    happenedJob,
    {
      event: `workflow:${run.name}`,
      id: run.id,
      depth: run.depth + 1,
      payload: { workflow: run.name, reference: state.about.reference, state: state.status, inputs: state.inputs },
    },
    { key: `ended:${run.id}`, workspace },
  )
  if (concurrencyKey === null) return
  const next = await ports.runs().wake(workspace, concurrencyKey)
  if (next) return follow(next, ctx, ports, true)
  // Woken by an earlier try of this job, perhaps, which did not come to see to it.
  for (const { id } of await ports.runs().inGroup(workspace, concurrencyKey)) {
    const woken = await ports.runs().get(workspace, id)
    if (woken && ctx.attempt > 1) await follow(unchanged(woken), ctx, ports, true)
  }
}
