import { type CommandCall, type Hub, HubError, type Place, type Posted, parseWith } from '#contract'
import { createMentionWords } from '../shared/mentions.ts'
import type { SlackClient } from './client.ts'
import type { SlackConfig } from './config.ts'
import { SlackRefusal } from './errors.ts'
import { homeCommand, homePlace, readHome } from './home.ts'
import { type FormOrigin, formErrors, formValues, formView, readOrigin } from './modal.ts'
import { escapeText } from './mrkdwn.ts'
import {
  type BlockActions,
  blockActions,
  eventEnvelope,
  homeOpened,
  type MessageEvent,
  messageAction,
  messageEvent,
  type ViewSubmission,
  viewSubmission,
} from './payloads.ts'
import { laneOf, placeOf, workspaceOf } from './place.ts'
import { readThread } from './shortcut.ts'
import { acknowledgement } from './slash.ts'
import { createSurroundings, type Deed } from './surroundings.ts'
import { stripMention } from './text.ts'

export type ViewAnswer = { response_action: 'errors'; errors: Record<string, string> } | undefined

/** What people do in Slack, in the hub's words. Bolt decides which of these a payload is. */
export interface Inbound {
  mention(body: unknown, event: unknown): Promise<void>
  directMessage(body: unknown, event: unknown): Promise<void>
  /** Somebody looks at the Home tab. */
  home(body: unknown, event: unknown): Promise<void>
  click(body: unknown): Promise<void>
  submit(body: unknown): Promise<ViewAnswer>
  /** "Make a story from this thread", chosen in the menu of a message. */
  shortcut(body: unknown): Promise<void>
}

