import { z } from 'zod'
import {
  type Command,
  type Directory,
  defineCommand,
  type Grant,
  HubError,
  type Message,
  type Operations,
  type Person,
  peopleOf,
  ROLES,
  shownPerson,
} from '#contract'
import { code, paragraph, plainName } from './text.ts'

const workspaceArg = z
  .string()
  .max(200)
  .optional()
  .meta({ flag: true })
  .describe('Another workspace, such as slack:T0123; for admins of the hub itself')

/** A mention is its account and its name: longer than what people type. */
export const personArg = z.string().max(300).meta({ person: true }).describe('Mention, name or account id')

/** Granting roles. Who may run them is the rule of every other command: the role admin. */
export function roleCommands(directory: () => Directory, operations: () => Operations): readonly Command[] {
  return [
    defineCommand({
      name: 'hub role',
      summary: 'Give somebody a role, or none; default takes the grant back',
      args: z.object({
        person: personArg,
        role: z.enum([...ROLES, 'none', 'default']).describe('Role to give'),
        workspace: workspaceArg,
      }),
      examples: ['hub role @anna maintainer', 'hub role @ben default'],
      allow: 'admin',
      sideEffects: 'hub',
      confirm: ({ person, role }) =>
        role === 'admin'
          ? `Make ${shownPerson(person)} an admin? Admins may run everything and give roles to others.`
          : null,
      async run({ person, role, workspace }, ctx) {
        const target = targetOf(workspace, ctx.workspace, operations())
        const found = await peopleOf(directory(), target, person)
        const [one] = found
        if (!one || found.length > 1)
          return choose(found, workspace === undefined ? role : `${role} --workspace=${workspace}`)
        await directory().setRole(target, one.id, role === 'default' ? null : role)
        await ctx.audit('role', accountOf(one), { workspace: target, role })
        return paragraph(`${plainName(one.name)} (${code(accountOf(one))}) ${outcome(role)}.`)
      },
    }),
    defineCommand({
      name: 'hub role default',
      summary: 'Set the role of everybody here who was given none',
      args: z.object({
        // Never admin: everybody who can join the workspace would own it.
        role: z.enum(['viewer', 'member', 'maintainer', 'none']).describe('Role without a grant'),
        workspace: workspaceArg,
      }),
      examples: ['hub role default viewer'],
      allow: 'admin',
      sideEffects: 'hub',
      async run({ role, workspace }, ctx) {
        const target = targetOf(workspace, ctx.workspace, operations())
        await directory().setDefaultRole(target, role)
        await ctx.audit('role', 'default', { workspace: target, role })
        return paragraph(
          role === 'none'
            ? 'People without a grant may run nothing here now.'
            : `People without a grant are ${role} here now.`,
        )
      },
    }),
  ]
}

function targetOf(asked: string | undefined, own: string, { home }: Operations): string {
  if (asked === undefined || asked === own || own === home) return asked ?? own
  throw new HubError(
    'FORBIDDEN',
    'Only an admin of the hub itself may give roles in another workspace; leave out --workspace',
  )
}

function choose(people: readonly Person[], ending: string): Message {
  return paragraph(`${people.length} people go by that name. Whom do you mean?`, {
    kind: 'actions',
    items: people.slice(0, 5).map((person) => ({
      kind: 'button',
      label: `${plainName(person.name)} (${person.account.id})`,
      run: `hub role "${accountOf(person).replace(/["\\]/g, '\\$&')}" ${ending}`,
    })),
  })
}
const accountOf = ({ account }: Person) => `${account.plugin}:${account.id}`
function outcome(role: Grant | 'default'): string {
  if (role === 'default') return 'has the default role of the workspace again'
  return role === 'none' ? 'may run nothing any more' : `is ${role} now`
}
