import { z } from 'zod'

/** A piece of the source text with a stable id; criteria cite it. `start` and `end` are UTF-16 offsets in the cleaned source. */
export interface Span {
  readonly id: string // 's1', 's2', …
  readonly text: string
  readonly start: number
  readonly end: number
}

const CRITERION_KINDS = ['happy', 'failure', 'permission', 'boundary', 'quality'] as const
const SIZES = ['XS', 'S', 'M', 'L', 'XL'] as const
const INVEST = ['independent', 'negotiable', 'valuable', 'estimable', 'small', 'testable'] as const

const line = z.string().trim().min(1).max(500)

/** One acceptance criterion as a Gherkin scenario. `source` is an exact quote of a span; null marks an assumption. */
export const criterionSchema = z.object({
  title: z.string().trim().min(1).max(160),
  kind: z.enum(CRITERION_KINDS),
  given: z.array(line).max(6),
  when: line,
  then: z.array(line).min(1).max(6),
  source: z.object({ span: z.string(), quote: z.string().min(1).max(600) }).nullable(),
})
/** What a model or the offline drafter produces; ids are given by the store, never by the author. */
export const draftSchema = z.object({
  title: z.string().trim().min(1).max(120),
  role: z.string().trim().min(1).max(120),
  goal: z.string().trim().min(1).max(400),
  benefit: z.string().trim().max(400).nullable(),
  criteria: z.array(criterionSchema).min(3).max(12),
  questions: z.array(line).max(8),
  assumptions: z.array(line).max(10),
  invest: z.array(z.object({ aspect: z.enum(INVEST), ok: z.boolean(), finding: line })).max(6),
  size: z.enum(SIZES),
  sizeReason: line,
  confidence: z.number().min(0).max(1),
  /** BCP 47 primary tag of the source language: 'en', 'de'. The draft is written in it. */
  language: z.string().regex(/^[a-z]{2,3}$/),
})
export type Criterion = z.infer<typeof criterionSchema>
export type Draft = z.infer<typeof draftSchema>
export type CriterionKind = Criterion['kind']