export function createInbound(hub: Hub<SlackConfig>, client: SlackClient, now: () => number = Date.now): Inbound {
  const { apiUrl } = hub.config
  const look = createSurroundings(client, now)
  /** Where it was done, and by somebody of another company? */
  const surroundings = async (deed: Deed, more: { thread?: string | undefined; responseUrl?: string | undefined }) => {
    const { visibility, isForeign } = await look(deed)
    const { team, channel, user } = deed
    const place = placeOf({ team, channel, visibility, user, ...more }, apiUrl, now())
    return { place, ...(isForeign ? { isForeign } : {}) }
  }

  /** To one person alone. Only a courtesy: the result itself goes through the ledger. */
  const tell = (text: string, call: CommandCall, responseUrl?: string) => {
    const { channel, thread, workspace } = call.place
    const sent = responseUrl
      ? client.postJson(
          responseUrl,
          { response_type: 'ephemeral', replace_original: false, text },
          AbortSignal.timeout(10_000),
        )
      : client.call(
          'chat.postEphemeral',
          { channel, user: call.actor.id, text, ...(thread ? { thread_ts: thread } : {}) },
          { workspace, writes: true },
        )
    sent.catch((error: Error) => hub.log.info({ error: error.message }, 'Slack acknowledgement was not shown'))
  }
  /** Committed when it resolves. What can never be stored is answered; anything else fails, so that Slack sends it again. */
  const run = async (call: CommandCall, responseUrl?: string) => {
    try {
      const receipt = await hub.command(call)
      const ack = receipt.status === 'queued' ? acknowledgement(receipt) : null
      if (ack !== null) tell(ack.text, call, responseUrl)
    } catch (error) {
      if (!(error instanceof HubError) || error.retry !== 'never') throw error
      tell(escapeText(error.message), call, responseUrl)
    }
  }
  const fromMessage = async (body: unknown, event: MessageEvent, thread: string | undefined) => {
    const { eventId, team, enterprise, isShared, bots } = parseWith(eventEnvelope, body, 'Slack event')
    const { user, channel } = event
    const channelName = /^(?:group|mpim)$/.test(event.channel_type ?? '') ? 'privategroup' : undefined
    const home = event.user_team || event.team || null
    const deed: Deed = { team, enterprise, channel, channelName, user, home, isShared }
    const { place, ...who } = await surroundings(deed, { thread })
    const words = createMentionWords()
    const call: CommandCall = {
      workspace: place.workspace,
      deliveryId: `event:${eventId}`,
      actor: { plugin: 'slack', id: user },
      ...who,
      place,
      lane: laneOf(place),
      input: stripMention(event.text, bots, words) || 'hub help',
      ...words.given(),
    }
    await run(call)
  }
  const openForm = async (body: BlockActions, origin: FormOrigin): Promise<boolean> => {
    const form = hub.catalog.form(origin.run)
    const view = form && body.trigger_id ? formView(form, origin) : null
    if (view === null) return false
    // The trigger lives 3 s, so the modal opens within this request.
    await client.call(
      'views.open',
      { trigger_id: body.trigger_id, view },
      { workspace: origin.place.workspace, writes: false },
    )
    return true
  }
  return {
    async mention(body, raw) {
      const event = messageEvent.safeParse(raw)
      if (!event.success || !fromPerson(event.data)) return
      await fromMessage(body, event.data, event.data.thread_ts ?? event.data.ts)
    },
    async directMessage(body, raw) {
      const event = messageEvent.safeParse(raw)
      if (!event.success || event.data.channel_type !== 'im' || !fromPerson(event.data)) return
      await fromMessage(body, event.data, event.data.thread_ts)
    },
    async home(body, raw) {
      const opened = homeOpened.safeParse(raw)
      if (!opened.success || opened.data.tab !== 'home') return
      const { eventId, team, enterprise, isShared } = parseWith(eventEnvelope, body, 'Slack Home tab')
      const { user, channel } = opened.data
      const place = homePlace(team, { user, direct: channel })
      const { isForeign } = await look({ team, enterprise, channel, user, home: null, isShared })
      await hub.command({
        workspace: place.workspace,
        deliveryId: `event:${eventId}`,
        actor: { plugin: 'slack', id: user },
        ...(isForeign ? { isForeign } : {}),
        place,
        lane: laneOf(place),
        input: homeCommand(hub.catalog),
      })
    },
    async click(raw) {
      const body = parseWith(blockActions, raw, 'Slack click')
      const [action] = body.actions
      const from = originOf(body)
      // A link button is opened by the browser; Slack only tells us.
      if (!action?.value || !from) return
      const { place, ...who } = await surroundings(from, {
        thread: body.message?.thread_ts ?? body.container.thread_ts,
        responseUrl: body.response_url,
      })
      const on = postedOf(body, place)
      const origin: FormOrigin = {
        run: action.value,
        place,
        isForeign: who.isForeign ?? false,
        ...(on ? { on } : {}),
      }
      if (action.action_id.startsWith('form:') && (await openForm(body, origin))) return
      const call: CommandCall = {
        workspace: place.workspace,
        deliveryId: `trigger:${body.trigger_id ?? `${body.container.message_ts}:${action.action_id}`}`,
        actor: { plugin: 'slack', id: body.user.id },
        ...nameOf(body.user),
        ...who,
        place,
        input: action.value,
        ...(on ? { on } : {}),
      }
      await run(call, place.ticket ? body.response_url : undefined)
    },
    async shortcut(raw) {
      const body = parseWith(messageAction, raw, 'Slack shortcut')
      const from = originOf(body)
      if (!from) return
      const { message, user, response_url } = body
      const asked = surroundings(from, { thread: message.thread_ts ?? message.ts, responseUrl: response_url })
      // Beside each other: Slack waits for both.
      const [{ place, ...who }, said] = await Promise.all([
        asked,
        readThread(client, workspaceOf(from.team), body).catch((error: unknown) => unreadThread(error)),
      ])
      const call: CommandCall = {
        workspace: place.workspace,
        deliveryId: `trigger:${body.trigger_id}`,
        actor: { plugin: 'slack', id: user.id },
        ...nameOf(user),
        ...who,
        place,
        lane: laneOf(place),
        input: 'story',
      }
      if (typeof said === 'string') await run({ ...call, input: `story ${said}`.trim() }, response_url)
      else tell(said.why, call, response_url)
    },
    async submit(raw) {
      const body = parseWith(viewSubmission, raw, 'Slack form')
      const origin = readOrigin(body.view.private_metadata)
      const form = origin && hub.catalog.form(origin.run)
      if (!origin || !form || !teamsOf(body).some((team) => origin.place.workspace === workspaceOf(team))) {
        const [first] = Object.keys(body.view.state.values)
        return first
          ? { response_action: 'errors', errors: { [first]: 'This form is out of date; close it and open it again.' } }
          : undefined
      }
      const input = { command: form.command, values: formValues(form, body.view.state) }
      const problems = hub.catalog.check(input)
      if (problems.length > 0) return { response_action: 'errors', errors: formErrors(form, problems) }
      const call: CommandCall = {
        workspace: origin.place.workspace,
        // A second press on Submit sends the same view again.
        deliveryId: `view:${body.view.id}:${body.view.hash}`,
        actor: { plugin: 'slack', id: body.user.id },
        ...nameOf(body.user),
        ...((origin.isForeign ?? body.user.team_id !== teamsOf(body)[0]) ? { isForeign: true } : {}),
        place: origin.place,
        input,
        ...(origin.on ? { on: origin.on } : {}),
      }
      await run(call)
      return undefined
    },
  }
}
/** What people write with a file, into the channel as well, or with /me: https://docs.slack.dev/reference/events/message#subtypes */
const SAID: readonly (string | undefined)[] = [undefined, 'file_share', 'thread_broadcast', 'me_message']
/** Our own posts and those of other bots come back as events; answering them would loop. */
function fromPerson(event: MessageEvent): boolean {
  return SAID.includes(event.subtype) && !event.bot_id && !event.app_id && event.bot_profile === undefined
}
type Interaction = Pick<BlockActions, 'team' | 'enterprise' | 'user' | 'channel' | 'view'>
/** Workspaces that the payload names, the one whose app it is first: `team` of a form is that of the person. https://github.com/slackapi/bolt-js/issues/1614 */
function teamsOf({ team, enterprise, view }: Pick<ViewSubmission, 'team' | 'enterprise'> & TeamView): string[] {
  return [view?.app_installed_team_id, team?.id, enterprise?.id].flatMap((id) => (id ? [id] : []))
}
interface TeamView {
  readonly view?: { readonly app_installed_team_id?: string | null | undefined } | null | undefined
}
/** Who pressed something where; what is pressed in the Home tab is answered in the person's own conversation with the bot. */
function originOf(body: Interaction): Deed | null {
  const home = body.view?.type === 'home' ? readHome(body.view.private_metadata ?? '') : null
  const channel = body.channel ?? (home && { id: home.direct, name: 'directmessage' })
  const team = home?.team ?? teamsOf(body)[0]
  if (!channel || !team) return null
  return {
    team,
    // `enterprise` beside a team may be that of the person.
    enterprise: (body.team ? body.team.id === team && body.team.enterprise_id : body.enterprise?.id) || null,
    channel: channel.id,
    channelName: channel.name,
    user: body.user.id,
    home: body.user.team_id || null,
    isShared: null,
  }
}
/** Why the thread could not be read, for the person who asked. */
function unreadThread(error: unknown): { readonly why: string } {
  if (!(error instanceof HubError)) throw error
  const isScope = error instanceof SlackRefusal && error.reason === 'missing_scope'
  if (error.code === 'FORBIDDEN' && !isScope)
    return { why: 'The thread could not be read. Invite the bot to this channel (/invite) and try again.' }
  if (error.retry !== 'never')
    return { why: 'Slack is slow to show the thread, or asks to wait. Nothing was stored; try again in a minute.' }
  return { why: escapeText(`The thread could not be read. ${error.message}`) }
}
/** An ephemeral message cannot be edited by its address. */
function postedOf(body: BlockActions, place: Place): Posted | null {
  const { message_ts, is_ephemeral } = body.container
  return message_ts && is_ephemeral !== true ? { ...place, message: message_ts } : null
}
function nameOf(user: BlockActions['user']): { actorName?: string } {
  const name = user.username ?? user.name
  return name ? { actorName: name } : {}
}
