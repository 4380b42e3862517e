import { z } from 'zod'
import {
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

/** Works one page of a backlog and rings for the next. A page that ends in the middle is worked again: what it had written is found. */
export function backfillHandler(
  deps: () => GenerateDeps & { readonly backfills: BackfillStore },
  bindings: () => Bindings,
): JobHandler {
  return handleJob(backfillJob, async ({ id, page }, ctx) => {
    const { backfills, tracker } = deps()
    const backfill = await backfills.get(ctx.workspace, id)
    if (backfill?.state !== 'running' || backfill.page !== page) return undefined
    const { plugin, trackerWorkspace, project, query, cursor } = backfill
    const [binding] = await bindings().list(ctx.workspace, {
      kind: 'tracker',
      plugin,
      targetWorkspace: trackerWorkspace,
      target: project,
    })
    if (!binding) throw new HubError('NOT_FOUND', `${project} is not bound any more, so its backlog is left alone`)
    const port = tracker(plugin)
    const rules = rulesOf(binding.rules)
    const place = rules.place ?? defaultPlace(port)
    const asked = { project, limit: PAGE, ...(query === null ? {} : { query }), ...(cursor === null ? {} : { cursor }) }
    const found = await port.search(trackerWorkspace, asked, place, ctx.signal)
    const skipped: Record<string, number> = {}
    let written = 0
    for (const issue of found.issues) {
      ctx.signal.throwIfAborted()
      const reason = await workIssue(deps(), ctx, backfill, { issue, place, isDryRun: rules.dryRun })
      if (reason === null) written += 1
      else skipped[reason] = (skipped[reason] ?? 0) + 1
    }
    const next = await backfills.turn(backfill, { cursor: found.cursor, written, skipped })
    if (next === null) return undefined
    if (ctx.place) await ctx.show(ctx.place, backfillCard(next, port.title))
    if (next.state === 'running') await ctx.enqueue(backfillJob, { id, page: next.page }, { key: `${id}:${next.page}` })
    return undefined
  })
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

/** How far it is, and at the end what was done and what was not, with the reason. */
export function backfillCard(backfill: Backfill, title: string): Message & Required<Pick<Message, 'card'>> {
  const { written, skipped, state, project, id, page } = backfill
  const left = Object.values(skipped).reduce((sum, n) => sum + n, 0)
  const word = { running: 'under way', stopped: 'stopped', done: 'done' }[state]
  const head = `Backlog of ${project} in ${title} · ${word}`
  const lines = Object.entries(skipped)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${n} ${reason}`)
  const sum = `${written} got criteria, ${left} left alone`
  return {
    text: [head, sum, ...lines].join('\n'),
    blocks: [
      { kind: 'heading', text: head },
      { kind: 'text', markdown: [`**${plain(sum)}**`, ...lines.map((line) => `- ${plain(line)}`)].join('\n') },
      ...(state === 'running'
        ? [
            {
              kind: 'actions' as const,
              items: [{ kind: 'button' as const, label: 'Stop', run: `story backfill stop ${id}` }],
            },
          ]
        : []),
    ],
    card: { of: `backfill ${id}`, revision: page + (state === 'stopped' ? 1_000_000 : 1) },
  }
}
