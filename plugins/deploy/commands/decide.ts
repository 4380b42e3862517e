import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, roleIncludes } from '#contract'
import type { Desk } from '../desk.ts'
import { follow } from '../follow.ts'
import type { Approval } from '../model.ts'
import { formatReference, parseReference } from '../reference.ts'
import type { Row } from '../rows.ts'
import { refuseFrozen } from '../settings/freeze.ts'
import { begun } from './deploy.ts'
import { deploymentId, keyOf, sentence } from './fields.ts'
import { toAsker } from './messages.ts'

/** Who must agree before it goes out: somebody else, with the role that the environment asks for. */
export function decideCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'deploy approve',
      summary: 'Agree to a deployment that waits for it',
      args: z.object({ id: deploymentId }),
      examples: ['deploy approve D-12'],
      allow: 'member',
      sideEffects: 'outside',
      async run({ id }, ctx) {
        const number = parseReference(id)
        const row = await desk.store().get(ctx.workspace, number)
        const mine: Approval = { key: keyOf(ctx), name: ctx.actor.name }
        await mayDecide(desk, row, ctx)
        // The repeat of a job finds its own answer.
        if (row.approvals.some((one) => one.key === mine.key)) return begun(desk, row, ctx)
        refuseDecided(row)
        await refuseSelf(desk, row, ctx)
        refuseFrozen(await desk.settings().freezes(ctx.workspace, desk.nowMs()), row, desk.nowMs())
        await desk.store().change(ctx.workspace, number, (now) => {
          if (now.approvals.some((one) => one.key === mine.key)) return null
          refuseDecided(now)
          const approvals = [...now.approvals, mine]
          return approvals.length < now.approvalsNeeded ? { approvals } : { approvals, state: 'queued' }
        })
        return begun(desk, await desk.store().get(ctx.workspace, number), ctx)
      },
    }),
    defineCommand({
      name: 'deploy reject',
      summary: 'Refuse a deployment that waits for approval',
      args: z.object({
        id: deploymentId,
        reason: sentence('Why, in a sentence').pipe(z.string().min(3, 'must say why')).meta({ rest: true }),
      }),
      examples: ['deploy reject D-12 the migration is not reviewed'],
      allow: 'member',
      sideEffects: 'hub',
      async run({ id, reason }, ctx) {
        const number = parseReference(id)
        const row = await desk.store().get(ctx.workspace, number)
        await mayDecide(desk, row, ctx)
        const said = `Refused by ${ctx.actor.name}: ${reason}`
        if (row.reason !== said) {
          refuseDecided(row)
          await desk.store().change(ctx.workspace, number, (now) => {
            refuseDecided(now)
            return { state: 'cancelled', reason: said, finishedAt: new Date(desk.nowMs()) }
          })
        }
        await follow(ctx, [await desk.store().get(ctx.workspace, number)])
        return toAsker(ctx, `${formatReference(number)} is refused, and ${row.service} can be deployed again.`)
      },
    }),
  ]
}

async function mayDecide(desk: Desk, row: Row, ctx: Context): Promise<void> {
  const { role } = await desk.settings().environment(ctx.workspace, row.environment)
  // What was asked for under a stricter rule stays under it.
  const least = row.approverRole !== null && roleIncludes(row.approverRole, role) ? row.approverRole : role
  if (roleIncludes(ctx.actor.role, least)) return
  throw new HubError(
    'FORBIDDEN',
    `${row.environment} needs the role ${least} to approve or refuse. An admin can grant it with "hub role"`,
  )
}
/** One human, however many accounts they have linked, or a verified address has joined. */
async function refuseSelf(desk: Desk, row: Row, ctx: Context): Promise<void> {
  const linked = await desk.links().joined({ workspace: ctx.workspace, account: ctx.actor.account })
  const mine = new Set([keyOf(ctx), ...linked.map(({ account }) => `${account.plugin}:${account.id}`)])
  if (row.askedBy !== null && mine.has(row.askedBy))
    throw new HubError(
      'FORBIDDEN',
      `You asked for ${formatReference(row.number)} yourself: somebody else must approve it`,
    )
  if (row.approvals.some((one) => mine.has(one.key)))
    throw new HubError(
      'FORBIDDEN',
      `You approved ${formatReference(row.number)} already, with another account: somebody else must`,
    )
}
function refuseDecided(row: Pick<Row, 'state' | 'number'>): void {
  if (row.state === 'waiting') return
  throw new HubError('CONFLICT', `${formatReference(row.number)} waits for no approval any more: it is ${row.state}`)
}
