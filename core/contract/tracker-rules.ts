import { z } from 'zod'
import { parseWith } from './define.ts'
import { HubError } from './errors.ts'
import type { Json } from './schema.ts'
import type { CriteriaPlace } from './tracker.ts'

const LIST_MAX = 30
const names = (what: string, example: string) =>
  z
    .array(
      z
        .string(`must be a name, such as "${example}"`)
        .trim()
        .min(1, `names an empty ${what}: leave it out`)
        .max(255, `names a ${what} of more than 255 characters`),
      `must be a list, such as ["${example}"]`,
    )
    .max(LIST_MAX, `names more than ${LIST_MAX}: leave it empty for any ${what}`)
    .readonly()
    .default([])

const placeSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('description') }),
    z.strictObject({
      kind: z.literal('field'),
      field: z.string('must be the id or the name of a field').trim().min(1, 'names no field').max(255, 'is too long'),
    }),
    z.strictObject({ kind: z.literal('comment') }),
    z.strictObject({ kind: z.literal('attachment') }),
  ],
  'must be {"kind": "description"}, {"kind": "field", "field": "Acceptance criteria"}, {"kind": "comment"} or {"kind": "attachment"}',
)

/**
 * When the hub acts on the issues of a project by itself, and where it writes. Stored with the binding of a tracker project. An issue matches when
 * each list is empty or names what the issue has, whatever its case. `{}` is complete: nothing happens unless somebody asks.
 */
export const trackerRules = z.strictObject({
  /** `auto`: issues that match get criteria by themselves. `manual`: only those somebody asks for. */
  mode: z.enum(['auto', 'manual'], 'must be "auto" or "manual"').default('manual'),
  /** Types of issue: 'Story'. Empty: every type. */
  types: names('type', 'Story'),
  /** At least one of these labels. Empty: labels do not matter. */
  labels: names('label', 'needs-criteria'),
  /** Names of states in which the hub acts. Empty: every state that is not done or cancelled. */
  states: names('state', 'To Do'),
  /** null: the tracker's default place. */
  place: placeSchema.nullable().default(null),
  /** Says what it would have done, and writes nothing to the tracker. */
  dryRun: z.boolean('must be true or false').default(false),
  /** Issues that get criteria in one UTC day, by themselves or because somebody asked in them; further ones wait for the next. */
  issuesPerDay: z
    .int('must be a whole number')
    .min(1, 'must be 1 or more; "mode": "manual" stops the hub from acting by itself')
    .max(5_000, 'must be 5000 or less')
    .default(50),
})
export type TrackerRules = z.output<typeof trackerRules>

/**
 * Checks the rules of a tracker project for an adapter that can write to `places`.
 * @example parseRules: (rules) => parseTrackerRules(rules, 'Jira', ['description', 'field', 'comment'])
 */
export function parseTrackerRules(rules: Json, title: string, places: readonly CriteriaPlace['kind'][]): TrackerRules {
  const parsed = parseWith(trackerRules, rules, `Rules for ${title}`)
  if (parsed.place !== null && !places.includes(parsed.place.kind))
    throw new HubError(
      'INPUT_INVALID',
      `Rules for ${title}: place: ${title} holds criteria in ${places.join(', ')}, not in ${parsed.place.kind}`,
    )
  return parsed
}
