import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Message } from '#contract'
import { storyLine } from '../card/render.ts'
import { readChanges } from '../changes/read.ts'
import type { Desk } from '../desk.ts'
import { follow } from '../follow.ts'
import { startJob } from '../jobs.ts'
import type { StoryCarried } from '../model.ts'
import { formatReference } from '../reference.ts'
import { beingDeployed, type Row } from '../rows.ts'
import { freezeFor, refuseFrozen } from '../settings/freeze.ts'
import { formatLocal } from '../settings/zone.ts'
import { clip, count, plain, shortSha } from '../text.ts'
import { environmentName, keyOf, serviceName } from './fields.ts'
import { button, buttons, toAsker } from './messages.ts'
import { commitOf, type Deployable, deployable, showHere } from './plan.ts'

const SHOWN = 20

export function deployCommand(desk: Desk): Command {
  return defineCommand({
    name: 'deploy',
    summary: 'Deploy a service, or show what that would bring',
    args: z.object({
      service: serviceName,
      environment: environmentName,
      ref: z
        .string()
        .max(255)
        .regex(/^[\w./@+-]+$/, 'must be a branch, a tag or a commit')
        .optional()
        .describe('Branch, tag or commit; left out for the default branch'),
      dryRun: z.boolean().default(false).meta({ flag: true }).describe('Only show what it would bring'),
    }),
    examples: ['deploy web staging', 'deploy web production v1.4.0', 'deploy web production --dry-run'],
    allow: 'maintainer',
    sideEffects: 'outside',
    confirm: ({ service, environment, ref, dryRun }) =>
      dryRun ? null : `Deploy ${service}${ref ? ` at ${ref}` : ''} to ${environment}?`,
    async run({ service, environment, ref, dryRun }, ctx) {
      const before = await desk.store().byJob(ctx.workspace, ctx.jobId)
      if (before) return begun(desk, before, ctx)
      const settings = await deployable(desk, ctx.workspace, service, environment)
      const at = await commitOf(desk, settings, ref, ctx)
      if (dryRun) return preview(desk, settings, environment, at, ctx)
      refuseFrozen(await desk.settings().freezes(ctx.workspace, desk.nowMs()), { service, environment }, desk.nowMs())
      refuseUnpinned(settings, ref, at)
      const row = await open(desk, settings, { environment, ...at, rollsBack: null }, ctx)
      return begun(desk, row, ctx)
    },
  })
}

/** A workflow starts on a branch or a tag. Where it does not take the commit, only what a branch or tag means now can be deployed. */
function refuseUnpinned(settings: Deployable, ref: string | undefined, at: { readonly sha: string }): void {
  const isCommit = ref !== undefined && /^[0-9a-f]{7,64}$/i.test(ref) && at.sha.startsWith(ref.toLowerCase())
  if (!isCommit || settings.inputs.includes('sha')) return
  throw new HubError(
    'INPUT_INVALID',
    `${settings.workflow} takes no commit: deploy a branch or a tag, or give the workflow an input "sha" and say so with "deploy service ${settings.service} --inputs environment,sha"`,
  )
}

export async function open(
  desk: Desk,
  settings: Deployable,
  what: {
    readonly environment: string
    readonly ref: string | null
    readonly sha: string
    readonly rollsBack: number | null
  },
  ctx: Context,
): Promise<Row> {
  const { workspace } = ctx
  const { service, repository, project } = settings
  const { environment, rollsBack } = what
  const rules = await desk.settings().environment(workspace, environment)
  const live = await desk.store().live({ workspace, service, environment })
  return desk.store().create({
    ...what,
    workspace,
    service,
    repository,
    project,
    production: rules.production,
    jobId: ctx.jobId,
    askedBy: keyOf(ctx),
    byName: ctx.actor.name,
    previousSha: live?.sha ?? null,
    // Taking something back must not wait for anybody.
    approvalsNeeded: rollsBack === null ? rules.approvals : 0,
    approverRole: rules.role,
  })
}

/** Starts it, or says who must agree. Safe to repeat: jobs are keyed by the deployment. */
export async function begun(desk: Desk, row: Row, ctx: Context): Promise<Message> {
  await showHere(desk, row, ctx)
  await follow(ctx, [row])
  const reference = formatReference(row.number)
  const what = `${reference}: ${row.service} → ${row.environment}`
  if (row.state === 'waiting') {
    const missing = row.approvalsNeeded - row.approvals.length
    return toAsker(
      ctx,
      `${what} waits for ${count(missing, 'approval')} of somebody else with the role ${row.approverRole ?? 'maintainer'}: the card has the button.`,
    )
  }
  if (row.state !== 'queued') return toAsker(ctx, `${what} is ${row.state}.`)
  await ctx.enqueue(startJob, { number: row.number }, { key: `${row.workspace}:${row.number}` })
  return toAsker(ctx, `${what} is being started; the card follows it.`)
}

