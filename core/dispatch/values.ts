import type { ArgsSchema, Field } from '#contract'
import { closestName } from './nearest.ts'
import type { Problem } from './words.ts'

const YES = new Set(['true', 'yes', 'on', '1'])
const NO = new Set(['false', 'no', 'off', '0'])

export type Checked =
  /** `values` as the schema names them: a choice typed in capitals is the same choice. */
  | { readonly ok: true; readonly args: unknown; readonly values: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problems: Problem[] }

/** Turns texts into what the schema accepts and has it check them. What is plainly wrong is said in words of our own before the schema sees it. */
export function checkValues(
  schema: ArgsSchema,
  fields: readonly Field[],
  values: Readonly<Record<string, string>>,
): Checked {
  const problems: Problem[] = []
  const input: Record<string, unknown> = {}
  const canonical: Record<string, string> = {}
  for (const field of fields) {
    const text = values[field.name]
    if (text === undefined || text === '') {
      if (field.required) problems.push({ field: field.name, message: `${field.label} is missing.` })
      continue
    }
    const problem = problemOf(field, text)
    if (problem) problems.push({ field: field.name, message: problem })
    else {
      canonical[field.name] = (field.choices && choiceOf(field.choices, text)) ?? text
      input[field.name] = typed(field, canonical[field.name] ?? text)
    }
  }
  if (problems.length > 0) return { ok: false, problems }
  const result = schema['~standard'].validate(input)
  if (result instanceof Promise) {
    return {
      ok: false,
      problems: [{ field: null, message: 'This command checks its arguments asynchronously, which the hub refuses.' }],
    }
  }
  if (!result.issues) return { ok: true, args: result.value, values: canonical }
  return {
    ok: false,
    problems: result.issues.map((issue) => {
      const [first] = issue.path ?? []
      const name = first === undefined ? null : String(typeof first === 'object' ? first.key : first)
      const field = fields.find((f) => f.name === name)
      return { field: field?.name ?? null, message: field ? `${field.label}: ${issue.message}` : issue.message }
    }),
  }
}

function problemOf(field: Field, text: string): string | null {
  if (field.maxLength !== undefined && text.length > field.maxLength) {
    return `${field.label} has ${count(text.length)} characters; at most ${count(field.maxLength)} fit.`
  }
  if (field.kind === 'number' && (text.trim() === '' || !Number.isFinite(Number(text)))) {
    return `${field.label} must be a number, not “${text.slice(0, 40)}”.`
  }
  if (field.kind === 'boolean' && !YES.has(text.toLowerCase()) && !NO.has(text.toLowerCase())) {
    return `${field.label} is either yes or no, not “${text.slice(0, 40)}”.`
  }
  if (field.choices && !choiceOf(field.choices, text)) {
    const nearest = closestName(text, field.choices)
    const cure = nearest ? `Did you mean ${nearest}?` : `Choose one of: ${field.choices.join(', ')}.`
    return `${field.label} cannot be “${text.slice(0, 40)}”. ${cure}`
  }
  return null
}
function typed(field: Field, text: string): unknown {
  if (field.kind === 'number') return Number(text)
  if (field.kind === 'boolean') return YES.has(text.toLowerCase())
  return text
}
const choiceOf = (choices: readonly string[], text: string): string | undefined =>
  choices.find((choice) => choice === text) ?? choices.find((choice) => choice.toLowerCase() === text.toLowerCase())

const count = (n: number) => n.toLocaleString('en')
