import { z } from 'zod'
import { type Criterion, criterionSchema, draftSchema } from './draft.ts'

/** Ids are given once in a story and never used again, so links and edits keep their meaning. */
export const CRITERION_ID = /^AC-\d+$/
/** People may add to what a draft brings: the draft's own limit is 12. */
export const MAX_CRITERIA = 40

const kept = criterionSchema.extend({ id: z.string().regex(CRITERION_ID) })

/** A draft as it is stored: each criterion has its id. A person may delete down to one criterion, so three is no minimum here. */
export const storyDraftSchema = draftSchema.extend({
  criteria: z.array(kept).min(1).max(MAX_CRITERIA),
  /** Deleted by a person: kept so that a later draft does not bring them back. */
  removed: z.array(kept).max(200),
  /** Highest number ever given to a criterion of this story. */
  lastId: z.int().nonnegative(),
})
export type KeptCriterion = z.infer<typeof kept>
export type StoryDraft = z.infer<typeof storyDraftSchema>

/** A generated draft with ids on those criteria that continue one of an earlier version. */
export interface FreshCriterion extends Criterion {
  readonly id: string | null
}
export interface FreshDraft extends Omit<StoryDraft, 'criteria' | 'removed' | 'lastId'> {
  readonly criteria: readonly FreshCriterion[]
}

/** A person's wording that a later draft wanted to change: theirs is kept, the other side is here to be taken. */
const conflictSchema = z.object({
  /** 'AC-2', or a part of the story sentence. */
  part: z.string(),
  /** JSON of the value the draft wanted; null when it wanted the part gone. */
  theirs: z.union([kept, z.string(), z.null()]),
})
export type Conflict = z.infer<typeof conflictSchema>

/** How a version came to be, shown under the story. */
export const provenanceSchema = z.object({
  by: z.enum(['model', 'offline', 'person']),
  /** Model name, or null. */
  model: z.string().nullable(),
  tokens: z.number().int().nonnegative(),
  /** Why it came from further down the ladder, what was capped, dropped or repaired: one line each. */
  notes: z.array(z.string()).max(20),
  /** What a person should look at: vague words, assumptions of the checker. */
  findings: z.array(z.string()).max(40),
  conflicts: z.array(conflictSchema).max(60),
})
export type Provenance = z.infer<typeof provenanceSchema>
