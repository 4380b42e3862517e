import { HubError, type Json } from '#contract'
import type { Definition } from './definition/schema.ts'

type Spec = Definition['inputs'][string]

/** Values as a definition wants them. @throws HubError INPUT_INVALID that names every mistake and what the workflow takes */
export function readInputs(
  definition: Definition,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Json>> {
  const problems: string[] = []
  const values: Record<string, Json> = {}
  for (const name of Object.keys(given))
    if (!Object.hasOwn(definition.inputs, name)) problems.push(`there is no input called ${name}`)
  for (const [name, spec] of Object.entries(definition.inputs)) {
    const raw = given[name]
    if (raw === undefined || raw === '') {
      if (spec.default !== undefined) values[name] = spec.default as Json
      else if (spec.required) problems.push(`${name} is missing${spec.description ? ` (${spec.description})` : ''}`)
      else values[name] = null
      continue
    }
    const value = convert(spec, raw)
    if (value === undefined) problems.push(`${name} must be ${WORDS[spec.type]}`)
    else if (spec.choices && !spec.choices.includes(String(value)))
      problems.push(`${name} must be one of ${spec.choices.join(', ')}`)
    else values[name] = value
  }
  if (problems.length === 0) return values
  const takes = Object.entries(definition.inputs).map(
    ([name, spec]) => `${name}=<${spec.choices?.join('|') ?? spec.type}>`,
  )
  throw new HubError(
    'INPUT_INVALID',
    [
      `${definition.name} cannot start:`,
      ...problems,
      `Write: /workflow run ${definition.name} ${takes.join(' ')}`.trim(),
    ].join('\n'),
  )
}
function convert({ type }: Spec, raw: unknown): Json | undefined {
  if (type === 'string')
    return typeof raw === 'string' ? raw : typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined
  if (type === 'number') {
    const number = typeof raw === 'string' ? Number(raw.trim() === '' ? Number.NaN : raw) : raw
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined
  }
  if (type === 'boolean') {
    if (typeof raw === 'boolean') return raw
    if (typeof raw !== 'string') return undefined
    return /^(true|yes|on)$/i.test(raw) ? true : /^(false|no|off)$/i.test(raw) ? false : undefined
  }
  if (type === 'json') return typeof raw === 'string' ? parsed(raw) : (raw as Json)
  if (Array.isArray(raw)) return raw as Json
  return typeof raw === 'string' ? raw.split(',').flatMap((part) => part.trim() || []) : undefined
}
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
const WORDS: Readonly<Record<Spec['type'], string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list: a,b,c',
  json: 'JSON',
}

/** 'service=shop ref="release 2"' as names and values. */
export function readPairs(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  const pairs = /([A-Za-z][A-Za-z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))|(\S+)/g
  for (const [, name, quoted, plain, stray] of text.matchAll(pairs)) {
    if (name === undefined)
      throw new HubError('INPUT_INVALID', `“${stray}” is no input: write name=value, with quotes around blanks`)
    if (Object.hasOwn(values, name)) throw new HubError('INPUT_INVALID', `${name} is given twice`)
    values[name] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? ''
  }
  return values
}
