import type { ArgsSchema, Field } from '#contract'

/** What the hub reads of one property; `rest`, `flag`, `multiline` and `person` arrive from the schema's own metadata. */
interface Property {
  readonly type?: unknown
  readonly title?: unknown
  readonly description?: unknown
  readonly enum?: unknown
  readonly const?: unknown
  readonly anyOf?: unknown
  readonly maxLength?: unknown
  readonly rest?: unknown
  readonly flag?: unknown
  readonly multiline?: unknown
  readonly person?: unknown
}

/** The arguments of a command, in the order of its schema. Reads the JSON Schema: call it once for each command, not for each call. */
export function fieldsOf(args: ArgsSchema): Field[] {
  const schema = args['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  if (schema.type !== 'object') throw new Error('its arguments are no object schema')
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  return Object.entries(isRecord(schema.properties) ? schema.properties : {}).map(([name, property]) =>
    fieldOf(name, isRecord(property) ? property : {}, required.has(name)),
  )
}

function fieldOf(name: string, property: Property, required: boolean): Field {
  const choices = choicesOf(property)
  const kind = choices ? 'choice' : kindOf(name, property)
  return {
    name,
    label: textOf(property.title) ?? humanised(name),
    description: textOf(property.description) ?? '',
    required,
    kind,
    multiline: property.multiline === true,
    rest: property.rest === true,
    // A yes-or-no word has no place in a sentence: `--name` says it better than a positional 'true'.
    flag: property.flag === true || kind === 'boolean',
    ...(property.person === true && { person: true }),
    ...(choices && { choices }),
    ...(typeof property.maxLength === 'number' && { maxLength: property.maxLength }),
  }
}

function kindOf(name: string, property: Property): 'text' | 'number' | 'boolean' {
  const types = [property.type].flat().filter((type) => type !== 'null')
  const [type] = types
  if (types.length === 1 && type === 'string') return 'text'
  if (types.length === 1 && (type === 'number' || type === 'integer')) return 'number'
  if (types.length === 1 && type === 'boolean') return 'boolean'
  throw new Error(`'${name}' is neither text, number, boolean nor a choice of texts`)
}

function choicesOf(property: Property): readonly string[] | null {
  if (Array.isArray(property.enum)) return allTexts(property.enum)
  if (property.const !== undefined) return allTexts([property.const])
  if (Array.isArray(property.anyOf)) {
    return allTexts(property.anyOf.map((option: unknown) => (isRecord(option) ? option.const : undefined)))
  }
  return null
}
const allTexts = (values: readonly unknown[]): readonly string[] | null =>
  values.every((value) => typeof value === 'string') ? values : null

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** 'dryRun' → 'dry-run', as the flag is typed. */
export const flagName = (field: string) => field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const humanised = (name: string) => {
  const words = flagName(name).replaceAll('-', ' ').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** 'story refine <id> <instruction…>', as help and every refusal print it. */
export function usageOf(name: string, fields: readonly Field[]): string {
  return [
    name,
    ...fields.filter((f) => !f.flag).map(positionalUsage),
    ...fields.filter((f) => f.flag).map(flagUsage),
  ].join(' ')
}
function positionalUsage(field: Field): string {
  const word = `${shownValue(field)}${field.rest ? '…' : ''}`
  return field.required ? `<${word}>` : `[${word}]`
}
function flagUsage(field: Field): string {
  const word =
    field.kind === 'boolean' ? `--${flagName(field.name)}` : `--${flagName(field.name)} <${shownValue(field)}>`
  return field.required ? word : `[${word}]`
}
/** Few short choices say more than the argument's name. */
function shownValue(field: Field): string {
  const choices = field.choices?.join('|')
  return choices && choices.length <= 40 ? choices : flagName(field.name)
}
