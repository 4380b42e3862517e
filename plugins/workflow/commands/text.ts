import { type Block, type Context, HubError, type Message, roleIncludes } from '#contract'
import { isOver } from '../plan/state.ts'
import type { Ports } from '../ports.ts'
import { type Author, parseReference, type Snapshot } from '../runs/run.ts'

export function paragraph(markdown: string, ...more: readonly Block[]): Message {
  return { text: markdown.replace(/[*`]/g, ''), blocks: [{ kind: 'text', markdown }, ...more] }
}
/** For who asked: the card says it to everybody. */
export const toAsker = (ctx: Context, message: Message): Message => ({ ...message, only: ctx.actor.account })
export const authorOf = ({ actor }: Context): Author => ({
  key: `${actor.account.plugin}:${actor.account.id}`,
  name: actor.name,
})
export const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``

export async function runOf(reference: string, ctx: Context, ports: Ports): Promise<Snapshot> {
  return ports.runs().byNumber(ctx.workspace, parseReference(reference))
}
/** Whoever started a run, and maintainers, may steer it. */
export function mustSteer({ run, state }: Snapshot, ctx: Context): void {
  if (isOver(state.status)) throw new HubError('CONFLICT', `${state.about.reference} is over: it ${state.status}`)
  if (run.startedBy.key === authorOf(ctx).key || roleIncludes(ctx.actor.role, 'maintainer')) return
  throw new HubError(
    'FORBIDDEN',
    `${run.startedBy.name} started ${state.about.reference}: they or a maintainer can do that`,
  )
}
