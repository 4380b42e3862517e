import { shorten } from '../shared/cut.ts'
import type { Press } from './buttons.ts'
import { CANCEL_ID, confirmedId } from './buttons.ts'
import { plainLabel } from './elements.ts'
import { SIZES } from './limits.ts'
import { escapeText } from './markdown.ts'
import type { FormView } from './modal.ts'

/** The answer to an interaction: https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object */
export interface Answer {
  readonly type: 1 | 4 | 5 | 6 | 7 | 8 | 9
  readonly data?: object
}
const EPHEMERAL = 1 << 6
const NOBODY = { parse: [] as const }

export const pong: Answer = { type: 1 }
/** "hub is thinking …", until the answer replaces it. Who sees the answer is fixed here. */
export function deferred(isPrivate: boolean): Answer {
  return isPrivate ? { type: 5, data: { flags: EPHEMERAL } } : { type: 5 }
}
/** Taken; the message of the button stays as it is until it is edited. */
export const taken: Answer = { type: 6 }

export function whisper(text: string, buttons: readonly object[] = []): Answer {
  const components = buttons.length > 0 ? [{ type: 1, components: buttons }] : []
  const content = shorten(escapeText(text), SIZES.content)
  return { type: 4, data: { flags: EPHEMERAL, content, components, allowed_mentions: NOBODY } }
}
/** In the place of a question that only its person sees. */
export function replaced(text: string): Answer {
  return { type: 7, data: { content: escapeText(text), components: [], allowed_mentions: NOBODY } }
}
export function choices(all: readonly { name: string; value: string }[]): Answer {
  return { type: 8, data: { choices: all } }
}
export function form(view: FormView): Answer {
  return { type: 9, data: view }
}
/** Discord's buttons ask nothing by themselves. */
export function question(press: Press, key: string, on: string | null): Answer {
  return whisper(press.confirm ?? `Run /${press.run}?`, [
    { type: 2, style: 4, label: plainLabel(press.label ?? 'Yes'), custom_id: confirmedId(key, on ?? undefined) },
    { type: 2, style: 2, label: 'Cancel', custom_id: CANCEL_ID },
  ])
}
export function formAgain(problems: readonly { readonly message: string }[], customId: string): Answer {
  return whisper(problems.map(({ message }) => message).join('\n'), [
    { type: 2, style: 1, label: 'Open the form again', custom_id: customId },
  ])
}
