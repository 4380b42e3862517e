import { z } from 'zod'
import {
  BINDING_KINDS,
  type Binder,
  type Binding,
  type BindingDesk,
  type BindingTarget,
  type Command,
  type Context,
  type Directory,
  defineCommand,
  HubError,
  type Json,
  type Links,
  type Message,
  peopleOf,
  roleIncludes,
} from '#contract'
import { whoIs } from './linking.ts'
import { personArg } from './roles.ts'
import { rulesText } from './rules.ts'
import { code, paragraph, plainName } from './text.ts'

export interface ProjectPorts {
  desk(): BindingDesk
  directory(): Directory
  links(): Links
  binderOf(plugin: string): Binder | null
}
const projectName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be lower-case words with dashes, such as payments')
  .describe('Project, such as payments')
const kindName = z.enum(BINDING_KINDS).describe('What to join to the project')
const targetName = z
  .string()
  .max(300)
  .optional()
  .describe('Adapter and its own name for it, such as jira:PAY; left out for this channel')

/** Projects: what belongs to them and who may change that. A maintainer of the workspace or of the project has the power on this end. */
export function projectCommands(ports: ProjectPorts): readonly Command[] {
  const { desk, directory } = ports
  return [
    defineCommand({
      name: 'hub bind',
      summary: 'Join a channel, tracker or repository to a project',
      args: z.object({
        kind: kindName,
        project: projectName,
        target: targetName,
        rules: z.string().max(4000).optional().meta({ flag: true }).describe('Rules for it, as JSON'),
      }),
      examples: ['hub bind channel payments', 'hub bind tracker payments jira:PAY'],
      allow: 'maintainer',
      project: ({ project }) => project,
      sideEffects: 'hub',
      async run({ kind, project, target, rules }, ctx) {
        const found = await proven(ports, ctx, kind, target, parseRules(rules))
        const { plugin, id } = ctx.actor.account
        const binding: Binding = { ...found, workspace: ctx.workspace, project, boundBy: `${plugin}:${id}` }
        await desk().bind(binding)
        await ctx.audit('bind', project, { kind, target: `${found.plugin}:${found.target}` })
        return paragraph(`${plainName(found.label)} belongs to the project **${project}** now.`, {
          kind: 'actions',
          items: [{ kind: 'button', label: 'Show the project', run: `hub projects ${project}` }],
        })
      },
    }),
    defineCommand({
      name: 'hub unbind',
      summary: 'Take a channel, tracker or repository out of a project',
      args: z.object({ kind: kindName, project: projectName, target: targetName }),
      examples: ['hub unbind channel payments', 'hub unbind tracker payments jira:PAY'],
      allow: 'maintainer',
      project: ({ project }) => project,
      sideEffects: 'hub',
      async run({ kind, project, target }, ctx) {
        // Leaving needs no proof on the far side, which may be gone.
        const { plugin, target: name } = target === undefined ? hereOf(ctx, kind) : readTarget(target)
        const bound = await desk().list(ctx.workspace, { project, kind, plugin })
        const one = bound.find((b) => b.target.toLowerCase() === name.toLowerCase())
        if (!one || !(await desk().unbind(ctx.workspace, project, one)))
          throw new HubError('NOT_FOUND', `${plugin}:${name} is not bound to ${project}. See hub projects ${project}`)
        await ctx.audit('unbind', project, { kind, target: `${plugin}:${one.target}` })
        return paragraph(`${plainName(one.label)} does not belong to **${project}** any more.`)
      },
    }),
    defineCommand({
      name: 'hub projects',
      summary: 'List projects and what belongs to them',
      args: z.object({ project: projectName.optional() }),
      examples: ['hub projects', 'hub projects payments'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ project }, ctx) {
        return listing(await desk().list(ctx.workspace, project === undefined ? {} : { project }))
      },
    }),
    defineCommand({
      name: 'hub project role',
      summary: 'Give somebody a role for one project; default takes it back',
      args: z.object({
        project: projectName,
        person: personArg,
        // Never admin: only a workspace has admins.
        role: z.enum(['viewer', 'member', 'maintainer', 'default']).describe('Role for this project'),
      }),
      examples: ['hub project role payments @anna maintainer'],
      allow: 'maintainer',
      project: ({ project }) => project,
      sideEffects: 'hub',
      async run({ project, person, role }, ctx) {
        const found = await peopleOf(directory(), ctx.workspace, person)
        const [one] = found
        if (!one || found.length > 1)
          throw new HubError('INPUT_INVALID', `${found.length} people go by that name: mention the one you mean`)
        const account = `${one.account.plugin}:${one.account.id}`
        await desk().setProjectRole(ctx.workspace, project, one.id, role === 'default' ? null : role)
        await ctx.audit('role', account, { project, role })
        const what = role === 'default' ? 'has no role of its own' : `is ${role}`
        return paragraph(`${plainName(one.name)} (${code(account)}) ${what} in **${project}** now.`)
      },
    }),
  ]
}