/** What a deployment would bring, and what would stand in its way. */
async function preview(
  desk: Desk,
  settings: Deployable,
  environment: string,
  at: { readonly ref: string; readonly sha: string },
  ctx: Context,
): Promise<Message> {
  const { workspace } = ctx
  const { service, repository, codeHost } = settings
  const spot = { workspace, service, environment }
  const live = await desk.store().live(spot)
  const base = live?.sha ?? null
  const found =
    base === null ? null : await readChanges(desk, { workspace, codeHost, repository, base, head: at.sha }, ctx)
  const [busy] = (await desk.store().list(workspace, { service, environment, limit: 1 })).filter(
    (row) => row.finishedAt === null,
  )
  const frozen = freezeFor(await desk.settings().freezes(workspace, desk.nowMs()), spot, desk.nowMs())
  const { approvals, role } = await desk.settings().environment(workspace, environment)
  const { commits = [], stories = [], issues = [] } = found ?? {}
  const verified = await desk.store().verifiedWhere(
    workspace,
    stories.map((story) => story.reference),
  )
  const title = `${service} → ${environment}: ${at.ref} @ ${shortSha(at.sha)}`
  const facts = [
    liveLine(live, found?.relation ?? null, at.sha),
    ...(busy ? [beingDeployed(busy).message] : []),
    ...(frozen
      ? [
          `Frozen until ${formatLocal(frozen.untilMs, frozen.freeze.zone)} ${frozen.freeze.zone}: ${frozen.freeze.reason}`,
        ]
      : []),
    ...(approvals > 0 ? [`Needs ${count(approvals, 'approval')} of somebody else with the role ${role}`] : []),
  ]
  const authors = [...new Set(commits.map((c) => c.author))]
  const lists: [string, string[]][] = [
    [
      count(commits.length, 'commit'),
      commits.slice(-SHOWN).map((c) => `${shortSha(c.sha)} ${clip(c.message, 90)} (${c.author})`),
    ],
    [`By ${authors.join(', ')}`, []],
    [`Issues ${issues.join(', ')}`, []],
    [count(stories.length, 'story', 'stories'), stories.flatMap((story) => criteriaLines(story, verified))],
  ]
  const kept = lists.filter((_, i) => [commits, authors, issues, stories][i]?.length)
  const run = `deploy ${service} ${environment} ${at.ref}`
  return {
    text: [title, ...facts, ...kept.flatMap(([head, lines]) => [head, ...lines.map((l) => `- ${l}`)])].join('\n'),
    blocks: [
      { kind: 'heading', text: title },
      { kind: 'text', markdown: facts.map(plain).join('\n') },
      ...kept.map(([head, lines]) => ({
        kind: 'text' as const,
        markdown: [`**${plain(head)}**`, ...lines.map((l) => `- ${plain(l)}`)].join('\n'),
      })),
      ...(busy || frozen ? [] : [buttons({ kind: 'button', label: 'Deploy', run, style: 'primary' })]),
      ...(busy ? [buttons(button('Details', `deploy show ${formatReference(busy.number)}`))] : []),
    ],
  }
}
/** A story and each of its criteria, with where somebody has seen it to hold: on the way here it was deployed elsewhere. */
function criteriaLines(story: StoryCarried, verified: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const seenAt = (id: string) => [...(verified.get(`${story.reference} ${id}`) ?? [])].sort()
  const criteria = story.criteria.map((c) => ({ ...c, verified: seenAt(c.id).length > 0 }))
  return [
    storyLine({ ...story, criteria }),
    ...criteria.map(({ id, title, verified: holds }) => {
      const where = holds ? ` (seen in ${seenAt(id).join(', ')})` : ''
      return `${holds ? '✓' : '○'} ${[id, title === id ? '' : clip(title, 90)].filter((part) => part !== '').join(' ')}${where}`
    }),
  ]
}
function liveLine(live: Row | null, relation: string | null, sha: string): string {
  if (!live) return 'Nothing is known to be live there.'
  const now = `Live now: ${live.sha ? shortSha(live.sha) : 'an unknown commit'} (${formatReference(live.number)}).`
  if (live.sha === sha || relation === 'identical') return `${now} That is the same commit.`
  if (relation === 'behind') return `${now} This would go back to an earlier commit.`
  if (relation === 'diverged') return `${now} The two have diverged: this does not contain all that is live.`
  return relation === null ? `${now} What lies between could not be read.` : now
}
