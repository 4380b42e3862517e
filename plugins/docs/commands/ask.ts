import { z } from 'zod'
import { type Action, type Block, type Command, type Context, defineCommand, type Message } from '#contract'
import { type Answer, answerWithModel } from '../ask/answer.ts'
import { STORIES } from '../index/scope.ts'
import type { Indexed } from '../index/store.ts'
import { termsOf } from '../index/terms.ts'
import { sameRepository } from '../links.ts'
import { queryOf, type Ranked, rank } from '../search/rank.ts'
import { clip, count, paragraph, plain } from '../text.ts'
import { type Desk, hiddenNote, nothingHere, readable } from './desk.ts'
import { bare, passageBlock, quoteLine } from './passages.ts'

const READ_BY_MODEL = 8
const SHOWN = { ask: 3, search: 6 } as const
/** Below it the passages speak of other things than the question. */
const SPOKEN_OF = 0.5
/** Share of the best passage's score from which another is worth reading. */
const NEARLY_AS_GOOD = 0.45

interface Looked {
  readonly ranked: readonly Ranked[]
  readonly repositories: readonly Indexed[]
  /** Words that were looked for, with what each says. */
  readonly weights: ReadonlyMap<string, number>
  /** Small print: what was left out, what was looked for instead. */
  readonly notes: readonly string[]
}

export function askCommands(desk: Desk): readonly Command[] {
  return [
    defineCommand({
      name: 'docs ask',
      summary: 'Answer a question from the documentation, with its sources',
      args: z.object({
        question: z.string().trim().min(3).max(1_000).meta({ rest: true }).describe('What you want to know'),
      }),
      examples: ['docs ask How do I rotate the signing secret?'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ question }, ctx) {
        const looked = await look(desk, ctx, question)
        if ('text' in looked) return looked
        const best = looked.ranked[0]?.score ?? 0
        const fitting = looked.ranked.filter(
          ({ coverage, score }) => coverage >= SPOKEN_OF && score >= best * NEARLY_AS_GOOD,
        )
        const asker = desk.asker()
        if (!asker.hasModel || looked.ranked.length === 0)
          return passagesFor(question, { ...looked, ranked: fitting }, [])
        const passages = looked.ranked.slice(0, READ_BY_MODEL).map(({ passage }) => passage)
        const asked = await answerWithModel(asker, { workspace: ctx.workspace, question, signal: ctx.signal }, passages)
        if (asked.value === null)
          return passagesFor(question, { ...looked, ranked: fitting }, [`passages only: ${asked.notes.join('; ')}`])
        const cost = `${asked.model ?? 'model'} · ${asked.tokens.toLocaleString('en')} tokens`
        // What was found may say it all the same: people read it themselves.
        if (asked.value.isUnproven)
          return passagesFor(question, { ...looked, ranked: fitting }, [
            'passages only: what the model quoted does not stand in them',
            cost,
          ])
        if (asked.value.statements.length === 0) return notDocumented(question, { ...looked, ranked: [] }, [cost])
        return answered(asked.value, looked, cost)
      },
    }),
    defineCommand({
      name: 'docs search',
      summary: 'Find passages in the documentation',
      args: z.object({ words: z.string().trim().min(2).max(300).meta({ rest: true }).describe('Words to look for') }),
      examples: ['docs search signing secret', 'docs search HUB_DATA_DIR'],
      allow: 'viewer',
      sideEffects: 'none',
      async run({ words }, ctx) {
        const looked = await look(desk, ctx, words)
        if ('text' in looked) return looked
        if (looked.ranked.length === 0) return notDocumented(words, looked, [])
        return shown(looked, looked.ranked.slice(0, SHOWN.search), [], [])
      },
    }),
  ]
}

async function look(desk: Desk, ctx: Context, text: string): Promise<Looked | Message> {
  const here = await readable(desk, ctx)
  const { repositories, hidden, failed } = here
  if (repositories.length === 0) {
    return paragraph(failed.length > 0 ? plain(failed.join('\n')) : nothingHere(hidden))
  }
  const query = queryOf(text)
  const found = await desk.search().find(ctx.workspace, repositories, query.lexemes)
  const ranked = rank(found.candidates, found.weights, found.instead, query)
  const asked = query.words.map((word) => found.instead.get(word) ?? word)
  const weights = new Map(asked.map((word) => [word, found.weights.get(word) ?? 1]))
  const notes = [
    ...[...found.instead].map(([asked, near]) => {
      const [was, is] = [
        written([text], asked),
        written(
          found.candidates.map((one) => one.text),
          near,
        ),
      ]
      return `no document says “${was}”: looked for “${is}”`
    }),
    ...(hidden > 0 ? [hiddenNote(hidden)] : []),
    ...failed.map((why) => `not read: ${why}`),
  ]
  return { ranked, repositories, weights, notes }
}

/** A word as it is written somewhere, for one that only the index knows. */
function written(texts: readonly string[], word: string): string {
  for (const text of texts)
    for (const { term, start, end } of termsOf(text)) if (term === word) return text.slice(start, end)
  return word
}

function passagesFor(question: string, looked: Looked, notes: readonly string[]): Message {
  if (looked.ranked.length === 0) return notDocumented(question, looked, notes)
  return shown(looked, looked.ranked.slice(0, SHOWN.ask), notes, issueAction(question, looked.repositories))
}

function shown(
  looked: Looked,
  ranked: readonly Ranked[],
  notes: readonly string[],
  actions: readonly Action[],
): Message {
  const passages = ranked.map(({ passage }) => passageBlock(looked.repositories, passage, looked.weights))
  return assembled([...passages, ...small([...notes, ...looked.notes])], actions)
}

function answered({ statements }: Answer, looked: Looked, cost: string): Message {
  const quotes = statements.flatMap((statement) => statement.quotes)
  let n = 0
  const text = statements
    .map((statement) => {
      const marks = statement.quotes.map(() => `[${++n}]`).join('')
      return `${plain(statement.text)} ${plain(marks)}`
    })
    .join('\n')
  const sources = quotes.map((quoted, i) => quoteLine(looked.repositories, i + 1, quoted)).join('\n')
  return assembled(
    [{ kind: 'text', markdown: text }, { kind: 'text', markdown: sources }, ...small([cost, ...looked.notes])],
    [],
  )
}

function notDocumented(question: string, looked: Looked, notes: readonly string[]): Message {
  const read = looked.repositories.reduce((sum, one) => sum + one.documents, 0)
  const lead = `**Not documented.** ${count(read, 'document')} of ${count(looked.repositories.length, 'source')} say nothing about this.`
  return assembled(
    [{ kind: 'text', markdown: lead }, ...small([...notes, ...looked.notes])],
    issueAction(question, looked.repositories),
  )
}

function issueAction(question: string, repositories: readonly Indexed[]): Action[] {
  const [first] = repositories.filter((one) => !sameRepository(one, STORIES))
  if (!first) return []
  const run = `docs issue ${first.repository} ${clip(question, 300)}`
  return [{ kind: 'button', label: 'Open a documentation issue', run }]
}
const small = (notes: readonly string[]): Block[] =>
  notes.length === 0 ? [] : [{ kind: 'note', markdown: notes.map(plain).join(' · ') }]

function assembled(blocks: readonly Block[], actions: readonly Action[]): Message {
  const text = blocks.flatMap((block) => ('markdown' in block ? [bare(block.markdown)] : [])).join('\n')
  return { text, blocks: actions.length > 0 ? [...blocks, { kind: 'actions', items: actions }] : blocks }
}
