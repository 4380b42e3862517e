import { z } from 'zod'
import { type Command, defineCommand, HubError, roleIncludes } from '#contract'
import { readInputs, readPairs } from '../inputs.ts'
import { planText } from '../plan/preview.ts'
import type { Ports } from '../ports.ts'
import { startRun } from '../start.ts'
import { authorOf, code, paragraph, toAsker } from './text.ts'

export const workflowName = z.string().max(60).describe('Workflow, such as release')

export function runCommand(ports: () => Ports): Command {
  return defineCommand({
    name: 'workflow run',
    summary: 'Start a workflow; --dry shows what it would do',
    args: z.object({
      name: workflowName,
      inputs: z.string().max(4_000).optional().meta({ rest: true }).describe('Inputs, such as service=shop ref=main'),
      dry: z.boolean().optional().meta({ flag: true }).describe('Only show the plan'),
    }),
    examples: ['workflow run release service=shop ref=main', 'workflow run --dry release service=shop'],
    allow: 'member',
    sideEffects: 'outside',
    async run({ name, inputs = '', dry = false }, ctx) {
      const found = await ports().catalogue.find(ctx.workspace, name)
      const { definition, version } = found
      if (!roleIncludes(ctx.actor.role, definition.allow))
        throw new HubError(
          'FORBIDDEN',
          `${name} can be started by every ${definition.allow}; your role is ${ctx.actor.role ?? 'none'}`,
        )
      const given = readPairs(inputs)
      if (dry) {
        readInputs(definition, given)
        return {
          text: planText(definition),
          blocks: [
            { kind: 'text', markdown: `**${name}** would do this (version ${version}):` },
            { kind: 'code', text: planText(definition) },
            {
              kind: 'actions',
              items: [
                { kind: 'button', label: 'Start it', run: `workflow run ${name} ${inputs}`.trim(), style: 'primary' },
              ],
            },
          ],
        }
      }
      const { state } = await startRun(
        {
          found,
          inputs: given,
          event: null,
          trigger: 'command',
          startKey: `command:${ctx.jobId}`,
          startedBy: authorOf(ctx),
          places: ctx.place ? [ctx.place] : [],
        },
        ctx,
        ports(),
      )
      const { reference } = state.about
      const waits = state.status === 'pending' ? ' It waits for the run before it.' : ''
      return toAsker(
        ctx,
        paragraph(
          `**${reference}** has started: its card shows how far it is.${waits} See ${code(`/workflow status ${reference}`)}`,
        ),
      )
    },
  })
}
