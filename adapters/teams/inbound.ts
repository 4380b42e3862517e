import { randomUUID } from 'node:crypto'
import {
  type CommandCall,
  type CommandInput,
  type Form,
  finder,
  type Hub,
  HubError,
  type Place,
  type Receipt,
} from '#contract'
import { createMentionWords } from '../shared/mentions.ts'
import type { TeamsClient } from './client.ts'
import type { TeamsConfig } from './config.ts'
import { literal } from './inlines.ts'
import { type Carried, type Dialog, formDialog, formValues, isSealed, sealOf } from './modal.ts'
import {
  type Activity,
  type carried,
  extensionQuery,
  extensionRequest,
  formRequest,
  savedCommand,
  submission,
} from './payloads.ts'
import { conversationOf, deliveryIdOf, kindOf, laneOf, placeOf, tenantOf } from './place.ts'
import type { References } from './references.ts'
import { searchMessage, searchResults, storyResults } from './search.ts'
import { htmlText, plainText } from './text.ts'

/** Id of the search in the app's manifest. */
const STORY_SEARCH = 'stories'
const MAX_RESULTS = 15
const OUTDATED = 'This form is out of date; close it and open it again.'

/** What a dialog shows next: another one, or a closing word. */
export type DialogAnswer = { readonly task: Dialog | { readonly type: 'message'; readonly value: string } }
/** What people do in Teams, in the hub's words. botbuilder decides which of these an activity is. */
export interface Inbound {
  /** `said` is the text without the mention of the bot. */
  message(activity: Activity, said: string): Promise<void>
  /** A saved command; returns what is shown to the person who pressed it. */
  execute(activity: Activity, data: unknown): Promise<string>
  openForm(activity: Activity): Promise<DialogAnswer>
  submitForm(activity: Activity): Promise<DialogAnswer>
  openExtension(activity: Activity): Promise<DialogAnswer>
  search(activity: Activity): Promise<object>
  /** Installed, removed, members changed. */
  changed(activity: Activity): Promise<void>
}

