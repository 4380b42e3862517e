import { type CommandCall, type Hub, HubError, type Log, type Receipt } from '#contract'
import type { GitHubConfig } from './config.ts'
import { commented, opened, type Repository, type Sender, type Topic } from './payloads.ts'
import { laneOf, placeOf } from './place.ts'

/**
 * Anybody may comment on a public repository; these people belong to it. The workspace is the whole account: whoever an organisation let into one
 * repository as an outside collaborator belongs to that repository alone, while in the account of a person they are all there is.
 * https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-outside-collaborators
 */
const isInside = (association: string, { owner }: Repository): boolean =>
  association === 'OWNER' || association === 'MEMBER' || (association === 'COLLABORATOR' && owner.type === 'User')

/** `ignored`: it is none of the hub's business. */
export type Received = Receipt['status'] | 'ignored'

export interface Signals {
  /** Shows whoever wrote it that it was read. Only a courtesy: the result itself goes through the ledger. */
  seen(
    repository: Repository,
    subject: { readonly comment: number } | { readonly review: number } | { readonly issue: number },
  ): void
}

/** Commands in comments, and at the head of issues and pull requests. */
export type Commands = (event: string, deliveryId: string, body: unknown, log: Log) => Promise<Received>

export function createCommands(hub: Hub<GitHubConfig>, signals: Signals): Commands {
  const run = async (
    said: { readonly text: string | null; readonly association: string; readonly sender: Sender },
    at: { readonly repository: Repository; readonly topic: Topic; readonly deliveryId: string },
    subject: Parameters<Signals['seen']>[1],
    log: Log,
  ): Promise<Received> => {
    const line = commandIn(said.text)
    if (line === null || hub.catalog.match(line) === null) return 'ignored'
    if (!isInside(said.association, at.repository)) {
      log.info({ actor: said.sender.login, association: said.association }, 'a command from outside was not run')
      return 'ignored'
    }
    const place = placeOf(at.repository, at.topic.number)
    const call: CommandCall = {
      workspace: place.workspace,
      deliveryId: at.deliveryId,
      actor: { plugin: 'github', id: String(said.sender.id) },
      actorName: said.sender.login,
      place,
      lane: laneOf(place),
      // Alone it means what it stands under.
      input: line === 'story' ? `story ${at.topic.title}\n\n${at.topic.body ?? ''}`.trim() : line,
    }
    const { status } = await hub.command(call)
    if (status === 'queued') signals.seen(at.repository, subject)
    return status
  }
  return async (event, deliveryId, body, log) => {
    if (event === 'issue_comment' || event === 'pull_request_review_comment') {
      const read = commented.safeParse(body)
      const topic = read.data?.issue ?? read.data?.pull_request
      if (!read.success || !topic || read.data.action !== 'created') return 'ignored'
      const { comment, sender, repository } = read.data
      if (isMachine(sender) || comment.performed_via_github_app) return 'ignored'
      const subject = event === 'issue_comment' ? { comment: comment.id } : { review: comment.id }
      const said = { text: comment.body, association: comment.author_association, sender }
      return run(said, { repository, topic, deliveryId }, subject, log)
    }
    if (event === 'issues' || event === 'pull_request') {
      const read = opened.safeParse(body)
      const topic = read.data?.issue ?? read.data?.pull_request
      if (!read.success || !topic || read.data.action !== 'opened' || isMachine(read.data.sender)) return 'ignored'
      const { sender, repository } = read.data
      const said = { text: topic.body, association: topic.author_association, sender }
      return run(said, { repository, topic: { ...topic, body: null }, deliveryId }, { issue: topic.number }, log)
    }
    return 'ignored'
  }
}
/** Our own comments and those of other bots: answering them would loop. */
function isMachine({ type, login }: Sender): boolean {
  return type === 'Bot' || login.endsWith('[bot]')
}
/** A comment that begins with a slash is a command, all of it; quotes of others are not. */
function commandIn(text: string | null): string | null {
  const line = (text ?? '').replace(/\r\n?/g, '\n').trim()
  return /^\/[a-z]/i.test(line) ? line.slice(1) : null
}
/** What can never be stored need not be delivered again; anything else GitHub shall know as failed. */
export async function settled(log: Log, work: () => Promise<Received>): Promise<Received> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HubError) || error.retry !== 'never') throw error
    log.warn({ error: error.message }, 'GitHub delivery was not stored')
    return 'ignored'
  }
}
