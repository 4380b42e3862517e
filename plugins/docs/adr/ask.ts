import { z } from 'zod'
import { cleanOutput } from '#contract'
import { type Asked, type Asker, MATERIAL_RULES, section } from '../model.ts'
import type { Line, Message, Sections } from './draft.ts'

const lines = z
  .array(
    z.object({
      text: z.string().trim().min(1).max(500),
      quotes: z
        .array(z.object({ message: z.string(), quote: z.string().trim().min(3).max(400) }))
        .min(1)
        .max(3),
    }),
  )
  .max(8)
const adrSchema = z.object({
  decided: z.boolean(),
  title: z.string().trim().max(100),
  context: lines,
  decision: lines,
  consequences: lines,
})
type Raw = z.infer<typeof adrSchema>
export interface Written {
  readonly title: string
  /** Null: the messages decide nothing. */
  readonly sections: Sections | null
}

const SYSTEM = `You write down a decision that people took in a conversation, as a short architecture decision record.

<messages> holds one JSON object a line: an id, who wrote it, and the exact text. <title>, where given, is what the record shall be called.
${MATERIAL_RULES}

- title: the decision in at most ten words, without a full stop; the given title where there is one.
- context: why it was needed. decision: what was decided, in the active voice. consequences: what follows from it, good and bad. One sentence each, in the language of the conversation.
- Each sentence has at least one quote: the id of a message, and words copied from it character by character that prove the sentence. What nobody said is left out, also when it is likely: an empty list is a good answer.
- decided: false with empty lists when the messages only discuss and decide nothing. An open question, a wish and a proposal that nobody accepted are no decision.`

export async function writeAdr(
  asker: Asker,
  asked: { readonly workspace: string; readonly title: string; readonly signal: AbortSignal },
  messages: readonly Message[],
): Promise<Asked<Written>> {
  const material = [
    section(
      'messages',
      messages.map(({ author, text }, i) => ({ id: `m${i + 1}`, author, text })),
    ),
    ...(asked.title === '' ? [] : [section('title', [asked.title])]),
  ]
  return asker.ask<Raw, Written>({
    workspace: asked.workspace,
    signal: asked.signal,
    system: SYSTEM,
    schema: adrSchema,
    output: { expected: 500, most: 3_000 },
    user: (repair) =>
      [
        ...material,
        ...(repair ? [section('previous', [repair.previous]), section('findings', repair.findings)] : []),
      ].join('\n\n'),
    check: (answer) => checkAdr(answer, messages),
  })
}

/** Only sentences that a quoted message proves remain; without one that decides there is no record. */
function checkAdr(answer: Raw, messages: readonly Message[]) {
  const problems: string[] = []
  const source = messages.map(({ text }) => text).join('\n')
  const clean = (text: string): string => cleanOutput(text, source).value
  const proven = (all: Raw['context']): Line[] =>
    all.flatMap(({ text, quotes }) => {
      const cites = quotes.flatMap(({ message: id, quote }) => {
        const message = Number(/^m(\d{1,4})$/.exec(id)?.[1] ?? 0) - 1
        const source = messages[message]
        if (source && folded(source.text).includes(folded(quote))) return [{ message, quote }]
        problems.push(`"${quote.slice(0, 80)}" does not stand in ${id}: copy it exactly or leave the sentence out`)
        return []
      })
      const cited = cites.map(({ message }) => messages[message]?.text ?? '').join(' ')
      const made = [...text.matchAll(/\d[\d.,]*\d|\d/g)].map(([n]) => n).find((n) => !cited.includes(n))
      if (made !== undefined) problems.push(`“${made}” stands in no message that the sentence cites`)
      return cites.length > 0 && made === undefined ? [{ text: clean(text), cites, isQuote: false }] : []
    })
  const title = clean(answer.title)
  if (!answer.decided) return { problems: [], value: { title, sections: null } satisfies Written }
  const sections = {
    context: proven(answer.context),
    decision: proven(answer.decision),
    consequences: proven(answer.consequences),
  }
  if (sections.decision.length === 0) problems.push('decided is true, but no proven sentence says what was decided')
  const value = sections.decision.length === 0 ? null : ({ title, sections } satisfies Written)
  return { problems, value }
}
const folded = (text: string): string => text.replace(/\s+/g, ' ').trim()
