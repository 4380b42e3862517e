import { z } from 'zod'
import {
  type Action,
  type Bindings,
  type Context,
  defineJob,
  HubError,
  handleJob,
  type JobHandler,
  type Message,
  type TrackerIssue,
} from '#contract'
import { plain } from '../../render.ts'
import { type GenerateDeps, generateFor } from '../generate.ts'
import { defaultPlace, rulesOf } from '../rules.ts'
import type { Backfill, BackfillStore } from './store.ts'

export const backfillJob = defineJob({
  name: 'story.backfill',
  payload: z.object({ id: z.uuid(), page: z.int() }),
  // A tracker that asks to wait is waited for; each page is a job of its own.
  retry: { attempts: 20, backoffMs: 5_000 },
})
const PAGE = 20

type Deps = GenerateDeps & { readonly backfills: BackfillStore }

/** Works one page of a backlog and rings for the next. A page that ends in the middle is worked again: what it had written is found. */
export function backfillHandler(deps: () => Deps, bindings: () => Bindings): JobHandler {
  return handleJob(backfillJob, async ({ id, page }, ctx) => {
    const backfill = await deps().backfills.get(ctx.workspace, id)
    const isOpen = backfill?.state === 'running' || backfill?.state === 'failed'
    // It may have died when its page was counted and nobody was told.
    const wasCounted = backfill?.page === page + 1
    if (!backfill || (!wasCounted && (!isOpen || backfill.page !== page))) return undefined
    try {
      const next = wasCounted ? backfill : await workPage(deps(), bindings(), ctx, backfill)
      if (next) await goOn(deps(), ctx, next)
    } catch (error) {
      if (isFinal(error, ctx)) await giveUp(deps(), ctx, backfill, error)
      throw error
    }
    return undefined
  })
}

/** Null: another run of this job was first. */
async function workPage(deps: Deps, bindings: Bindings, ctx: Context, backfill: Backfill): Promise<Backfill | null> {
  const { plugin, trackerWorkspace, project, query, cursor } = backfill
  const target = { kind: 'tracker' as const, plugin, targetWorkspace: trackerWorkspace, target: project }
  const [binding] = await bindings.list(ctx.workspace, target)
  if (!binding) throw new HubError('NOT_FOUND', `${project} is not bound any more, so its backlog is left alone`)
  const port = deps.tracker(plugin)
  const rules = rulesOf(binding.rules)
  const place = rules.place ?? defaultPlace(port)
  const asked = {
    ...{ project, limit: PAGE, order: 'created' as const },
    ...(query === null ? {} : { query }),
    ...(cursor === null ? {} : { cursor }),
  }
  const found = await port.search(trackerWorkspace, asked, place, ctx.signal)
  const skipped: Record<string, number> = {}
  let written = 0
  for (const issue of found.issues) {
    ctx.signal.throwIfAborted()
    if (backfill.counted.includes(issue.id)) continue
    const reason = await workIssue(deps, ctx, backfill, { issue, place, isDryRun: rules.dryRun })
    if (reason === null) written += 1
    else skipped[reason] = (skipped[reason] ?? 0) + 1
  }
  const counted = found.issues.map(({ id }) => id)
  return deps.backfills.turn(backfill, { cursor: found.cursor, counted, written, skipped })
}
/** Shows how far it is and rings for the next page; both as often as it takes. */
async function goOn({ tracker }: Deps, ctx: Context, backfill: Backfill): Promise<void> {
  const { id, page, state, plugin } = backfill
  if (ctx.place) await ctx.show(ctx.place, backfillCard(backfill, tracker(plugin).title))
  if (state === 'running' || state === 'failed') await ctx.enqueue(backfillJob, { id, page }, { key: `${id}:${page}` })
}
/** Will the ledger not try it again? A hub that is stopping goes on later. */
function isFinal(error: unknown, { attempt, signal }: Context): boolean {
  if (signal.aborted) return false
  return attempt >= backfillJob.retry.attempts || (error instanceof HubError && error.retry === 'never')
}
async function giveUp({ backfills, tracker }: Deps, ctx: Context, { id }: Backfill, error: unknown): Promise<void> {
  const reason = error instanceof HubError ? error.message : 'an unexpected fault inside the hub'
  try {
    const failed = await backfills.fail(ctx.workspace, id, reason)
    if (failed && ctx.place) await ctx.show(ctx.place, backfillCard(failed, tracker(failed.plugin).title))
  } catch (other) {
    ctx.log.warn({ error: String(other), backfill: id }, 'that a walk over a backlog failed could not be shown')
  }
}

