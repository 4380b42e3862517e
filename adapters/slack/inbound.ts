import { type CommandCall, type Hub, HubError, type Place, type Posted, parseWith } from '#contract'
import type { SlackClient } from './client.ts'
import type { SlackConfig } from './config.ts'
import { homeCommand, homePlace } from './home.ts'
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
  viewSubmission,
} from './payloads.ts'
import { laneOf, placeOf, workspaceOf } from './place.ts'
import { readThread } from './shortcut.ts'
import { acknowledgement } from './slash.ts'
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
  const fromMessage = async (body: unknown, event: MessageEvent, place: Place) => {
    const envelope = parseWith(eventEnvelope, body, 'Slack event')
    const bots = (envelope.authorizations ?? []).flatMap((a) => (a.user_id ? [a.user_id] : []))
    const call: CommandCall = {
      workspace: place.workspace,
      deliveryId: `event:${envelope.event_id}`,
      actor: { plugin: 'slack', id: event.user },
      place,
      lane: laneOf(place),
      input: stripMention(event.text, bots) || 'hub help',
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
      const { team_id } = parseWith(eventEnvelope, body, 'Slack mention')
      const { channel, thread_ts, ts, user } = event.data
      await fromMessage(
        body,
        event.data,
        placeOf({ team: team_id, channel, thread: thread_ts ?? ts, user }, apiUrl, now()),
      )
    },
    async directMessage(body, raw) {
      const event = messageEvent.safeParse(raw)
      if (!event.success || event.data.channel_type !== 'im' || !fromPerson(event.data)) return
      const { team_id } = parseWith(eventEnvelope, body, 'Slack message')
      const { channel, thread_ts, user } = event.data
      await fromMessage(body, event.data, placeOf({ team: team_id, channel, thread: thread_ts, user }, apiUrl, now()))
    },
    async home(body, raw) {
      const opened = homeOpened.safeParse(raw)
      if (!opened.success || opened.data.tab !== 'home') return
      const { team_id, event_id } = parseWith(eventEnvelope, body, 'Slack Home tab')
      const { user, channel } = opened.data
      const place = homePlace(team_id, { user, direct: channel })
      await hub.command({
        workspace: place.workspace,
        deliveryId: `event:${event_id}`,
        actor: { plugin: 'slack', id: user },
        place,
        lane: laneOf(place),
        input: homeCommand(hub.catalog),
      })
    },
    async click(raw) {
      const body = parseWith(blockActions, raw, 'Slack click')
      const [action] = body.actions
      const team = body.team?.id ?? body.enterprise?.id ?? body.user.team_id
      const channel = body.channel ?? directOf(body)
      // A link button is opened by the browser; Slack only tells us.
      if (!action?.value || !team || !channel) return
      const place = placeOf(
        {
          team,
          channel: channel.id,
          channelName: channel.name,
          thread: body.message?.thread_ts ?? body.container.thread_ts,
          user: body.user.id,
          responseUrl: body.response_url,
        },
        apiUrl,
        now(),
      )
      const on = postedOf(body, place)
      const origin: FormOrigin = { run: action.value, place, ...(on ? { on } : {}) }
      if (action.action_id.startsWith('form:') && (await openForm(body, origin))) return
      const call: CommandCall = {
        workspace: place.workspace,
        deliveryId: `trigger:${body.trigger_id ?? `${body.container.message_ts}:${action.action_id}`}`,
        actor: { plugin: 'slack', id: body.user.id },
        ...nameOf(body.user),
        place,
        input: action.value,
        ...(on ? { on } : {}),
      }
      await run(call, place.ticket ? body.response_url : undefined)
    },
    async shortcut(raw) {
      const body = parseWith(messageAction, raw, 'Slack shortcut')
      const team = body.team?.id ?? body.enterprise?.id ?? body.user.team_id
      if (!team) return
      const { channel, message, user, response_url } = body
      const thread = message.thread_ts ?? message.ts
      const place = placeOf(
        { team, channel: channel.id, channelName: channel.name, thread, user: user.id, responseUrl: response_url },
        apiUrl,
        now(),
      )
      const call: CommandCall = {
        workspace: place.workspace,
        deliveryId: `trigger:${body.trigger_id}`,
        actor: { plugin: 'slack', id: user.id },
        ...nameOf(user),
        place,
        lane: laneOf(place),
        input: 'story',
      }
      try {
        const text = await readThread(client, place.workspace, body)
        await run({ ...call, input: `story ${text}`.trim() }, response_url)
      } catch (error) {
        if (!(error instanceof HubError)) throw error
        tell(
          'The thread could not be read. Invite the bot to this channel (/invite) and try again.',
          call,
          response_url,
        )
      }
    },
    async submit(raw) {
      const body = parseWith(viewSubmission, raw, 'Slack form')
      const origin = readOrigin(body.view.private_metadata)
      const form = origin && hub.catalog.form(origin.run)
      const team = body.team?.id ?? body.enterprise?.id ?? body.user.team_id
      if (!origin || !form || !team || origin.place.workspace !== workspaceOf(team)) {
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
        place: origin.place,
        input,
        ...(origin.on ? { on: origin.on } : {}),
      }
      await run(call)
      return undefined
    },
  }
}
/** Our own posts and those of other bots come back as events; answering them would loop. */
function fromPerson(event: MessageEvent): boolean {
  return event.subtype === undefined && !event.bot_id && !event.app_id && event.bot_profile === undefined
}
/** What is pressed in the Home tab is answered in the person's own conversation with the bot. */
function directOf({ view }: BlockActions): { readonly id: string; readonly name?: string } | null {
  const direct = view?.type === 'home' ? view.private_metadata : undefined
  return direct ? { id: direct, name: 'directmessage' } : null
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
