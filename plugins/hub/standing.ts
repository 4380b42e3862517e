import { z } from 'zod'
import {
  type Account,
  type Catalog,
  type Command,
  type Directory,
  defineCommand,
  type Links,
  type Message,
  roleIncludes,
  UNPROVEN_ROLE,
  type WorkspaceAccount,
} from '#contract'
import { whoIs } from './linking.ts'
import { code, explained, listed, paragraph, plainName } from './text.ts'

/** The rule behind what a verified address joined, and its cure. */
const BY_EMAIL = `linked by verified e-mail (HUB_LINK_EMAIL_DOMAINS), so it proves nothing for you and counts as ${UNPROVEN_ROLE} at most; confirm it with /hub link`

/** Who the asker is to the hub, and why a command is allowed or denied to them. */
export function standingCommands(catalog: Catalog, directory: () => Directory, links: () => Links): readonly Command[] {
  return [
    defineCommand({
      name: 'hub whoami',
      summary: 'Show who you are to the hub and which role you have',
      args: z.object({}),
      examples: ['hub whoami'],
      allow: 'viewer',
      private: true,
      sideEffects: 'none',
      async run(_args, ctx) {
        const { actor, workspace } = ctx
        const standing = await directory().standing(workspace, actor.account)
        const others = (await links().joined(whoIs(ctx))).filter(
          ({ workspace: at, account }) =>
            at !== workspace || account.id !== actor.account.id || account.plugin !== actor.account.plugin,
        )
        const allowed = catalog.commands.filter((command) => roleIncludes(standing.role, command.allow)).length
        const items = [
          { label: 'Role', value: explained(standing) },
          { label: 'Account', value: `${actor.account.plugin}:${actor.account.id}` },
          { label: 'Workspace', value: workspace },
          ...others.map((one) => ({
            label: 'Linked',
            value: `${one.account.plugin}:${one.account.id} in ${one.workspace}; ${one.isProven ? 'its role there is its own' : BY_EMAIL}`,
          })),
          { label: 'You may run', value: `${allowed} of ${catalog.commands.length} commands` },
        ]
        const title = `You are ${plainName(actor.name)}.`
        const unlink = others.flatMap(({ account, isProven }) =>
          isProven ? [] : [{ label: 'Unlink', run: `hub unlink ${account.plugin}:${account.id}` }],
        )
        return {
          ...sheet(title, items, [{ label: 'Help', run: 'hub help' }, ...unlink.slice(0, 2)]),
          only: actor.account,
        }
      },
    }),
    defineCommand({
      name: 'hub why',
      summary: 'Explain whether you may run a command, and who can change that',
      args: z.object({
        line: z.string().max(4000).meta({ rest: true, title: 'Command' }).describe('Command as you would type it'),
      }),
      examples: ['hub why hub status'],
      allow: 'viewer',
      private: true,
      sideEffects: 'none',
      async run({ line }, ctx) {
        const joined = (await links().joined(whoIs(ctx))).filter(({ isProven }) => !isProven)
        const { workspace, actor } = ctx
        return { ...(await why(catalog, directory(), workspace, actor.account, line, joined)), only: actor.account }
      },
    }),
  ]
}

async function why(
  catalog: Catalog,
  directory: Directory,
  workspace: string,
  account: Account,
  line: string,
  joined: readonly WorkspaceAccount[],
): Promise<Message> {
  const command = catalog.match(line)
  if (!command) return paragraph(catalog.check(line)[0]?.message ?? `There is no command ${code(line)}.`)
  const [standing, admins] = await Promise.all([directory.standing(workspace, account), directory.admins(workspace)])
  const allowed = roleIncludes(standing.role, command.allow)
  const grant = `/hub role ${account.plugin}:${account.id} ${command.allow}`
  const nobody = 'nobody here yet, only the operator of the hub'
  const items = [
    {
      label: 'Rule',
      value: `/${command.name} needs the role ${command.allow} or above${command.byProject ? ', in this workspace or for its project' : ''}`,
    },
    { label: 'Where it comes from', value: 'fixed by the plugin of the command; grants change roles, not rules' },
    { label: 'Your role', value: explained(standing) },
    { label: 'Who can change it', value: admins.length > 0 ? `${listed(admins)} (admin)` : nobody },
    ...(command.byProject
      ? [{ label: 'For one project', value: 'its maintainers, with /hub project role <project> <person> <role>' }]
      : []),
  ]
  const unproven = joined.map((one) => ({
    label: 'Linked by e-mail',
    value: `${one.account.plugin}:${one.account.id} in ${one.workspace}; ${BY_EMAIL}`,
  }))
  const asked =
    command.sideEffects === 'none'
      ? []
      : [{ label: 'When it runs', value: 'it is written to the audit log with your name' }]
  const verdict = allowed
    ? `Yes, you may run ${code(`/${command.name}`)}.`
    : `No, you may not run ${code(`/${command.name}`)}.`
  const cure =
    admins.length > 0
      ? `An admin can allow it with ${code(grant)}.`
      : `The hub's operator can allow it in the console with ${code(`${grant} --workspace=${workspace}`)}.`
  return sheet(
    allowed ? verdict : `${verdict} ${cure}`,
    [...items, ...unproven, ...asked],
    allowed ? [{ label: 'How it works', run: `hub help ${command.name}` }] : [],
  )
}

function sheet(
  markdown: string,
  items: readonly { readonly label: string; readonly value: string }[],
  buttons: readonly { readonly label: string; readonly run: string }[],
): Message {
  const message = paragraph(
    markdown,
    { kind: 'fields', items },
    ...(buttons.length > 0
      ? [{ kind: 'actions', items: buttons.map((b) => ({ kind: 'button', ...b }) as const) } as const]
      : []),
  )
  return { ...message, text: [message.text, ...items.map(({ label, value }) => `${label}: ${value}`)].join('\n') }
}
