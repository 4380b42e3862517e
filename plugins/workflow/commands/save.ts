import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Command, defineCommand, HubError, type Message } from '#contract'
import { loadYaml } from '../definition/load.ts'
import type { Definition } from '../definition/schema.ts'
import type { Ports } from '../ports.ts'
import { lasting } from '../runs/run.ts'
import { firstTimes } from '../triggers/schedules.ts'
import { workflowName } from './run.ts'
import { authorOf, code, paragraph, toAsker } from './text.ts'

export const hashOfHook = (token: string): string => createHash('sha256').update(`workflow hook ${token}`).digest('hex')

export function saveCommands(ports: () => Ports): readonly Command[] {
  return [
    defineCommand({
      name: 'workflow save',
      summary: 'Save a workflow for this workspace; its triggers work from then on',
      args: z.object({
        name: workflowName,
        yaml: z
          .string()
          .max(64_000)
          .optional()
          .meta({ rest: true, multiline: true })
          .describe('The workflow in YAML; left out: the one of that name that is built in'),
      }),
      examples: ['workflow save release', 'workflow save hello steps: {tell: {notify: {text: Hello}}}'],
      allow: 'maintainer',
      sideEffects: 'hub',
      async run({ name, yaml }, ctx) {
        const { catalogue, definitions } = ports()
        const loaded =
          yaml === undefined
            ? await catalogue.find(ctx.workspace, name)
            : loadYaml(named(name, unfenced(yaml)), await catalogue.surroundings(ctx.workspace))
        const { definition, version } = loaded
        if (definition.name !== name)
          throw new HubError('INPUT_INVALID', `The workflow calls itself ${definition.name}: save it under that name`)
        const place = ctx.place ? lasting(ctx.place) : null
        await definitions().save(ctx.workspace, loaded, authorOf(ctx), place, firstTimes(definition, new Date()))
        await ctx.audit('workflow save', name, { version })
        return saved(definition, version)
      },
    }),
    defineCommand({
      name: 'workflow hook',
      summary: 'Make a new secret address that starts a workflow; an older one stops working',
      args: z.object({ name: workflowName }),
      examples: ['workflow hook release'],
      allow: 'maintainer',
      sideEffects: 'hub',
      private: true,
      async run({ name }, ctx) {
        const found = await ports().definitions().get(ctx.workspace, name)
        if (!found) throw new HubError('NOT_FOUND', `Save ${name} first, with /workflow save ${name}`)
        if (!found.definition.triggers.some((trigger) => 'webhook' in trigger))
          throw new HubError('INPUT_INVALID', `${name} has no trigger "webhook: true": add it and save it again`)
        const token = randomBytes(24).toString('base64url')
        await ports().definitions().setHook(ctx.workspace, name, hashOfHook(token))
        await ctx.audit('workflow hook', name)
        const address = `${ports().config.publicUrl ?? ''}/hooks/workflow/${token}`
        return {
          ...toAsker(
            ctx,
            paragraph(
              `${code(`POST ${address}`)} starts **${name}**. Whoever knows it can start it; it is shown this once.`,
            ),
          ),
          secret: true,
        }
      },
    }),
  ]
}

/** What somebody pastes often stands in a fence. */
function unfenced(text: string): string {
  const match = /^\s*```(?:ya?ml)?[^\S\n]*\n([\s\S]*?)\n?```\s*$/.exec(text)
  return match?.[1] ?? text
}
/** The name was given already: it need not be written twice. */
const named = (name: string, yaml: string): string =>
  /^name\s*:/m.test(yaml) ? yaml : yaml.trimStart().startsWith('{') ? yaml : `${yaml}\nname: ${name}\n`

function saved({ name, triggers, steps }: Definition, version: string): Message {
  const starts = triggers.map((trigger) => {
    if ('schedule' in trigger) return `at ${code(trigger.schedule)} (${trigger.timezone})`
    if ('event' in trigger) return `on ${trigger.event}`
    return 'workflow' in trigger ? `after ${trigger.workflow}` : `by webhook: ${code(`/workflow hook ${name}`)}`
  })
  return paragraph(
    `**${name}** is saved: ${Object.keys(steps).length} steps, version ${code(version)}.${starts.length > 0 ? ` It starts ${starts.join(', ')}.` : ''}`,
    { kind: 'actions', items: [{ kind: 'button', label: 'Show the plan', run: `workflow show ${name}` }] },
  )
}
