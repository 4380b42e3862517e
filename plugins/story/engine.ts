import type { Schema } from '#contract'
import { checkDraft, type Material, settle } from './checks.ts'
import { type Draft, draftSchema } from './draft.ts'
import { type Climbed, estimateTokens, type Ladder, type OnStep, type Tier } from './ladder.ts'
import {
  type Ask,
  answerSchema,
  capSpans,
  DRAFT_SYSTEM,
  type DraftAnswer,
  SPLIT_SYSTEM,
  splitSchema,
  userMessage,
} from './prompt.ts'
import { cleanText } from './source/clean.ts'
import { detectLanguage } from './source/language.ts'
import { splitSpans } from './source/spans.ts'
import { checkParts, type Part, splitOffline } from './split.ts'
import type { FreshDraft, Provenance, StoryDraft } from './version.ts'

/** Characters of a source that a rung reads: some 11,000 and 5,000 tokens. The offline drafter reads everything. */
const READ = { main: 40_000, small: 16_000 } as const
const DRAFT_OUTPUT = { expected: 2200, most: 8000 }
const SPLIT_OUTPUT = { expected: 600, most: 3000 }
/** Below it the language is a guess, and a guess must not overrule the model. */
const SURE_LANGUAGE = 0.7

/** What is told while it runs, and on whose budget it runs. */
export interface Run {
  readonly workspace: string
  readonly signal: AbortSignal
  readonly onStep?: OnStep
}
export interface Made extends Pick<Provenance, 'by' | 'model' | 'tokens'> {
  readonly notes: readonly string[]
}
export interface Drafted extends Made {
  readonly draft: FreshDraft
}
export interface Revised extends Made {
  readonly draft: FreshDraft | null
}
export interface SplitUp extends Made {
  readonly parts: readonly Part[]
}
export interface Engine {
  /** Drafts a source, or drafts it anew beside its current version and the instructions since. Always gives a draft. */
  draft(
    source: string,
    run: Run,
    again?: { readonly current: StoryDraft; readonly addenda: readonly string[] },
  ): Promise<Drafted>
  /** Revises by an instruction. Null draft: no model could, and `notes` says why. */
  revise(text: string, current: StoryDraft, instruction: string, run: Run): Promise<Revised>
  /** Cuts a story into smaller ones that keep its criteria. No parts: there is no seam. */
  split(text: string, current: StoryDraft, run: Run): Promise<SplitUp>
  /** Is there a model at all, for the acknowledgement? */
  readonly modelName: string | null
}

export function readMaterial(text: string): Material {
  const clean = cleanText(text)
  const { language, confidence } = detectLanguage(clean)
  return { text: clean, spans: splitSpans(clean), language: confidence >= SURE_LANGUAGE ? language : null }
}
/** Source and instructions as one text: pieces of the source keep their ids, because what follows comes behind them. */
export const withAddenda = (source: string, addenda: readonly string[]): string => [source, ...addenda].join('\n\n')
/** Tokens that drafting this text will probably cost, for the acknowledgement. */
export function estimateDraft(text: string): number {
  const characters = DRAFT_SYSTEM.length + Math.min(text.length, READ.main)
  return estimateTokens(characters, DRAFT_OUTPUT.expected)
}

export function createEngine(ladder: Ladder, offline: (text: string) => Draft, modelName: string | null): Engine {
  async function climb(
    material: Material,
    ask: Omit<Ask, 'spans' | 'repair'>,
    run: Run,
  ): Promise<Climbed<{ draft: FreshDraft; notes: string[] }>> {
    let read: Tier = 'main'
    const climbed = await ladder.ask<DraftAnswer, { draft: FreshDraft; notes: string[] }>({
      ...run,
      system: DRAFT_SYSTEM,
      schema: answerSchema satisfies Schema<unknown, DraftAnswer>,
      output: DRAFT_OUTPUT,
      user(tier, repair) {
        read = tier
        return userMessage({ ...ask, spans: capSpans(material.spans, READ[tier]), ...(repair && { repair }) })
      },
      check(answer) {
        const checked = checkDraft(answer, material)
        return {
          problems: checked.findings.map((finding) => finding.text),
          must: checked.findings.some((finding) => finding.blocking),
          value: settle(checked),
        }
      },
    })
    if (climbed.value === null) return climbed
    const seen = capSpans(material.spans, READ[read]).at(-1)?.end ?? 0
    const whole = material.text.length
    const cut = seen < material.spans.reduce((end, span) => Math.max(end, span.end), 0)
    const note = `Only the first ${seen.toLocaleString('en')} of ${whole.toLocaleString('en')} characters were read by the model`
    return cut ? { ...climbed, notes: [...climbed.notes, note] } : climbed
  }

  return {
    modelName,
    async draft(source, run, again): Promise<Drafted> {
      const material = readMaterial(withAddenda(source, again?.addenda ?? []))
      const climbed = await climb(material, again ? { current: again.current } : {}, run)
      const { model, tokens } = climbed
      if (climbed.value)
        return {
          draft: climbed.value.draft,
          by: 'model',
          model,
          tokens,
          notes: [...climbed.notes, ...climbed.value.notes],
        }
      // Through the schema as a model's answer is, so that both are trimmed alike and a later comparison sees no difference.
      const fresh = draftSchema.parse(offline(cleanText(source)))
      const draft = { ...fresh, criteria: fresh.criteria.map((c) => ({ ...c, id: null })) }
      const settled = settle(checkDraft(draft, material)) ?? { draft, notes: [] }
      return { draft: settled.draft, by: 'offline', model: null, tokens, notes: [...climbed.notes, ...settled.notes] }
    },
    async revise(text, current, instruction, run): Promise<Revised> {
      const { value, model, tokens, notes } = await climb(readMaterial(text), { current, instruction }, run)
      if (!value) return { draft: null, by: 'offline', model: null, tokens, notes }
      return { draft: value.draft, by: 'model', model, tokens, notes: [...notes, ...value.notes] }
    },
    async split(text, current, run): Promise<SplitUp> {
      const material = readMaterial(text)
      const { value, model, tokens, notes } = await ladder.ask({
        ...run,
        system: SPLIT_SYSTEM,
        schema: splitSchema,
        output: SPLIT_OUTPUT,
        user: (tier, repair) =>
          userMessage({ spans: capSpans(material.spans, READ[tier]), current, ...(repair && { repair }) }),
        check: (answer) => checkParts(answer, current, material.text),
      })
      if (value) return { parts: value, by: 'model', model, tokens, notes }
      return { parts: splitOffline(current), by: 'offline', model: null, tokens, notes }
    },
  }
}