export function createInbound(hub: Hub<TeamsConfig>, client: TeamsClient, references: References): Inbound {
  const { appPassword } = hub.config

  /** Committed before the command itself: whichever process does the work must be able to answer. */
  const meet = async (activity: Activity): Promise<Place> => {
    const tenant = tenantOf(activity)
    if (tenant === null) throw new HubError('INPUT_INVALID', 'The activity names no tenant')
    const place = placeOf(activity, tenant)
    const { workspace, channel } = place
    const { serviceUrl, recipient, from } = activity
    const kind = kindOf(activity)
    await references.rememberConversation(workspace, channel, { serviceUrl, kind, bot: recipient.id })
    if (isPerson(activity)) {
      const chat = kind === 'personal' ? { chat: channel } : {}
      await references.rememberPerson(workspace, from.id, { serviceUrl, bot: recipient.id, channel, ...chat })
    }
    return place
  }
  const callOf = (activity: Activity, place: Place, input: CommandInput): CommandCall => ({
    workspace: place.workspace,
    deliveryId: deliveryIdOf(activity),
    actor: { plugin: 'teams', id: activity.from.id },
    ...(activity.from.name ? { actorName: activity.from.name } : {}),
    place,
    input,
  })
  /** Only a courtesy: the result itself goes through the ledger. */
  const tell = (activity: Activity, place: Place, what: { readonly typing: true } | { readonly text: string }) => {
    const to = { serviceUrl: activity.serviceUrl, conversation: conversationOf(place, kindOf(activity)) }
    const sent =
      'typing' in what
        ? client.send(to, { type: 'typing' }, { signal: AbortSignal.timeout(5_000) })
        : client.send(
            to,
            { type: 'message', text: literal(what.text), textFormat: 'plain' },
            { signal: AbortSignal.timeout(10_000) },
          )
    sent.catch((error: Error) => hub.log.info({ error: error.message }, 'Teams acknowledgement was not shown'))
  }
  /** Committed when it resolves. What can never be stored is the answer; anything else fails, so that it is asked again. */
  const run = async (call: CommandCall): Promise<string> => {
    try {
      return acknowledgement(await hub.command(call))
    } catch (error) {
      if (error instanceof HubError && error.retry === 'never') return error.message
      throw error
    }
  }
  const dialogFor = (form: Form | null, values: Carried, filled?: Readonly<Record<string, string>>): DialogAnswer => {
    const task = form && formDialog(form, values, filled)
    return task ? { task } : closing('There is no form for this; type the command instead, or ask for hub help.')
  }

  /** Answered within the request: there is nothing to do, only to read. */
  const findStories = async (activity: Activity, place: Place, words: string, skip: number): Promise<object> => {
    const stories = hub.maybe(finder)
    // One page: whoever wants more types more words.
    if (stories === null || skip > 0) return storyResults([])
    const { workspace } = place
    const who = { plugin: 'teams', id: activity.from.id }
    try {
      return storyResults(await stories.find({ workspace, who, place, words, limit: MAX_RESULTS }))
    } catch (error) {
      if (error instanceof HubError && error.code === 'FORBIDDEN') return searchMessage(error.message)
      hub.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'Teams search failed')
      return searchMessage('Stories cannot be searched right now. Try again in a minute.')
    }
  }

  return {
    async message(activity, said) {
      if (!isPerson(activity)) return
      const place = await meet(activity)
      const saved = savedCommand.safeParse(activity.value)
      const isSpoken = kindOf(activity) === 'personal' || isMentioned(activity)
      if (!saved.success && !isSpoken) return
      const words = createMentionWords()
      const input = saved.success ? saved.data.run : plainText(said, activity.entities, words) || 'hub help'
      const on = saved.success && activity.replyToId ? { on: { ...place, message: activity.replyToId } } : {}
      try {
        const receipt = await hub.command({
          ...callOf(activity, place, input),
          lane: laneOf(place),
          ...on,
          ...words.given(),
        })
        // Channels show no typing.
        if (receipt.status === 'queued' && kindOf(activity) !== 'channel') tell(activity, place, { typing: true })
      } catch (error) {
        if (!(error instanceof HubError) || error.retry !== 'never') throw error
        tell(activity, place, { text: error.message })
      }
    },
    async execute(activity, data) {
      const saved = savedCommand.safeParse(data)
      if (!saved.success || !isPerson(activity)) return 'This button is out of date; ask for the card again.'
      const place = await meet(activity)
      const on = activity.replyToId ? { on: { ...place, message: activity.replyToId } } : {}
      return run({ ...callOf(activity, place, saved.data.run), ...on })
    },
    async openForm(activity) {
      const asked = formRequest.safeParse(activity.value)
      if (!asked.success || !isPerson(activity)) return closing(OUTDATED)
      const place = await meet(activity)
      const line = asked.data.data.form
      const on = activity.replyToId
      const sealed = on ? { on, seal: sealOf(appPassword, place, on) } : {}
      return dialogFor(hub.catalog.form(line), { run: line, form: randomUUID(), ...sealed })
    },
    async openExtension(activity) {
      const asked = extensionRequest.safeParse(activity.value)
      if (!asked.success || !isPerson(activity)) return closing(OUTDATED)
      await meet(activity)
      const { commandId, messagePayload } = asked.data
      // Command ids of the manifest have no spaces.
      const line = commandId.replaceAll('.', ' ')
      const form = hub.catalog.form(line)
      const content = htmlText(messagePayload?.body?.content ?? '')
      const field = form?.fields.find((one) => one.value === undefined && (one.rest || one.multiline))
      const filled = field && content !== '' ? { [field.name]: content } : {}
      return dialogFor(form, { run: line, form: randomUUID() }, filled)
    },
    async submitForm(activity) {
      const sent = submission.safeParse(activity.value)
      if (!sent.success || !isPerson(activity)) return closing(OUTDATED)
      const { run: line, form: id, on, seal } = sent.data.data.hub
      const form = hub.catalog.form(line)
      if (form === null) return closing(OUTDATED)
      const place = await meet(activity)
      const values = formValues(form, sent.data.data)
      const problems = hub.catalog.check({ command: form.command, values })
      if (problems.length > 0) {
        const again = formDialog(form, carriedAgain(sent.data.data.hub), values, problems)
        return again ? { task: again } : closing(problems.map(({ message }) => message).join('; '))
      }
      const standing =
        on !== undefined && isSealed(appPassword, place, on, seal) ? { on: { ...place, message: on } } : {}
      const call = callOf(activity, place, { command: form.command, values })
      return closing(await run({ ...call, deliveryId: `form:${activity.from.id}:${id}`, ...standing }))
    },
    async search(activity) {
      const asked = extensionQuery.safeParse(activity.value)
      const place = await meet(activity)
      const { commandId, parameters = [], queryOptions = {} } = asked.success ? asked.data : {}
      const value = parameters.find(({ name }) => name !== 'initialRun')?.value
      const words = typeof value === 'string' ? value : ''
      if (commandId !== STORY_SEARCH) return searchResults(hub.catalog, words)
      if (!isPerson(activity)) return storyResults([])
      return findStories(activity, place, words, queryOptions.skip ?? 0)
    },
    async changed(activity) {
      const tenant = tenantOf(activity)
      if (tenant === null) return
      const isBot = ({ id }: { readonly id: string }) => id === activity.recipient.id
      const isGone =
        (activity.type === 'installationUpdate' && /^remove/.test(activity.action ?? '')) ||
        (activity.membersRemoved ?? []).some(isBot)
      const { workspace, channel } = placeOf(activity, tenant)
      if (isGone) await references.forgetConversation(workspace, channel)
      else await meet(activity)
    },
  }
}
/** What will happen and the job, for the person who asked. */
function acknowledgement({ announce, id, status }: Receipt): string {
  const what = announce ?? (status === 'duplicate' ? 'Already on its way' : 'Working on it')
  return `${what} · job ${id.slice(-6)}`
}
function closing(value: string): DialogAnswer {
  return { task: { type: 'message', value: literal(value) } }
}
function carriedAgain(value: (typeof carried)['_output']): Carried {
  const { run, form, on, seal } = value
  return { run, form, ...(on === undefined ? {} : { on }), ...(seal === undefined ? {} : { seal }) }
}
/** People are 29:…, bots, ourselves among them, 28:…; answering those would loop. */
function isPerson({ from, recipient }: Activity): boolean {
  return !from.id.startsWith('28:') && from.id !== recipient.id
}
function isMentioned({ entities, recipient }: Activity): boolean {
  return (entities ?? []).some(({ type, mentioned }) => type === 'mention' && mentioned?.id === recipient.id)
}
