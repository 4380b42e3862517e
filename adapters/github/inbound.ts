import {
  ciRunChanged,
  deploymentReported,
  type Hub,
  type Log,
  pullRequestChanged,
  pushed,
  repositoryOpened,
} from '#contract'
import { createCommands, type Received, type Signals, settled } from './commands.ts'
import type { GitHubConfig } from './config.ts'
import { readEvent, type Told } from './events.ts'
import type { Identity } from './identity.ts'

/** What a verified delivery means. `event` comes from a header and is not signed: it only chooses how the signed body is read. */
export interface Inbound {
  receive(event: string, deliveryId: string, body: unknown, log: Log): Promise<Received>
}
export function createInbound(hub: Hub<GitHubConfig>, signals: Signals, identity: Identity): Inbound {
  const command = createCommands(hub, signals)
  /** Our mark and our name. Where GitHub does not tell our name the mark decides: to answer ourselves would never end. */
  const isOwn = async ({ markedBy }: Told, log: Log): Promise<boolean> => {
    if (markedBy === null) return false
    try {
      return (await identity.login()).toLowerCase() === markedBy.toLowerCase()
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : '' }, 'GitHub did not tell who the hub is')
      return true
    }
  }
  const publish = async (told: Told, deliveryId: string, log: Log): Promise<Received> => {
    // A command in the same delivery has the id itself.
    const origin = { workspace: told.workspace, lane: told.lane, deliveryId: `${deliveryId}:event` }
    switch (told.kind) {
      case 'push':
        return (await hub.publish(pushed, { ...told.payload, own: await isOwn(told, log) }, origin)).status
      case 'pull request':
        return (await hub.publish(pullRequestChanged, { ...told.payload, own: await isOwn(told, log) }, origin)).status
      case 'visibility':
        return (await hub.publish(repositoryOpened, told.payload, origin)).status
      case 'run':
        return (await hub.publish(ciRunChanged, told.payload, origin)).status
      case 'deployment':
        return (await hub.publish(deploymentReported, told.payload, origin)).status
      default:
        return told satisfies never
    }
  }
  return {
    async receive(event, deliveryId, body, log) {
      const told = readEvent(event, body, Date.now())
      const published = told === null ? 'ignored' : await settled(log, () => publish(told, deliveryId, log))
      const ran = await settled(log, () => command(event, deliveryId, body, log))
      return ran === 'ignored' ? published : ran
    },
  }
}
