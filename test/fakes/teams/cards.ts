import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

/**
 * What Teams refuses in an activity and its cards, and what a reader sees of them. Apart from the adapter's own table; the schemas are
 * Microsoft's, outside the repository, and are used where they are present.
 */
const DATA = new URL('../../../../shared/data/teams/', import.meta.url)
export const hasSchemas = existsSync(DATA)
// Aloud where it is a test that checks less; in the demo nobody can do anything about it.
if (!hasSchemas && process.env.VITEST !== undefined)
  console.warn('../shared/data/teams is absent: cards and activities are not checked against the schemas')

type Json = Record<string, unknown>
const obj = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(obj) : [])
const str = (value: unknown): string => (typeof value === 'string' ? value : '')

const CARD = 'application/vnd.microsoft.card.adaptive'
/** 80 KB of UTF-16: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages */
const MAX_BYTES = 80 * 1_024

function compile(file: string, definition: string | null): ValidateFunction | null {
  if (!hasSchemas) return null
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(new URL(file, DATA), 'utf8'))
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false })
  return definition === null
    ? ajv.compile(schema)
    : ajv.compile({ definitions: schema.definitions, $ref: `#/definitions/${definition}` })
}
let compiled: { card: ValidateFunction | null; activity: ValidateFunction | null } | undefined
function schemas() {
  compiled ??= {
    card: compile('adaptive-card-schemas/1.5.0/adaptive-card.json', 'AdaptiveCard'),
    activity: compile('connector-swagger/ConnectorAPI.json', 'Activity'),
  }
  return compiled
}
function against(validate: ValidateFunction | null, value: unknown, what: string): string[] {
  if (validate === null || validate(value)) return []
  return (validate.errors ?? [])
    .slice(0, 5)
    .map((e) => `${what}${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`)
}

export function checkCard(value: unknown): string[] {
  // Teams' own addition to the schema: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
  const { msteams, ...card } = obj(value)
  const problems = against(schemas().card, card, 'card')
  const added = Object.keys(obj(msteams))
  if (added.some((key) => !['width', 'entities'].includes(key))) problems.push(`card: msteams.${added.join(', ')}`)
  if (card.type !== 'AdaptiveCard') problems.push(`card: type ${String(card.type)}`)
  if (card.version !== '1.5') problems.push(`card: version ${String(card.version)}`)
  if (list(card.body).length === 0) problems.push('card: empty')
  visit(card, (element) => {
    if (element.type === 'RichTextBlock') {
      if (list(element.inlines).length === 0) problems.push('card: a RichTextBlock without text')
      for (const run of list(element.inlines)) if (str(run.text) === '') problems.push('card: an empty TextRun')
    }
    if (element.type === 'TextBlock' && /[*_[\]`~#\\<>|]/.test(str(element.text)))
      problems.push(`card: Markdown in a TextBlock: ${str(element.text).slice(0, 40)}`)
    if (element.type === 'ActionSet' && list(element.actions).length > 6)
      problems.push('card: more than 6 buttons in a row')
    if (/^Action\./.test(str(element.type)) && element.type !== 'Action.OpenUrl' && str(element.title).trim() === '')
      problems.push('card: a button without a title')
    if (element.type === 'Action.OpenUrl' && !/^https?:\/\//.test(str(element.url)))
      problems.push(`card: opens ${str(element.url)}`)
    if (/^Input\./.test(str(element.type)) && str(element.id) === '') problems.push('card: an input without an id')
  })
  return problems
}
export function checkActivity(value: unknown): string[] {
  const activity = obj(value)
  const problems = against(schemas().activity, activity, 'activity')
  if (activity.type === 'typing') return problems
  if (activity.type !== 'message') problems.push(`activity: type ${String(activity.type)}`)
  const size = JSON.stringify(activity).length * 2
  if (size > MAX_BYTES) problems.push(`activity: ${size} of ${MAX_BYTES} bytes`)
  if (!JSON.stringify(activity).isWellFormed() || /\\ud[89a-f]/i.test(JSON.stringify(activity)))
    problems.push('activity: half a character')
  const attachments = list(activity.attachments)
  if (str(activity.text).trim() === '' && attachments.length === 0) problems.push('activity: neither text nor card')
  // Teams would show the text above the card.
  if (activity.text !== undefined && attachments.length > 0) problems.push('activity: text beside a card')
  if (activity.text !== undefined && activity.textFormat !== 'plain') problems.push('activity: text that is not plain')
  if (attachments.length > 0 && str(activity.summary).trim() === '') problems.push('activity: a card without a summary')
  for (const { contentType, content } of attachments) {
    if (contentType !== CARD) problems.push(`activity: attachment ${String(contentType)}`)
    else problems.push(...checkCard(content))
  }
  return problems
}
/** Every object of a card, in reading order. */
function visit(value: unknown, see: (element: Json) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, see)
  else if (typeof value === 'object' && value !== null) {
    see(obj(value))
    for (const [key, inner] of Object.entries(value)) if (key !== 'data' && key !== 'fallback') visit(inner, see)
  }
}
/** Buttons of an activity's cards, those that unfold from others included. */
export function buttonsOf(activity: unknown): Json[] {
  const found: Json[] = []
  for (const { content } of list(obj(activity).attachments)) {
    visit(content, (element) => {
      if (/^Action\.(?:Execute|Submit|OpenUrl|ShowCard)$/.test(str(element.type)) && element.title !== undefined)
        found.push(element)
    })
  }
  return found
}
export interface Reading {
  readonly words: string
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}
/** As people see it: the card, or the text where there is none. */
export function readActivity(value: unknown): Reading {
  const activity = obj(value)
  const words: string[] = []
  const mentions: string[] = []
  const links: string[] = []
  for (const entity of list(activity.entities)) if (entity.type === 'mention') mentions.push(JSON.stringify(entity))
  if (activity.text !== undefined) words.push(str(activity.text))
  for (const { content } of list(activity.attachments)) {
    if (obj(obj(content).msteams).entities !== undefined) mentions.push('msteams.entities')
    visit(content, (element) => {
      if (element.type === 'RichTextBlock')
        words.push(
          list(element.inlines)
            .map((run) => str(run.text))
            .join(''),
        )
      if (element.type === 'TextBlock') words.push(str(element.text))
      if (element.type === 'FactSet')
        for (const fact of list(element.facts)) words.push(str(fact.title), str(fact.value))
      if (/^Input\./.test(str(element.type))) words.push(str(element.label))
      if (/^Action\./.test(str(element.type))) {
        if (element.type === 'Action.OpenUrl') links.push(str(element.url))
        if (element.title !== undefined) words.push(str(element.title))
      }
    })
  }
  const seen = [
    ...words,
    str(activity.summary),
    ...list(activity.attachments).map((a) => str(obj(a.content).fallbackText)),
  ]
  for (const text of seen) mentions.push(...(text.match(/<\/?at\b|\{\{(?:DATE|TIME)\(/gi) ?? []))
  return { words: words.join('\n'), mentions, links }
}
