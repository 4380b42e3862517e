import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Message, peopleOf } from '#contract'
import { voterOf } from '../approvals/answer.ts'
import { type Approval, refusal, type Vote } from '../approvals/approval.ts'
import { decide } from '../approvals/decide.ts'
import { questionBlocks } from '../approvals/show.ts'
import { plain } from '../card-lines.ts'
import type { Ports } from '../ports.ts'
import type { Changed } from '../runs/apply.ts'
import { code, paragraph, runOf, toAsker } from './text.ts'

const runName = z.string().max(20).describe('Run, such as WF-12')
const codeFlag = z.string().max(40).optional().meta({ flag: true }).describe('What is answered; its button carries it')

export function approveCommands(ports: () => Ports): readonly Command[] {
  return [
    defineCommand({
      name: 'workflow approve',
      summary: 'Approve what a run waits for',
      args: z.object({ run: runName, code: codeFlag }),
      examples: ['workflow approve WF-12'],
      allow: 'viewer',
      sideEffects: 'outside',
      async run({ run, code: given }, ctx) {
        const approval = await find(run, given, ctx, ports())
        // Typed by hand it could mean what stood there a minute ago: the button says what it is about.
        if (given === undefined)
          return toAsker(ctx, question(run, approval, await votesFor(approval, 'approve', ctx, ports())))
        const {
          state,
          given: count,
          changed,
        } = await decide(approval, { vote: 'approve', reason: null, delegate: null }, ctx, ports())
        const still = state === 'open' ? ` ${count} of ${approval.rules.quorum}: others have to answer too.` : ''
        return toAsker(ctx, paragraph(`You approved ${whatOf(changed, approval)}.${still}`))
      },
    }),
    defineCommand({
      name: 'workflow reject',
      summary: 'Reject a step of a run, and say why',
      args: z.object({
        run: runName,
        reason: z.string().trim().min(3).max(500).meta({ rest: true, multiline: true }).describe('Why'),
        code: codeFlag,
      }),
      examples: ['workflow reject WF-12 the migration is missing'],
      allow: 'viewer',
      sideEffects: 'outside',
      async run({ run, reason, code: given }, ctx) {
        const approval = await find(run, given, ctx, ports())
        const { changed } = await decide(approval, { vote: 'reject', reason, delegate: null }, ctx, ports())
        return toAsker(ctx, paragraph(`You rejected ${whatOf(changed, approval)}.`))
      },
    }),
    defineCommand({
      name: 'workflow delegate',
      summary: 'Let somebody else answer an approval for you',
      args: z.object({
        run: runName,
        person: z.string().max(300).meta({ person: true }).describe('Mention, name or account id'),
      }),
      examples: ['workflow delegate WF-12 @anna'],
      allow: 'viewer',
      sideEffects: 'hub',
      async run({ run, person }, ctx) {
        const approval = await find(run, undefined, ctx, ports())
        await votesFor(approval, 'delegate', ctx, ports())
        const found = await peopleOf(ports().directory(), ctx.workspace, person)
        const [one] = found
        if (!one || found.length > 1)
          throw new HubError('INPUT_INVALID', `${found.length} people go by that name: mention the one you mean`)
        const delegate = `${one.account.plugin}:${one.account.id}`
        if (!approval.rules.self && delegate === approval.startedBy)
          throw new HubError('FORBIDDEN', `${one.name} started this run, so they cannot answer it`)
        await decide(approval, { vote: 'delegate', reason: null, delegate }, ctx, ports())
        await ctx.audit('delegate', approval.step, { run, to: delegate })
        return paragraph(
          `${one.name} may answer **${approval.step}** of **${run.toUpperCase()}** for ${ctx.actor.name}.`,
        )
      },
    }),
  ]
}

/** 'WF-9 (Approval for production)': as the card of the run calls it. */
function whatOf({ snapshot: { definition, state } }: Changed, { step }: Approval): string {
  return `**${state.about.reference}** (${plain(definition.steps[step]?.title ?? step)})`
}
/** The approval that is meant: by its code wherever it belongs, else the open one of a run of this workspace. */
async function find(reference: string, given: string | undefined, ctx: Context, ports: Ports): Promise<Approval> {
  if (given !== undefined) {
    const found = await ports.approvals().byCode(given)
    if (found) return found
    throw new HubError('CONFLICT', 'What was asked has changed since: look at the card and answer what it asks now')
  }
  const { run, state } = await runOf(reference, ctx, ports)
  const all = await ports.approvals().ofRun(null, ctx.workspace, run.id)
  const [one, ...more] = all.filter((approval) => approval.state === 'open')
  if (one && more.length === 0) return one
  if (one)
    throw new HubError(
      'INPUT_INVALID',
      `${state.about.reference} waits for several approvals: use the buttons on its card`,
    )
  // A repeat of the job that closed it.
  const last = all.at(-1)
  if (last && ctx.attempt > 1) return last
  throw new HubError(
    'CONFLICT',
    `${state.about.reference} waits for no approval${last ? `: the last one was ${last.state}` : ''}`,
  )
}
/** The answers so far, for somebody who may answer too. What is asked, by whom and of whom is nobody else's business. */
async function votesFor(approval: Approval, to: Vote['vote'], ctx: Context, ports: Ports): Promise<readonly Vote[]> {
  const votes = await ports.approvals().votes(null, approval)
  // A repeat of the job that cast one: it may have been the last word.
  if (votes.some(({ jobId }) => jobId === ctx.jobId)) return votes
  const refused = refusal(approval, votes, await voterOf(ctx, approval.workspace, ports), to)
  if (refused !== null) throw new HubError('FORBIDDEN', refused)
  return votes
}

function question(run: string, approval: Approval, votes: readonly Vote[]): Message {
  const reference = run.toUpperCase()
  return {
    text: `${reference} waits for approval of ${approval.step}: ${approval.subject}\nAnswer with ${code(`/workflow approve ${reference} --code=${approval.code}`)}`,
    blocks: questionBlocks(reference, { approval, votes }),
  }
}