type Found = BindingTarget & Pick<Binding, 'label' | 'rules'>

/** Proof of power on the far side: a channel is where it is typed, of anything else its adapter must vouch. */
async function proven(
  ports: ProjectPorts,
  ctx: Context,
  kind: Binding['kind'],
  target: string | undefined,
  rules: Json,
): Promise<Found> {
  if (target === undefined) {
    if (Object.keys(rules ?? {}).length > 0)
      throw new HubError('INPUT_INVALID', 'A channel takes no rules: leave out --rules')
    return { ...hereOf(ctx, kind), rules: {} }
  }
  const { plugin, target: name } = readTarget(target)
  if (kind === 'channel')
    throw new HubError(
      'INPUT_INVALID',
      'Type this in the channel itself, without a target: that proves that you are in it',
    )
  const binder = ports.binderOf(plugin)
  if (binder?.kind !== kind)
    throw new HubError(
      'NOT_FOUND',
      `No adapter called ${plugin} can vouch for a ${kind}: is it configured? See hub status`,
    )
  const accounts = (await ports.links().of(whoIs(ctx))).map(({ account }) => account)
  const proof = await binder.checkBinding({ workspace: ctx.workspace, target: name, accounts }, ctx.signal)
  if (!proof)
    throw new HubError(
      'NOT_FOUND',
      `${plugin} shows the hub no ${kind} called ${name}: check its name and the hub's access`,
    )
  if (proof.missing.length > 0)
    throw new HubError('FORBIDDEN', `The hub lacks permissions in ${proof.label}: ${proof.missing.join(', ')}`)
  if (proof.administers === false) {
    const unproven = (await ports.links().joined(whoIs(ctx))).find(
      ({ account, isProven }) => account.plugin === plugin && !isProven,
    )
    throw new HubError(
      'FORBIDDEN',
      unproven
        ? `You do not administer ${proof.label}. ${plugin}:${unproven.account.id} was joined to you by e-mail, which proves nothing: confirm it with hub link`
        : `You do not administer ${proof.label}. If you do as another account, link it with hub link`,
    )
  }
  if (proof.administers === null && !roleIncludes(ctx.actor.role, 'admin'))
    throw new HubError(
      'FORBIDDEN',
      `${plugin} cannot tell whether you administer ${proof.label}, so an admin of the hub must bind it`,
    )
  const { label, targetWorkspace } = proof
  return { kind, plugin, targetWorkspace, target: proof.target, label, rules: binder.parseRules(rules) }
}

function hereOf({ place, workspace }: Context, kind: Binding['kind']): Omit<Found, 'rules'> {
  if (kind !== 'channel') throw new HubError('INPUT_INVALID', `Name the ${kind}, such as jira:PAY`)
  if (!place) throw new HubError('INPUT_INVALID', 'Type this in the channel that you mean')
  const { plugin, channel } = place
  return { kind, plugin, targetWorkspace: workspace, target: channel, label: `This channel (${plugin}:${channel})` }
}
function readTarget(text: string): { plugin: string; target: string } {
  const match = /^([a-z][a-z0-9-]*):(.+)$/.exec(text.trim())
  if (!match?.[1] || !match[2])
    throw new HubError('INPUT_INVALID', `“${text}” names no adapter: write it like jira:PAY`)
  return { plugin: match[1], target: match[2] }
}
function parseRules(text: string | undefined): Json {
  if (text === undefined) return {}
  try {
    const rules: unknown = JSON.parse(text)
    if (typeof rules === 'object' && rules !== null && !Array.isArray(rules)) return rules as Json
  } catch {
    // Said below, in words.
  }
  throw new HubError('INPUT_INVALID', 'The rules are no JSON object, such as {"type": "Story"}')
}
function listing(bound: readonly Binding[]): Message {
  if (bound.length === 0)
    return paragraph(`Nothing is bound yet. Type ${code('/hub bind channel <project>')} in a channel.`)
  const rows = bound.map((b) => [b.project, b.kind, plainName(b.label), rulesText(b.rules), b.boundBy])
  return {
    text: rows.map((row) => row.filter(Boolean).join(' · ')).join('\n'),
    blocks: [{ kind: 'table', head: ['Project', 'Kind', 'What', 'Rules', 'Bound by'], rows }],
  }
}
