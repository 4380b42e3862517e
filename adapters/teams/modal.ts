import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Field, Form, Place } from '#contract'
import { shorten } from '../shared/cut.ts'
import { clean } from '../shared/text.ts'
import { richText } from './elements.ts'
import { run } from './inlines.ts'
import { SIZES } from './limits.ts'
import { type AdaptiveCard, cardAttachment } from './render.ts'

/** Inputs are told from what the form carries by this beginning. */
const INPUT = 'arg.'

export type Problem = { readonly field: string | null; readonly message: string }
/** What a form carries to its submission, by way of the person's own client. */
export interface Carried {
  readonly run: string
  /** The same for every submission of one opened form: a second press has no second effect. */
  readonly form: string
  /** Message whose button opened it. */
  readonly on?: string
  /** Ours over `on`, so that nobody can name another message to be replaced. */
  readonly seal?: string
}
/** A dialog: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/invoking-task-modules */
export interface Dialog {
  readonly type: 'continue'
  readonly value: {
    readonly title: string
    readonly width: 'medium'
    readonly height: 'medium'
    readonly card: { readonly contentType: string; readonly content: AdaptiveCard }
  }
}

/** Null where nothing is asked. */
export function formDialog(
  form: Form,
  carried: Carried,
  filled: Readonly<Record<string, string>> = {},
  problems: readonly Problem[] = [],
): Dialog | null {
  const asked = form.fields.filter((field) => field.value === undefined)
  if (asked.length === 0) return null
  const known = new Set(asked.map((field) => field.name))
  const general = problems.filter(({ field }) => field === null || !known.has(field))
  const body = [
    ...general.map(({ message }) => problemText(message)),
    ...asked.flatMap((field) => [
      ...(field.description ? [richText([run(field.description, { isSubtle: true, size: 'Small' })])] : []),
      input(field, filled[field.name]),
      ...problems.filter((problem) => problem.field === field.name).map(({ message }) => problemText(message)),
    ]),
  ]
  const submit = { type: 'Action.Submit', title: shorten(form.submit, SIZES.actionTitle), data: { hub: carried } }
  const title = shorten(form.title, SIZES.formTitle)
  return {
    type: 'continue',
    value: { title, width: 'medium', height: 'medium', card: cardAttachment(body, title, [submit]) },
  }
}
function problemText(message: string) {
  return richText([run(message, { color: 'Attention' })], 'Small')
}
function input(field: Field, filled: string | undefined): object {
  const common = {
    id: `${INPUT}${field.name}`,
    label: clean(field.label),
    ...(field.required ? { isRequired: true, errorMessage: 'Please fill this in' } : {}),
  }
  const value = filled === undefined ? {} : { value: filled }
  const choices = field.choices ?? []
  if (field.kind === 'choice' && choices.length > 0 && choices.length <= SIZES.choices) {
    const items = choices.map((choice) => ({ title: choice, value: choice }))
    return { type: 'Input.ChoiceSet', ...common, style: 'compact', choices: items, ...value }
  }
  if (field.kind === 'boolean') {
    return { type: 'Input.Toggle', ...common, title: 'Yes', valueOn: 'true', valueOff: 'false', ...value }
  }
  if (field.kind === 'number') {
    const number = Number(filled)
    return { type: 'Input.Number', ...common, ...(filled && Number.isFinite(number) ? { value: number } : {}) }
  }
  const maxLength = Math.min(field.maxLength ?? SIZES.inputText, SIZES.inputText)
  return { type: 'Input.Text', ...common, isMultiline: field.multiline, maxLength, ...value }
}
/** The filled form by field name, together with what the saved command had already given. */
export function formValues(form: Form, data: Readonly<Record<string, unknown>>): Record<string, string> {
  const values: Record<string, string> = {}
  for (const field of form.fields) {
    const given = Object.hasOwn(data, `${INPUT}${field.name}`) ? data[`${INPUT}${field.name}`] : undefined
    const text = typeof given === 'number' || typeof given === 'boolean' ? String(given) : given
    const value = field.value ?? (typeof text === 'string' ? text : undefined)
    if (value === undefined || value === '' || (field.kind === 'boolean' && value === 'false')) continue
    values[field.name] = value
  }
  return values
}

/** Binds a message to its conversation under the app's own secret. */
export function sealOf(secret: string, { workspace, channel }: Place, message: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['form', workspace, channel, message]))
    .digest('base64url')
}
export function isSealed(secret: string, place: Place, message: string, seal: string | undefined): boolean {
  const expected = Buffer.from(sealOf(secret, place, message))
  const given = Buffer.from(seal ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
