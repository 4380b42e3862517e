import type { types } from '@slack/bolt'
import { z } from 'zod'
import type { Field, Form, Place, Posted } from '#contract'
import { plain } from './elements.ts'
import { SIZES } from './limits.ts'
import type { ViewSubmission } from './payloads.ts'

export const FORM_CALLBACK = 'hub-form'
const ELEMENT = 'value'

/** What the modal carries to its submission. Slack keeps it and signs the request that brings it back. */
const metadata = z.object({
  run: z.string().min(1),
  place: z.object({
    plugin: z.literal('slack'),
    workspace: z.string().min(1),
    channel: z.string().min(1),
    thread: z.string().optional(),
    visibility: z.enum(['private', 'team', 'public']),
    ticket: z.string().optional(),
    ticketExpiresAtMs: z.number().optional(),
  }),
  message: z.string().optional(),
  isForeign: z.boolean().optional(),
})
export interface FormOrigin {
  readonly run: string
  readonly place: Place
  readonly on?: Posted
  /** Whoever opened it: only they can send it. Absent in forms of an earlier version. */
  readonly isForeign?: boolean
}

/** Null where the command is too long to be carried. */
export function formView(form: Form, origin: FormOrigin): types.ModalView | null {
  const { run, place, on, isForeign } = origin
  const carried = JSON.stringify({ run, place, message: on?.message, isForeign })
  const asked = form.fields.filter((field) => field.value === undefined)
  if (carried.length > SIZES.viewMetadata || asked.length > SIZES.viewBlocks || asked.length === 0) return null
  return {
    type: 'modal',
    callback_id: FORM_CALLBACK,
    title: plain(form.title, SIZES.viewTitle),
    submit: plain(form.submit, SIZES.viewTitle),
    close: plain('Cancel', SIZES.viewTitle),
    private_metadata: carried,
    blocks: asked.map(inputBlock),
  }
}
export function readOrigin(privateMetadata: string): FormOrigin | null {
  let value: unknown
  try {
    value = JSON.parse(privateMetadata)
  } catch {
    return null
  }
  const parsed = metadata.safeParse(value)
  if (!parsed.success) return null
  const { thread, ticket, ticketExpiresAtMs, ...rest } = parsed.data.place
  const place: Place = {
    ...rest,
    ...(thread === undefined ? {} : { thread }),
    ...(ticket === undefined || ticketExpiresAtMs === undefined ? {} : { ticket, ticketExpiresAtMs }),
  }
  const { run, message, isForeign } = parsed.data
  return {
    run,
    place,
    ...(message === undefined ? {} : { on: { ...place, message } }),
    ...(isForeign === undefined ? {} : { isForeign }),
  }
}
function inputBlock(field: Field): types.InputBlock {
  return {
    type: 'input',
    block_id: field.name,
    optional: !field.required,
    label: plain(field.label, SIZES.inputLabel),
    ...(field.description ? { hint: plain(field.description, SIZES.inputLabel) } : {}),
    element: elementOf(field),
  }
}
function elementOf(field: Field): types.InputBlock['element'] {
  const choices = field.choices ?? []
  const selectable =
    choices.length > 0 && choices.length <= SIZES.options && choices.every((c) => c.length <= SIZES.optionText)
  if (field.kind === 'choice' && selectable)
    return { type: 'static_select', action_id: ELEMENT, options: choices.map((choice) => option(choice)) }
  if (field.kind === 'boolean') return { type: 'checkboxes', action_id: ELEMENT, options: [option('true', 'Yes')] }
  if (field.kind === 'number') return { type: 'number_input', action_id: ELEMENT, is_decimal_allowed: true }
  return {
    type: 'plain_text_input',
    action_id: ELEMENT,
    multiline: field.multiline,
    max_length: Math.min(field.maxLength ?? SIZES.inputText, SIZES.inputText),
  }
}
function option(value: string, label = value): types.PlainTextOption {
  return { text: plain(label, SIZES.optionText), value }
}
/** The filled form by field name, together with what the saved command had already given. */
export function formValues(form: Form, state: ViewSubmission['view']['state']): Record<string, string> {
  const values: Record<string, string> = {}
  for (const field of form.fields) {
    const given = state.values[field.name]?.[ELEMENT]
    const value = field.value ?? given?.value ?? given?.selected_option?.value ?? given?.selected_options?.[0]?.value
    if (value !== undefined && value !== null && value !== '') values[field.name] = value
  }
  return values
}
/** Problems under the fields they belong to; Slack has no place for one that belongs to none, so it goes under the first. */
export function formErrors(
  form: Form,
  problems: readonly { readonly field: string | null; readonly message: string }[],
): Record<string, string> {
  const asked = form.fields.filter((field) => field.value === undefined).map((field) => field.name)
  const errors: Record<string, string> = {}
  for (const { field, message } of problems) {
    const at = field !== null && asked.includes(field) ? field : asked[0]
    if (at !== undefined) errors[at] = at in errors ? `${errors[at]}; ${message}` : message
  }
  return errors
}