/** Why it was left alone; null: it has criteria now. */
async function workIssue(
  deps: GenerateDeps,
  ctx: Context,
  backfill: Backfill,
  { issue, place, isDryRun }: { issue: TrackerIssue; place: ReturnType<typeof defaultPlace>; isDryRun: boolean },
): Promise<string | null> {
  const at = { workspace: ctx.workspace, plugin: issue.plugin, trackerWorkspace: issue.workspace, issueId: issue.id }
  const link = await deps.links.get(at)
  if (link) return link.backfill === backfill.id ? null : 'had a story already'
  if (issue.section !== null && issue.section.criteria.length > 0) return 'had criteria already'
  const { category } = issue.status
  if (category === 'done' || category === 'cancelled') return 'done or cancelled'
  if (issue.title.trim() === '' && issue.body.trim() === '') return 'without text'
  if (isDryRun) return 'dry run: would get criteria'
  const author = { key: backfill.startedBy, name: backfill.startedByName }
  try {
    // A job of its own for each issue: its story is found again under that name.
    await generateFor(deps, { ...ctx, jobId: `${backfill.id}:${issue.id}` }, issue, {
      place,
      author,
      backfill: backfill.id,
    })
    return null
  } catch (error) {
    // One issue that the tracker refuses must not end the walk.
    if (!(error instanceof HubError) || error.retry !== 'never') throw error
    ctx.log.warn({ issue: issue.key, code: error.code }, 'an issue of the backlog gets no criteria')
    return error.code === 'FORBIDDEN' ? 'the hub may not write there' : 'refused by the tracker'
  }
}

export const stateInWords = (state: Backfill['state']): string =>
  ({ running: 'under way', stopped: 'stopped', failed: 'broken off', done: 'done' })[state]

/** How far it is, and at the end what was done and what was not, with the reason. */
export function backfillCard(backfill: Backfill, title: string): Message & Required<Pick<Message, 'card'>> {
  const { written, skipped, state, reason, project, id } = backfill
  const left = Object.values(skipped).reduce((sum, n) => sum + n, 0)
  const head = `Backlog of ${project} in ${title} · ${stateInWords(state)}`
  const lines = Object.entries(skipped)
    .toSorted(([, a], [, b]) => b - a)
    .map(([why, n]) => `${n} ${why}`)
  const sum = `${written} got criteria, ${left} left alone`
  const ended = state === 'failed' && reason !== null ? [`Broken off: ${reason}`] : []
  const action = actionOf(backfill)
  return {
    text: [head, sum, ...lines, ...ended].join('\n'),
    blocks: [
      { kind: 'heading', text: head },
      { kind: 'text', markdown: [`**${plain(sum)}**`, ...lines.map((line) => `- ${plain(line)}`)].join('\n') },
      ...ended.map((line) => ({ kind: 'text' as const, markdown: plain(line) })),
      ...(action === null ? [] : [{ kind: 'actions' as const, items: [action] }]),
    ],
    card: { of: `backfill ${id}`, revision: revisionOf(backfill) },
  }
}
function actionOf({ state, id, plugin, project, query }: Backfill): Action | null {
  if (state === 'running') return { kind: 'button', label: 'Stop', run: `story backfill stop ${id}` }
  if (state !== 'failed') return null
  // A new walk: what has its criteria is left alone.
  return { kind: 'button', label: 'Go on', run: ['story backfill', plugin, project, query ?? ''].join(' ').trim() }
}
/** A failure stands between its page and the next; nothing comes behind a stop. */
function revisionOf({ page, state }: Backfill): number {
  if (state === 'stopped') return page + 1_000_000
  return 2 * page + (state === 'failed' ? 2 : 1)
}
