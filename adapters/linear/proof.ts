import { z } from 'zod'
import type { KeyValue, TrackedCriterion } from '#contract'
import { canonical } from './criteria.ts'
import type { WireIssue } from './documents.ts'
import type { SectionMark } from './mark.ts'

const criterion = z.object({ id: z.string().nullable(), title: z.string(), lines: z.array(z.string()) })
const list = z.string().transform((text) => (text === '' ? [] : text.split('.')))
/** Strings and numbers are all that Linear keeps here: https://linear.app/developers/attachments */
const metadata = z.object({
  autodevhub: z.literal(1),
  issueId: z.string(),
  storyRef: z.string(),
  hash: z.string(),
  notes: list,
  mark: z.string(),
  place: z.enum(['description', 'comment', 'attachment']),
  version: z.number(),
  commentId: z.string().optional(),
  criteria: z
    .string()
    .transform((text, ctx) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        ctx.addIssue('no JSON')
        return z.NEVER
      }
    })
    .pipe(z.array(criterion))
    .optional(),
})
/** What the hub last wrote about an issue, in an attachment of the issue: people can delete it, and cannot change what it says. */
export interface Proof extends SectionMark {
  readonly attachmentId: string
  readonly mark: string
  readonly place: 'description' | 'comment' | 'attachment'
  readonly version: number
  readonly commentId?: string | undefined
  readonly criteria?: readonly TrackedCriterion[] | undefined
}
export function proofOf(issue: WireIssue): Proof | null {
  for (const attachment of issue.attachments.nodes) {
    const read = metadata.safeParse(attachment.metadata)
    // An issue made as a copy of another one proves nothing about itself.
    if (read.success && read.data.issueId === issue.id) return { ...read.data, attachmentId: attachment.id }
  }
  return null
}
/** Attachment input for what was just written. */
export function proofInput(
  issueId: string,
  written: Omit<Proof, 'attachmentId'>,
): { title: string; subtitle: string; metadata: Record<string, unknown> } {
  const { storyRef, criteria = [], notes, commentId, ...rest } = written
  const shown = written.place === 'attachment'
  const count = criteria.length === 1 ? '1 criterion' : `${criteria.length} criteria`
  return {
    title: `Acceptance criteria · ${storyRef}`,
    subtitle: count,
    metadata: {
      autodevhub: 1,
      issueId,
      storyRef,
      ...rest,
      notes: notes.join('.'),
      ...(commentId === undefined ? {} : { commentId }),
      ...(shown ? { criteria: JSON.stringify(canonical(criteria)), messages: messagesOf(criteria) } : {}),
    },
  }
}
/** How Linear shows an attachment that is opened. */
function messagesOf(criteria: readonly TrackedCriterion[]): readonly { subject: string; body: string }[] {
  return criteria.map(({ id, title, lines }) => ({
    subject: [id, title].filter(Boolean).join(' · '),
    body: lines.join('\n'),
  }))
}

const memory = z.object({ storyRef: z.string(), hash: z.string(), place: z.string(), version: z.number() })
export type Remembered = z.output<typeof memory>
/** The hub's own record, for issues whose section and attachment were both deleted: that was somebody's decision, and not a blank page. */
export interface Memory {
  recall(issueId: string): Promise<Remembered | null>
  remember(issueId: string, written: Remembered): Promise<void>
}
export function createMemory(kv: KeyValue): Memory {
  const keyOf = (issueId: string) => `section:${issueId}`
  return {
    recall: async (issueId) => memory.safeParse(await kv.get(keyOf(issueId))).data ?? null,
    remember: (issueId, written) => kv.set(keyOf(issueId), written),
  }
}
