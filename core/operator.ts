import type { Account } from '#contract'
import type { Entry } from './entry.ts'
import type { RunApiCommand } from './http/ports.ts'

/** The hub's own workspace: whoever runs the command line or opens the console with its link owns the hub. */
export const HOME = 'console:local'
export const OPERATOR: Account = { plugin: 'console', id: 'operator' }

/** Commands from the API and the command line appear in the console, each conversation in a thread of its own. */
export function runAsOperator(entry: Entry): RunApiCommand {
  return ({ input, idempotencyKey, thread }) => {
    const root = thread ?? 'command-line'
    return entry.command(OPERATOR.plugin, {
      input,
      workspace: HOME,
      deliveryId: `api:${idempotencyKey}`,
      actor: OPERATOR,
      actorName: 'operator',
      place: { plugin: OPERATOR.plugin, workspace: HOME, channel: 'console', thread: root, visibility: 'private' },
      ...(thread === undefined ? {} : { lane: `${HOME}|console|${thread}` }),
    })
  }
}
