import { type CommandCall, type Hub, HubError, type Place, type Posted, parseWith } from '#contract'
import * as answers from './answers.ts'
import { idOfForm, keep, type Press, readPress } from './buttons.ts'
import { type Registered, registered } from './commands.ts'
import type { DiscordConfig } from './config.ts'
import { formValues, formView } from './modal.ts'
import { commandData, componentData, type Interaction, interaction, modalData } from './payloads.ts'
import { messageOf, placeOf } from './place.ts'
import { leavesOpen, parseSlash, suggestions } from './slash.ts'

/** Kinds of interaction: https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type */
const PING = 1
const COMMAND = 2
const COMPONENT = 3
const AUTOCOMPLETE = 4
const SUBMIT = 5

const NOT_STORED = 'The hub cannot take this in right now, so nothing was stored. Please try again in a minute.'
const OLD_BUTTON = 'This button is no longer known; use the command instead, such as /hub help.'
const OLD_COMMAND = 'This command is out of date; Discord will show its new form in a few minutes.'

/** What people do in Discord, in the hub's words. Resolves once a command is committed, with what Discord is to show. */
export interface Inbound {
  answer(body: unknown): Promise<answers.Answer>
}

export function createInbound(hub: Hub<DiscordConfig>, now: () => number = Date.now): Inbound {
  const { catalog, kv } = hub
  let known: Registered | undefined
  const commands = () => {
    known ??= registered(catalog.commands)
    return known
  }
  const run = async (
    given: Interaction,
    said: Pick<CommandCall, 'input' | 'mentions'>,
    place: Place,
    on: Posted | null,
    then: answers.Answer,
  ): Promise<answers.Answer> => {
    const call: CommandCall = {
      workspace: place.workspace,
      deliveryId: `interaction:${given.id}`,
      actor: { plugin: 'discord', id: given.user.id },
      ...(given.user.username ? { actorName: given.user.username } : {}),
      place,
      ...said,
      ...(on ? { on } : {}),
    }
    try {
      await hub.command(call)
      return then
    } catch (error) {
      if (error instanceof HubError && error.retry === 'never') return answers.whisper(error.message)
      throw error
    }
  }
  const slash = async (given: Interaction): Promise<answers.Answer> => {
    const parsed = parseSlash(parseWith(commandData, given.data, 'Discord command'), commands())
    if (!parsed) return answers.whisper(OLD_COMMAND)
    const { command, values } = parsed
    const mentions = parsed.mentioned.given()
    if (leavesOpen(parsed)) {
      const isTyped = Object.keys(values).length > 0
      const typed = isTyped ? { typed: values, ...mentions } : {}
      const opened = await open({ kind: 'form', run: command.name, ...typed })
      if (opened) return opened
    }
    const input = { command: command.name, values }
    const isPrivate = catalog.isPrivate(input)
    const place = placeOf(given, isPrivate ? 'private' : 'public', now())
    return run(given, { input, ...mentions }, place, null, answers.deferred(isPrivate))
  }
  const open = async (press: Press): Promise<answers.Answer | null> => {
    const wanted = catalog.form(press.run)
    const view = wanted && formView(wanted, await idOfForm(press, kv), press.typed)
    return view ? answers.form(view) : null
  }
  const click = async (given: Interaction): Promise<answers.Answer> => {
    const { custom_id } = parseWith(componentData, given.data, 'Discord click')
    const pressed = await readPress(custom_id, kv)
    if (pressed.kind === 'cancelled') return answers.replaced('Cancelled; nothing was changed.')
    if (pressed.kind === 'unknown') return answers.whisper(OLD_BUTTON)
    const { press } = pressed
    const place = placeOf(given, 'message', now())
    if (pressed.kind === 'confirmed') {
      const on = pressed.on === null ? null : { ...place, message: pressed.on }
      return run(given, { input: press.run }, place, on, answers.replaced(`On its way: ${press.label ?? press.run}`))
    }
    const message = messageOf(given)
    if (press.confirm !== undefined && pressed.key !== null) return answers.question(press, pressed.key, message)
    const form = press.kind === 'form' ? await open(press) : null
    if (form) return form
    return run(given, { input: press.run }, place, message === null ? null : { ...place, message }, answers.taken)
  }
  const submit = async (given: Interaction): Promise<answers.Answer> => {
    const data = parseWith(modalData, given.data, 'Discord form')
    const pressed = await readPress(data.custom_id, kv)
    const press = pressed.kind === 'press' ? pressed.press : null
    const form = press && catalog.form(press.run)
    if (!press || !form) return answers.whisper(OLD_BUTTON)
    const input = { command: form.command, values: formValues(form, data, press.typed) }
    const said = { input, ...(press.mentions ? { mentions: press.mentions } : {}) }
    const problems = catalog.check(input)
    if (problems.length > 0) {
      // What was typed is kept, so that nobody types it twice.
      const origin = press.on ?? messageOf(given)
      const again: Press = { ...press, kind: 'form', typed: input.values, ...(origin === null ? {} : { on: origin }) }
      return answers.formAgain(problems, `k:${await keep(again, kv)}`)
    }
    const message = press.on ?? messageOf(given)
    const isOnMessage = given.message !== null && given.message !== undefined
    if (isOnMessage) {
      const place = placeOf(given, 'message', now())
      return run(given, said, place, message === null ? null : { ...place, message }, answers.taken)
    }
    const isPrivate = catalog.isPrivate(input)
    const place = placeOf(given, isPrivate ? 'private' : 'public', now())
    return run(given, said, place, null, answers.deferred(isPrivate))
  }
  const complete = (given: Interaction): answers.Answer => {
    const parsed = parseSlash(parseWith(commandData, given.data, 'Discord suggestion'), commands())
    return answers.choices(parsed ? suggestions(parsed, catalog) : [])
  }
  const act = (given: Interaction): Promise<answers.Answer> | answers.Answer => {
    switch (given.type) {
      case COMMAND:
        return slash(given)
      case COMPONENT:
        return click(given)
      case AUTOCOMPLETE:
        return complete(given)
      case SUBMIT:
        return submit(given)
      default:
        throw new HubError('INPUT_INVALID', `Discord sent an interaction of the unknown type ${given.type}`)
    }
  }
  return {
    async answer(body) {
      if (isPing(body)) return answers.pong
      const given = parseWith(interaction, body, 'Discord interaction')
      try {
        return await act(given)
      } catch (error) {
        if (given.type === AUTOCOMPLETE) return answers.choices([])
        if (error instanceof HubError && error.code === 'INPUT_INVALID') throw error
        // Said to the person, as Discord never sends an interaction again.
        const why = error instanceof Error ? error.message : String(error)
        hub.log.error({ error: why }, 'Discord interaction was not stored')
        return answers.whisper(NOT_STORED)
      }
    },
  }
}
function isPing(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'type' in body && body.type === PING
}
