import {
  type BindingDesk,
  type Command,
  type CommandCall,
  type Context,
  HubError,
  type Message,
  type Person,
  roleIncludes,
  type Source,
} from '#contract'
import type { CoreDirectory } from '../identity/store.ts'
import { type Audience, type Guarded, guard, newAudience, OUTSIDE } from './audience.ts'
import type { CommandCatalog, Resolution, Values } from './catalog.ts'
import { confirmCode, isConfirmed, type Sign } from './confirm.ts'
import type { GuidedForms } from './guided.ts'
import {
  confirmMessage,
  deniedMessage,
  emptyMessage,
  invalidMessage,
  notShownMessage,
  unknownMessage,
} from './replies.ts'

/** What running a command needs of the directory. */
export type Grants = Pick<CoreDirectory, 'standing' | 'admins' | 'audit' | 'spendConfirmation' | 'isShared' | 'share'> &
  Pick<BindingDesk, 'projectRole'>
export interface Run {
  readonly catalog: CommandCatalog
  readonly call: Pick<CommandCall, 'input'>
  /** The asker with the role of this moment, not of the moment of asking. */
  readonly person: Person
  readonly ctx: Context
  readonly grants: Grants
  readonly signConfirm: Sign
  /** Asks for what is missing where there are no forms; null where the usage must do. */
  readonly ask?: GuidedForms['begin']
  /** When the call arrived, in epoch milliseconds: a confirmation given in time stays good while its job waits or is tried again. */
  readonly receivedAtMs: number
}

/** From words to the command's answer. Mistakes and denials are answers, for the asker alone; only the command itself may throw. */
export async function runCommand(run: Run): Promise<Message> {
  const { catalog, call, person, ctx } = run
  const only = person.account
  const resolved = catalog.resolve(call.input)
  if (resolved.kind === 'empty') return { ...emptyMessage(catalog, person), only }
  if (resolved.kind === 'unknown') return { ...unknownMessage(catalog, resolved, person), only }
  // Before the arguments: who may not run it is not taught how to.
  if (!(await mayRun(run, resolved))) return { ...(await deny(run, resolved)), only }
  if (resolved.kind === 'invalid')
    return (await run.ask?.(resolved, ctx)) ?? { ...invalidMessage(catalog, resolved), only }
  const source = (await resolved.command.source?.(resolved.args, ctx)) ?? null
  const guarded = await unlessShared(run, source, guard(resolved.command, source, ctx, person))
  if (guarded.kind === 'refuse') return { ...(await withhold(run, resolved, guarded.source)), only }
  const question = await unanswered(run, resolved, guarded.kind === 'ask' ? guarded : null)
  if (question) return { ...question, only }
  if (source && guarded.kind === 'ask') {
    // From now on those who read it may work with it there.
    const { plugin, id } = person.account
    await run.grants.share(ctx.workspace, source.what, guarded.audience.key, `${plugin}:${id}`)
    await ctx.audit('show', source.what, { command: resolved.command.name, audience: guarded.audience.who })
  }
  return execute({ ...run, ctx: keepingWithin(ctx, person, source, guarded.kind === 'ask') }, resolved)
}

type Runnable = Extract<Resolution, { kind: 'run' }>

/** A role in the workspace, or for the project where the command says which; whoever is shut out of the workspace has none in its projects. */
async function mayRun(
  { ctx, grants, person }: Run,
  resolved: Extract<Resolution, { command: Command }>,
): Promise<boolean> {
  const { allow, project } = resolved.command
  if (roleIncludes(person.role, allow)) return true
  if (person.role === null || !project || resolved.kind !== 'run') return false
  const role = await grants.projectRole(ctx.workspace, project(resolved.args), person.account)
  return roleIncludes(role, allow)
}

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

async function unlessShared({ ctx, grants }: Run, source: Source | null, guarded: Guarded): Promise<Guarded> {
  // What leaves the hub is asked about each time: every place outside is another one.
  if (guarded.kind === 'open' || !source || guarded.audience.key === OUTSIDE) return guarded
  return (await grants.isShared(ctx.workspace, source.what, guarded.audience.key)) ? { kind: 'open' } : guarded
}

async function withhold({ ctx, grants, person }: Run, { command }: Runnable, source: Source): Promise<Message> {
  await grants.audit({
    ...entryOf(ctx, person),
    action: 'show',
    subject: source.what,
    outcome: 'denied',
    detail: { command: command.name, reason: 'written in private by somebody else' },
  })
  return notShownMessage(source)
}

/** What a command sends elsewhere on its own reaches nobody who could not read the answer: the question asked about this place alone. */
function keepingWithin(ctx: Context, person: Person, source: Source | null, isAgreed: boolean): Context {
  const origin = source?.place ?? ctx.place
  if (!origin) return ctx
  return {
    ...ctx,
    async send(name, to, message) {
      const isToAsker = message.only?.plugin === person.account.plugin && message.only.id === person.account.id
      const isHere = isAgreed && ctx.place !== null && newAudience(ctx.place, to) === null
      if (!isToAsker && !isHere && newAudience(origin, to)) {
        const what = source?.what ?? 'What was asked in private'
        throw new HubError('FORBIDDEN', `${what} is not sent where more people would read it: ask for it there instead`)
      }
      await ctx.send(name, to, message)
    },
  }
}

/** The question that must be answered first, or null: there is none, or this call answers it. */
async function unanswered(
  run: Run,
  { command, args, values, confirm }: Runnable,
  widening: { readonly question: string; readonly audience: Audience } | null,
): Promise<Message | null> {
  const questions = [command.confirm?.(args) ?? null, widening?.question ?? null].filter((q) => q !== null)
  if (questions.length === 0) return null
  const { catalog, ctx, grants, person, signConfirm, receivedAtMs } = run
  const asked = {
    workspace: ctx.workspace,
    plugin: person.account.plugin,
    accountId: person.account.id,
    // Agreed for these readers, it is not agreed for others.
    line: [catalog.format(command, values), ...(widening ? [widening.audience.key] : [])].join('\n'),
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
  return confirmMessage({
    question: questions.join('\n'),
    line: catalog.format(command, values, code),
    command,
    refused: confirm !== null,
  })
}

async function execute({ ctx, person, signConfirm }: Run, { command, args, values }: Runnable): Promise<Message> {
  // Whatever the command forgets to say: its answer is for one alone.
  const only = (message: Message): Message => (command.private ? { only: person.account, ...message } : message)
  if (command.sideEffects === 'none') return only(await command.run(args, ctx))
  const detail = { arguments: digest(signConfirm, values), attempt: ctx.attempt }
  try {
    const message = await command.run(args, ctx)
    await ctx.audit('command', command.name, detail)
    return only(message)
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
