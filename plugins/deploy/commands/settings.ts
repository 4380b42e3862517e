import { z } from 'zod'
import { type Catalog, type Command, defineCommand, HubError, type Message } from '#contract'
import { boundRepository, DEFAULT_CODE_HOST, type Desk, refuseUnbound } from '../desk.ts'
import { NAME } from '../report.ts'
import type { ServiceSettings } from '../settings/store.ts'
import { environmentName, keyOf, serviceName } from './fields.ts'
import { table, toAsker } from './messages.ts'

const INPUTS = ['environment', 'sha', 'service', 'deployment'] as const
const list = (text: string): string[] => [
  ...new Set(
    text
      .toLowerCase()
      .split(/[,\s]+/)
      .filter((one) => one !== ''),
  ),
]

/** What a maintainer says of services and environments. */
export function settingsCommands(desk: Desk, catalog: Catalog): readonly Command[] {
  return [
    defineCommand({
      name: 'deploy service',
      summary: 'Say how a service is deployed, or show it',
      args: z.object({
        service: serviceName,
        repository: z
          .string()
          .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'must be owner/name')
          .optional()
          .meta({ flag: true })
          .describe('Where its code lies: owner/name'),
        workflow: z
          .string()
          .regex(/^[\w.-]{1,100}\.ya?ml$/, 'must be the name of a workflow file, such as deploy.yml')
          .optional()
          .meta({ flag: true })
          .describe('Workflow file that deploys it'),
        environments: z
          .string()
          .max(500)
          .optional()
          .meta({ flag: true })
          .describe('Where it goes, in order, with commas: staging,production'),
        inputs: z
          .string()
          .max(200)
          .optional()
          .meta({ flag: true })
          .describe(`What the workflow takes, of ${INPUTS.join(', ')}; environment,sha when never said`),
        host: z
          .string()
          .regex(/^[a-z][a-z0-9-]*$/, 'must be the name of an adapter, such as github')
          .optional()
          .meta({ flag: true })
          .describe('Adapter of its code host'),
      }),
      examples: [
        'deploy service web --repository octo/web --workflow deploy.yml --environments staging,production',
        'deploy service web',
      ],
      allow: 'maintainer',
      sideEffects: 'hub',
      async run({ service, repository, workflow, environments, inputs, host }, ctx) {
        const before = await desk.settings().service(ctx.workspace, service)
        const given = [repository, workflow, environments, inputs, host]
        if (given.every((one) => one === undefined)) return described(before, service)
        const taken = catalog.match(`deploy ${service}`)
        if (taken && taken.name !== 'deploy')
          throw new HubError(
            'INPUT_INVALID',
            `"${taken.name}" is a command, so no service can be called ${service}: choose another name`,
          )
        const codeHost = host ?? before?.codeHost ?? DEFAULT_CODE_HOST
        const asked = repository ?? before?.repository ?? null
        const bound = asked === null ? null : await boundRepository(desk, ctx.workspace, asked, codeHost)
        if (asked !== null && !bound) refuseUnbound(codeHost, asked)
        const settings = {
          workspace: ctx.workspace,
          service,
          repository: bound?.repository ?? null,
          codeHost,
          workflow: workflow ?? before?.workflow ?? null,
          environments: environments === undefined ? (before?.environments ?? []) : checkNames(list(environments)),
          inputs: inputs === undefined ? (before?.inputs ?? ['environment', 'sha']) : checkInputs(list(inputs)),
          updatedBy: keyOf(ctx),
        }
        await desk.settings().saveService(settings)
        await ctx.audit('deploy-service', service, { repository: settings.repository, workflow: settings.workflow })
        return described({ ...settings, updatedAt: new Date(desk.nowMs()) }, service)
      },
    }),
    defineCommand({
      name: 'deploy environment',
      summary: 'Say what an environment asks for: approvals, roles, whether it is production',
      args: z.object({
        environment: environmentName,
        approvals: z.coerce
          .number()
          .int()
          .min(0)
          .max(3)
          .optional()
          .meta({ flag: true })
          .describe('How many others must agree'),
        role: z
          .enum(['member', 'maintainer', 'admin'])
          .optional()
          .meta({ flag: true })
          .describe('Least role of those who agree'),
        production: z.boolean().optional().meta({ flag: true }).describe('Counts for the measures of delivery'),
      }),
      examples: ['deploy environment production --approvals 1 --role maintainer', 'deploy environment production'],
      allow: 'maintainer',
      sideEffects: 'hub',
      async run({ environment, approvals, role, production }, ctx) {
        const before = await desk.settings().environment(ctx.workspace, environment)
        const settings = {
          environment,
          approvals: approvals ?? before.approvals,
          role: role ?? before.role,
          production: production ?? before.production,
        }
        if (JSON.stringify(settings) !== JSON.stringify({ ...before, workspace: undefined, updatedBy: undefined })) {
          await desk.settings().saveEnvironment(ctx.workspace, settings, keyOf(ctx))
          await ctx.audit('deploy-environment', environment, { ...settings })
        }
        const agreed =
          settings.approvals === 0
            ? 'nobody else must agree'
            : `${settings.approvals} × ${settings.role}, never the asker`
        return toAsker(
          ctx,
          `${environment}: ${agreed}; ${settings.production ? 'counts for the measures of delivery' : 'does not count for the measures'}.`,
        )
      },
    }),
  ]
}

function described(settings: ServiceSettings | null, service: string): Message {
  if (!settings)
    throw new HubError(
      'NOT_FOUND',
      `Nothing is set for ${service}: "deploy service ${service} --repository owner/name --workflow deploy.yml --environments staging,production"`,
    )
  const missing = 'not set'
  return table(
    service,
    ['Setting', 'Value'],
    [
      ['repository', settings.repository ? `${settings.codeHost}:${settings.repository}` : missing],
      ['workflow', settings.workflow ?? missing],
      ['environments', settings.environments.join(', ') || missing],
      ['inputs', settings.inputs.join(', ') || 'none'],
    ],
  )
}
function checkNames(names: readonly string[]): readonly string[] {
  const bad = names.find((name) => !NAME.test(name) || name === 'all')
  if (bad !== undefined || names.length > 20)
    throw new HubError(
      'INPUT_INVALID',
      `“${bad ?? names.length}” is no environment: name up to 20, each one word, with commas between`,
    )
  return names
}
function checkInputs(names: readonly string[]): readonly string[] {
  const bad = names.find((name) => !INPUTS.some((known) => known === name))
  if (bad !== undefined)
    throw new HubError('INPUT_INVALID', `“${bad}” is nothing the hub can give: choose of ${INPUTS.join(', ')}`)
  return names
}
