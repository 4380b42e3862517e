import { z } from 'zod'

const line = z.object({
  text: z.string(),
  /** Messages by their position, with the words that prove it. */
  cites: z.array(z.object({ message: z.number().int(), quote: z.string() })).min(1),
  /** The text is the quotation itself. */
  isQuote: z.boolean(),
})
export type Line = z.infer<typeof line>
const said = z.object({
  author: z.string(),
  text: z.string(),
  /** Day it was written, 'YYYY-MM-DD'; null where nobody noted it. */
  day: z.string().nullable(),
  url: z.string().nullable(),
})
export type Message = z.infer<typeof said>
const sections = z.object({ context: z.array(line), decision: z.array(line), consequences: z.array(line) })
export type Sections = z.infer<typeof sections>
/** A decision as it was drafted from a conversation, until somebody proposes it. */
export const draftSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** Day of the last message that it cites, or of the draft. */
  day: z.string(),
  said: z.array(said),
  sections,
  /** How it was made, in words. */
  made: z.string(),
  place: z
    .object({
      plugin: z.string(),
      workspace: z.string(),
      channel: z.string(),
      visibility: z.enum(['private', 'team', 'public']),
    })
    .nullable(),
  author: z.object({ key: z.string(), name: z.string() }),
  /** Number it has in each repository it was proposed to. */
  numbers: z.record(z.string(), z.number().int()),
  /** What stands in its pull request there, by hash, and how often the conversation has decided by now. */
  proposed: z.record(z.string(), z.object({ hash: z.string(), round: z.number().int() })).default({}),
})
export type Draft = z.infer<typeof draftSchema>

const DECIDES =
  /\bdecision\s*:|\b(?:we |have |i )?decided\b|\bwe(?:'ll|’ll| will| shall)? (?:go with|use|take|keep|adopt|switch to|drop|stick with)\b|\blet['’]?s (?:go with|use|take|keep|adopt|do|drop)\b|\bagreed\s*:|\bagreed (?:on|to|that)\b|\bwe agreed?\b|\bentscheidung\s*:|\b(?:entschieden|beschlossen)\b|\bwir (?:nehmen|nutzen|verwenden|bleiben bei)\b|\beinigen uns\b|\bgeeinigt\b/i
const UNDECIDED =
  /\?\s*$|\b(?:not|never|nicht|noch kein\w*)\b.{0,24}\b(?:decided|agreed|entschieden|beschlossen|geeinigt)\b|n['’]t (?:yet )?(?:decided|agreed)\b/i
const REASONS =
  /\b(?:because|since|problem|issue|need|needs|needed|fails?|too (?:slow|large|many)|weil|denn|problem|brauchen|fehlt)\b/i
const FOLLOWS =
  /\b(?:means|therefore|downside|risk|trade-?off|have to|need to|consequence|in return|migrat\w+|heißt|deshalb|nachteil|risiko|müssen)\b/i
const MOST_LINES = 6
const LEAD =
  /^(?:decision|entscheidung|agreed)\s*:\s*|^(?:ok(?:ay)?,?\s+)?(?:so\s+)?(?:we(?:'ve|’ve| have)? (?:decided|agreed) (?:to|on|that)|let['’]?s)\s+/i

/** Without a model: the sentences that say what was decided, why and what follows, word for word. Null: no message decides anything. */
export function quotedSections(messages: readonly Message[]): Sections | null {
  const sentences = messages.flatMap(({ text }, message) =>
    text
      .split(/(?<=[.!?])\s+|\n+/)
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence.length > 3)
      .map((quote): Line => ({ text: quote, cites: [{ message, quote }], isQuote: true })),
  )
  const decision = sentences.filter(({ text }) => DECIDES.test(text) && !UNDECIDED.test(text)).slice(-MOST_LINES)
  if (decision.length === 0) return null
  const rest = sentences.filter((one) => !decision.includes(one))
  const consequences = rest.filter(({ text }) => FOLLOWS.test(text) && !text.endsWith('?')).slice(0, MOST_LINES)
  const open = rest.filter((one) => !consequences.includes(one))
  const [first] = open
  const context = open.filter((one) => one === first || REASONS.test(one.text)).slice(0, MOST_LINES)
  return { context, decision, consequences }
}

/** What was decided, as a heading says it. */
export function titleOf({ decision }: Sections): string {
  const said = (decision.at(-1)?.text ?? '').replace(LEAD, '').replace(/[.!]+$/, '')
  return said.charAt(0).toUpperCase() + said.slice(1)
}
