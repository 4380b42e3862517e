import type { APIModalInteractionResponseCallbackData } from 'discord.js'
import type { Field, Form } from '#contract'
import type { Press } from './buttons.ts'
import { plainLabel } from './elements.ts'
import { SIZES } from './limits.ts'
import type { ModalData } from './payloads.ts'

/** Numbers of Discord's: https://docs.discord.com/developers/components/reference */
const LABEL = 18
const TEXT_INPUT = 4
const STRING_SELECT = 3
const ONE_LINE = 1
const PARAGRAPH = 2
const YES = 'true'

export interface FormView {
  readonly custom_id: string
  readonly title: string
  readonly components: APIModalInteractionResponseCallbackData['components']
}
/** Null where there is nothing to ask, or more that must be asked than a form can hold. */
export function formView(form: Form, customId: string, typed: Press['typed'] = {}): FormView | null {
  const asked = form.fields.filter((field) => field.value === undefined)
  const required = asked.filter((field) => field.required)
  if (asked.length === 0 || required.length > SIZES.modalFields) return null
  const room = SIZES.modalFields - required.length
  const optional = asked.filter((field) => !field.required).slice(0, room)
  const shown = asked.filter((field) => field.required || optional.includes(field))
  return {
    custom_id: customId,
    title: plainLabel(form.title, SIZES.modalTitle),
    components: shown.map((field) => ({
      type: LABEL,
      label: plainLabel(field.label, SIZES.inputLabel),
      ...(field.description ? { description: plainLabel(field.description, SIZES.inputHint) } : {}),
      component: inputOf(field, typed[field.name]),
    })),
  }
}
function inputOf(field: Field, typed: string | undefined) {
  const base = { custom_id: field.name, required: field.required }
  const choices = field.kind === 'boolean' ? [YES] : (field.choices ?? [])
  const selectable =
    choices.length > 0 && choices.length <= SIZES.selectOptions && choices.every((c) => c.length <= SIZES.choiceText)
  if (field.kind !== 'text' && selectable) {
    const options = choices.map((value) => ({
      label: field.kind === 'boolean' ? 'Yes' : value,
      value,
      ...(value === typed ? { default: true } : {}),
    }))
    return { ...base, type: STRING_SELECT, options, min_values: field.required ? 1 : 0, max_values: 1 } as const
  }
  const max_length = Math.min(field.maxLength ?? SIZES.inputText, SIZES.inputText)
  return {
    ...base,
    type: TEXT_INPUT,
    style: field.multiline ? PARAGRAPH : ONE_LINE,
    max_length,
    ...(typed ? { value: typed.slice(0, max_length).toWellFormed() } : {}),
  } as const
}
/** The filled form by field name, over what the saved command and the slash command had already given. */
export function formValues(form: Form, data: ModalData, typed: Press['typed'] = {}): Record<string, string> {
  const given = new Map(data.components.map((one) => [one.custom_id, one.value ?? one.values?.[0] ?? '']))
  const values: Record<string, string> = {}
  for (const field of form.fields) {
    const value = field.value ?? given.get(field.name) ?? typed[field.name]
    if (value !== undefined && value !== '') values[field.name] = value
  }
  return values
}
