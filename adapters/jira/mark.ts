import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { CriteriaPlace } from '#contract'

/** Entity properties of ours. A person who copies text copies none of them. https://developer.atlassian.com/cloud/jira/platform/jira-entity-properties/ */
export const SECTION_PROPERTY = 'autodevhub.criteria'
export const CREATED_PROPERTY = 'autodevhub.created'
export const DELIVERY_PROPERTY = 'autodevhub.delivery'
/** Keeps a comment from the customers of a service project; of no effect elsewhere. https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/ */
export const INTERNAL_COMMENT = { key: 'sd.public.comment', value: { internal: true } } as const

const short = (value: string, length: number) => createHash('sha256').update(value).digest('hex').slice(0, length)

const proofSchema = z.object({
  v: z.literal(1),
  /** Id of the issue it was written to: a clone that takes the property along has another. */
  issue: z.string(),
  /** Stands in the section itself, so that it is found wherever people move it. */
  marker: z.string().min(1),
  story: z.string(),
  /** Of the criteria as written. */
  hash: z.string(),
  /** Of each line below them, so that they can be told from what people add. */
  notes: z.array(z.string()),
  place: z.string(),
  comment: z.string().optional(),
  /** Of all that is in the place beside the section, when it was written. */
  rest: z.string(),
  /** Counts what the hub wrote here. */
  writes: z.number(),
})
/** What proves that a section is ours. */
export type Proof = z.output<typeof proofSchema>

export function readProof(value: unknown, issueId: string): Proof | null {
  const read = proofSchema.safeParse(value)
  return read.success && read.data.issue === issueId ? read.data : null
}
export function markerOf(issueId: string): string {
  return short(`section of ${issueId}`, 12)
}
export function noteHash(note: string): string {
  return short(note.replace(/\s+/g, ' ').trim(), 12)
}
export function placeName(place: CriteriaPlace): string {
  return place.kind === 'field' ? `field:${place.field}` : place.kind
}
/** On an issue the hub made: properties cannot be searched for, labels can. */
export function labelOf(key: string): string {
  return `hub-${short(key, 16)}`
}
export function deliveryMark(key: string): string {
  return short(key, 40)
}
/** A file carries no property, so its name carries the mark: `story.md` is sent as `story-1f3a9c2e.md`. */
export function fileName(name: string, key: string): string {
  const clean = name.replace(/[^\w.-]+/g, '-').slice(-100) || 'file.txt'
  const dot = clean.lastIndexOf('.')
  const mark = short(key, 12)
  return dot > 0 ? `${clean.slice(0, dot)}-${mark}${clean.slice(dot)}` : `${clean}-${mark}`
}
