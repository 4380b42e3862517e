import {
  type Command,
  type CommandCall,
  type Context,
  HubError,
  type Message,
  type Person,
  roleIncludes,
} from '#contract'
import type { CoreDirectory } from '../identity/store.ts'
import type { CommandCatalog, Resolution, Values } from './catalog.ts'
import { confirmCode, isConfirmed, type Sign } from './confirm.ts'
import { confirmMessage, deniedMessage, emptyMessage, invalidMessage, unknownMessage } from './replies.ts'

/** What running a command needs of the directory. */
export type Grants = Pick<CoreDirectory, 'standing' | 'admins' | 'audit' | 'spendConfirmation'>
export interface Run {
  readonly catalog: CommandCatalog
  readonly call: Pick<CommandCall, 'input'>
  /** The asker with the role of this moment, not of the moment of asking. */
  readonly person: Person
  readonly ctx: Context
  readonly grants: Grants
  readonly signConfirm: Sign
  /** When the call arrived, in epoch milliseconds: a confirmation given in time stays good while its job waits or is tried again. */
  readonly receivedAtMs: number
}

/** From words to the command's answer. Mistakes and denials are answers, for the asker alone; only the command itself may throw. */
export async function runCommand(run: Run): Promise<Message> {
  const { catalog, call, person } = run
  const only = person.account
  const resolved = catalog.resolve(call.input)
  if (resolved.kind === 'empty') return { ...emptyMessage(catalog, person), only }
  if (resolved.kind === 'unknown') return { ...unknownMessage(catalog, resolved, person), only }
  // Before the arguments: who may not run it is not taught how to.
  if (!roleIncludes(person.role, resolved.command.allow)) return { ...(await deny(run, resolved)), only }
  if (resolved.kind === 'invalid') return { ...invalidMessage(catalog, resolved), only }
  const question = await unanswered(run, resolved)
  return question ? { ...question, only } : execute(run, resolved)
}

type Runnable = Extract<Resolution, { kind: 'run' }>

async function deny({ ctx, grants, catalog, person }: Run, { command }: { command: Command }): Promise<Message> {
  const [standing, admins] = await Promise.all([
    grants.standing(ctx.workspace, person.account),
    grants.admins(ctx.workspace),
  ])
  await grants.audit({
    ...entryOf(ctx, person),
    action: 'command',
    subject: command.name,
    outcome: 'denied',
    detail: { needs: command.allow, has: person.role, from: standing.from },
  })
  return deniedMessage({ catalog, command, person, standing, admins, workspace: ctx.workspace })
}

/** The question that must be answered first, or null: there is none, or this call answers it. */
async function unanswered(run: Run, { command, args, values, confirm }: Runnable): Promise<Message | null> {
  const question = command.confirm?.(args) ?? null
  if (question === null) return null
  const { catalog, ctx, grants, person, signConfirm, receivedAtMs } = run
  const asked = {
    workspace: ctx.workspace,
    plugin: person.account.plugin,
    accountId: person.account.id,
    line: catalog.format(command, values),
  }
  if (confirm !== null) {
    const genuine = isConfirmed(signConfirm, asked, confirm, receivedAtMs)
    if (genuine && (await grants.spendConfirmation(ctx.workspace, confirm.toLowerCase(), ctx.jobId))) {
      return null
    }
    const detail = { reason: genuine ? 'used already' : 'not valid', arguments: digest(signConfirm, values) }
    await grants.audit({ ...entryOf(ctx, person), action: 'confirm', subject: command.name, outcome: 'denied', detail })
  }
  const code = confirmCode(signConfirm, asked, ctx.jobId, receivedAtMs)
  return confirmMessage({ question, line: catalog.format(command, values, code), command, refused: confirm !== null })
}

async function execute({ ctx, signConfirm }: Run, { command, args, values }: Runnable): Promise<Message> {
  if (command.sideEffects === 'none') return command.run(args, ctx)
  const detail = { arguments: digest(signConfirm, values), attempt: ctx.attempt }
  try {
    const message = await command.run(args, ctx)
    await ctx.audit('command', command.name, detail)
    return message
  } catch (error) {
    // It may have had its effect before it failed.
    const failed = error instanceof HubError ? error.code : 'UNEXPECTED'
    await ctx.audit('command', command.name, { ...detail, failed }).catch((auditError: unknown) => {
      ctx.log.error({ error: auditError, command: command.name, failed }, 'a failed command could not be audited')
    })
    throw error
  }
}

const entryOf = (ctx: Context, { account }: Person) => ({
  workspace: ctx.workspace,
  actor: `${account.plugin}:${account.id}`,
  jobId: ctx.jobId,
})
/** Tells equal arguments from different ones without storing them; keyed, so that short ones cannot be guessed from it. */
function digest(sign: Sign, values: Values): string {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))
  return sign(`arguments\n${JSON.stringify(sorted)}`).slice(0, 24)
}
