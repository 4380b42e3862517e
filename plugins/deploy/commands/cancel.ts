import { z } from 'zod'
import { type Command, defineCommand, HubError } from '#contract'
import type { Desk } from '../desk.ts'
import { follow } from '../follow.ts'
import { isOpen } from '../model.ts'
import { formatReference, parseReference } from '../reference.ts'
import { deploymentId } from './fields.ts'
import { toAsker } from './messages.ts'

export function cancelCommand(desk: Desk): Command {
  return defineCommand({
    name: 'deploy cancel',
    summary: 'End a deployment that waits or is stuck, so that the next one can begin',
    args: z.object({
      id: deploymentId,
      force: z
        .boolean()
        .default(false)
        .meta({ flag: true })
        .describe('Also when its run goes on elsewhere: you have stopped it there'),
    }),
    examples: ['deploy cancel D-12', 'deploy cancel D-12 --force'],
    allow: 'maintainer',
    sideEffects: 'hub',
    async run({ id, force }, ctx) {
      const number = parseReference(id)
      const reference = formatReference(number)
      const said = `Cancelled by ${ctx.actor.name}`
      const changed = await desk.store().change(ctx.workspace, number, (now) => {
        if (now.reason === said && now.state === 'cancelled') return null
        if (!isOpen(now.state)) throw new HubError('CONFLICT', `${reference} is over already: it is ${now.state}`)
        if (now.state !== 'waiting' && !force) {
          const where = now.url ? `on ${now.url}` : 'where it runs'
          throw new HubError(
            'CONFLICT',
            `${reference} was handed over, and the card follows its run. Stop it ${where}; if nothing runs there, type "deploy cancel ${reference} --force"`,
          )
        }
        return { state: 'cancelled', reason: said, finishedAt: new Date(desk.nowMs()) }
      })
      const [{ row } = { row: await desk.store().get(ctx.workspace, number) }] = changed
      await follow(ctx, [row])
      return toAsker(ctx, `${reference} is cancelled, and ${row.service} can be deployed again.`)
    },
  })
}
