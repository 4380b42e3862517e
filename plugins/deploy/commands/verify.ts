import { z } from 'zod'
import { type Command, defineCommand, HubError } from '#contract'
import type { Desk } from '../desk.ts'
import { follow } from '../follow.ts'
import { formatReference, parseReference } from '../reference.ts'
import { deploymentId, keyOf } from './fields.ts'
import { toAsker } from './messages.ts'

export function verifyCommand(desk: Desk): Command {
  return defineCommand({
    name: 'deploy verify',
    summary: 'Mark a criterion as seen to hold where the deployment went',
    args: z.object({
      id: deploymentId,
      story: z
        .string()
        .regex(/^st-?\d+$/i, 'must be the id of a story, such as ST-3')
        .describe('Story, such as ST-3'),
      criterion: z
        .string()
        .regex(/^ac-?\d+$/i, 'must be the id of a criterion, such as AC-2')
        .describe('Criterion, such as AC-2'),
      not: z.boolean().default(false).meta({ flag: true }).describe('Take the mark back'),
    }),
    examples: ['deploy verify D-12 ST-3 AC-2', 'deploy verify D-12 ST-3 AC-2 --not'],
    allow: 'member',
    sideEffects: 'hub',
    async run({ id, story, criterion, not }, ctx) {
      const number = parseReference(id)
      const row = await desk.store().get(ctx.workspace, number)
      const digits = (text: string) => Number(/\d+/.exec(text)?.[0])
      const what = { story: `ST-${digits(story)}`, criterion: `AC-${digits(criterion)}`, holds: !not }
      const carried = row.stories.find((one) => one.reference === what.story)
      if (!carried)
        throw new HubError(
          'NOT_FOUND',
          `${formatReference(number)} does not bring ${what.story}: ${row.stories.map((one) => one.reference).join(', ') || 'no story'} came with it`,
        )
      if (!carried.criteria.some((one) => one.id === what.criterion))
        throw new HubError(
          'NOT_FOUND',
          `${what.story} has no ${what.criterion}: it has ${carried.criteria.map((one) => one.id).join(', ') || 'no criteria'}`,
        )
      if (!not && row.state !== 'succeeded')
        throw new HubError(
          'CONFLICT',
          `${formatReference(number)} is not live, so nothing can be seen to hold there: it is ${row.state}`,
        )
      const changed = await desk.store().verify(row, what, { key: keyOf(ctx), name: ctx.actor.name })
      await follow(ctx, [changed])
      return toAsker(
        ctx,
        `${what.story} ${what.criterion} is ${not ? 'not verified any more' : 'verified'} for ${formatReference(number)}.`,
      )
    },
  })
}
