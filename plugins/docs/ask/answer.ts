import { z } from 'zod'
import { cleanOutput } from '#contract'
import type { Passage } from '../index/store.ts'
import { type Asked, type Asker, MATERIAL_RULES, section } from '../model.ts'

const answerSchema = z.object({
  documented: z.boolean(),
  statements: z
    .array(
      z.object({
        text: z.string().trim().min(1).max(600),
        quotes: z
          .array(z.object({ passage: z.string(), quote: z.string().trim().min(1).max(400) }))
          .min(1)
          .max(3),
      }),
    )
    .max(8),
})
type RawAnswer = z.infer<typeof answerSchema>

/** A quotation that stands in its passage, with the lines where it stands. */
export interface Quoted {
  readonly passage: Passage
  readonly quote: string
  readonly startLine: number
  readonly endLine: number
}
export interface Answer {
  /** The model says that it is documented, and nothing it said could be proven. */
  readonly isUnproven: boolean
  readonly statements: readonly { readonly text: string; readonly quotes: readonly Quoted[] }[]
}

const SYSTEM = `You answer questions from a team's documentation, and from nothing else.

<passages> holds one JSON object a line: an id, where it stands, and its exact text. <question> holds what somebody asked.
${MATERIAL_RULES}

- statements: the answer, shortest first: one to three sentences in all, more only where steps are asked for. Answer in the language of the question.
- Each statement has at least one quote: the id of a passage, and words copied from it character by character, the shortest that prove the statement. Never bend a quote.
- documented: false with no statements when the passages do not answer the question. Nearly is not enough: what the passages do not say, you do not know.`

export async function answerWithModel(
  asker: Asker,
  asked: { readonly workspace: string; readonly question: string; readonly signal: AbortSignal },
  passages: readonly Passage[],
): Promise<Asked<Answer>> {
  const byId = new Map(passages.map((passage, i) => [`p${i + 1}`, passage]))
  const material = [
    section(
      'passages',
      [...byId].map(([id, { repository, path, heading, text }]) => ({
        id,
        at: `${repository}: ${path}`,
        heading,
        text,
      })),
    ),
    section('question', [asked.question]),
  ]
  return asker.ask<RawAnswer, Answer>({
    workspace: asked.workspace,
    signal: asked.signal,
    system: SYSTEM,
    schema: answerSchema,
    output: { expected: 300, most: 2_000 },
    user: (repair) =>
      [
        ...material,
        ...(repair ? [section('previous', [repair.previous]), section('findings', repair.findings)] : []),
      ].join('\n\n'),
    check: (answer) => checkAnswer(answer, byId),
  })
}

/** Only what its quotes prove remains. */
function checkAnswer(answer: RawAnswer, byId: ReadonlyMap<string, Passage>) {
  const problems: string[] = []
  const source = [...byId.values()].map(({ heading, text }) => `${heading}\n${text}`).join('\n')
  const statements = answer.documented
    ? answer.statements.flatMap(({ text, quotes }) => {
        const proven = quotes.flatMap(({ passage: id, quote }) => {
          const passage = byId.get(id)
          const found = passage ? locate(passage, quote) : null
          if (!found)
            problems.push(`"${quote.slice(0, 80)}" does not stand in ${id}: copy it exactly or leave the statement out`)
          return found ? [found] : []
        })
        return proven.length > 0 ? [{ text: cleanOutput(text, source).value, quotes: proven }] : []
      })
    : []
  if (answer.documented && answer.statements.length === 0) problems.push('documented is true, but nothing is stated')
  const isUnproven = answer.documented && statements.length === 0
  return { problems, value: { statements, isUnproven } satisfies Answer }
}

/** Where a quotation stands. Runs of white space compare equal; every other character must match. */
function locate(passage: Passage, quote: string): Quoted | null {
  const wanted = quote.replace(/\s+/g, ' ').trim()
  if (wanted.length < 3) return null
  let folded = ''
  const offsets: number[] = []
  for (let i = 0; i < passage.text.length; i += 1) {
    const character = passage.text.charAt(i)
    const isSpace = /\s/.test(character)
    if (isSpace && folded.endsWith(' ')) continue
    folded += isSpace ? ' ' : character
    offsets.push(i)
  }
  const at = folded.indexOf(wanted)
  if (at < 0) return null
  const start = offsets[at] ?? 0
  const end = (offsets[at + wanted.length - 1] ?? start) + 1
  const lineOf = (offset: number) => passage.startLine + passage.text.slice(0, offset).split('\n').length - 1
  return { passage, quote: passage.text.slice(start, end), startLine: lineOf(start), endLine: lineOf(end - 1) }
}
