import { type CommandCall, type Hub, HubError, type Log } from '#contract'
import type { GitHubConfig } from './config.ts'
import { commented, opened, type Repository, type Sender, type Topic } from './payloads.ts'
import { laneOf, placeOf } from './place.ts'

/** Anybody may comment on a public repository; these people belong to it. */
const INSIDE = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])

/** What a verified delivery means. `event` comes from a header and is not signed: it only chooses how the signed body is read. */
export interface Inbound {
  receive(event: string, deliveryId: string, body: unknown, log: Log): Promise<void>
}
export interface Signals {
  /** Shows whoever wrote it that it was read. Only a courtesy: the result itself goes through the ledger. */
  seen(
    repository: Repository,
    subject: { readonly comment: number } | { readonly review: number } | { readonly issue: number },
  ): void
}

export function createInbound(hub: Hub<GitHubConfig>, signals: Signals): Inbound {
  const run = async (
    said: { readonly text: string | null; readonly association: string; readonly sender: Sender },
    at: { readonly repository: Repository; readonly topic: Topic; readonly deliveryId: string },
    subject: Parameters<Signals['seen']>[1],
    log: Log,
  ): Promise<void> => {
    const line = commandIn(said.text)
    if (line === null || hub.catalog.match(line) === null) return
    if (!INSIDE.has(said.association)) {
      log.info(
        { actor: said.sender.login, association: said.association },
        'a command from outside the repository was not run',
      )
      return
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
    try {
      if ((await hub.command(call)).status === 'queued') signals.seen(at.repository, subject)
    } catch (error) {
      // It can never be stored, so GitHub need not be told to deliver it again.
      if (!(error instanceof HubError) || error.retry !== 'never') throw error
      log.warn({ error: error.message }, 'GitHub command was not stored')
    }
  }
  return {
    async receive(event, deliveryId, body, log) {
      if (event === 'issue_comment' || event === 'pull_request_review_comment') {
        const read = commented.safeParse(body)
        const topic = read.data?.issue ?? read.data?.pull_request
        if (!read.success || !topic || read.data.action !== 'created') return
        const { comment, sender, repository } = read.data
        if (isMachine(sender) || comment.performed_via_github_app) return
        const subject = event === 'issue_comment' ? { comment: comment.id } : { review: comment.id }
        await run(
          { text: comment.body, association: comment.author_association, sender },
          { repository, topic, deliveryId },
          subject,
          log,
        )
      } else if (event === 'issues' || event === 'pull_request') {
        const read = opened.safeParse(body)
        const topic = read.data?.issue ?? read.data?.pull_request
        if (!read.success || !topic || read.data.action !== 'opened' || isMachine(read.data.sender)) return
        const { sender, repository } = read.data
        const said = { text: topic.body, association: topic.author_association, sender }
        await run(said, { repository, topic: { ...topic, body: null }, deliveryId }, { issue: topic.number }, log)
      }
    },
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
