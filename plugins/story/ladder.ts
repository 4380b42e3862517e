import { setTimeout as sleep } from 'node:timers/promises'
import { type Budget, HubError, type Model, type ModelAnswer, type Schema } from '#contract'

/** Longest wait for a model that asks for one; beyond it the next rung answers sooner. */
const MAX_WAIT_MS = 5000
const DEFAULT_WAIT_MS = 1000
/** Rounds of repair in one run, over all rungs. */
const MAX_REPAIRS = 2
/** Characters a token stands for, on the safe side: English has about four, German and code fewer. */
const CHARACTERS_PER_TOKEN = 3.5

/** The note of a run that had no rung at all. */
export const NO_MODEL = 'no model configured'

export type OnStep = (step: { readonly label: string; readonly done: number; readonly total: number }) => void
export type Tier = 'main' | 'small'
export interface Repair {
  readonly previous: unknown
  readonly findings: readonly string[]
}
/** One question for the ladder. */
export interface Question<A, T> {
  readonly workspace: string
  readonly system: string
  readonly schema: Schema<unknown, A>
  user(tier: Tier, repair: Repair | null): string
  /** Tokens the answer probably has, and may have at most. */
  readonly output: { readonly expected: number; readonly most: number }
  /** `problems`: what a further round should mend. `must`: the problems are worth a second round. `value`: what stands if nobody mends it. */
  check(answer: A): { readonly problems: readonly string[]; readonly must: boolean; readonly value: T | null }
  readonly signal: AbortSignal
  readonly onStep?: OnStep
}
export interface Climbed<T> {
  /** Null: no model gave anything that can be used, and `notes` says why. */
  readonly value: T | null
  readonly model: string | null
  readonly tokens: number
  readonly notes: readonly string[]
}
export interface Ladder {
  ask<A, T>(question: Question<A, T>): Promise<Climbed<T>>
}
export const estimateTokens = (characters: number, output: number): number =>
  Math.ceil(characters / CHARACTERS_PER_TOKEN) + output

/** Main model, then the small one; what is below (the offline drafter) belongs to the caller. Each failure is a note, never an exception. */
export function createLadder(
  model: Model | null,
  budget: Budget,
  options: { readonly maxWaitMs?: number } = {},
): Ladder {
  const maxWaitMs = options.maxWaitMs ?? MAX_WAIT_MS

  async function ask<A, T>(question: Question<A, T>): Promise<Climbed<T>> {
    if (!model) return { value: null, model: null, tokens: 0, notes: [NO_MODEL] }
    const notes: string[] = []
    let tokens = 0
    let repairs = 0
    for (const tier of ['main', 'small'] as const) {
      const name = model.nameOf(tier)
      let repair: Repair | null = null
      let waited = false
      let best: T | null = null
      let why: string | null = null
      let final = false
      while (why === null) {
        const user = question.user(tier, repair)
        const wanted = estimateTokens(question.system.length + user.length, question.output.expected)
        if (!(await budget.room(question.workspace, wanted))) {
          why = `today's token budget has no room for ≈ ${wanted.toLocaleString('en')} more tokens`
          break
        }
        let answer: ModelAnswer<A>
        try {
          question.onStep?.({ label: repair ? `${name} mends its draft` : `${name} is writing`, done: 0, total: 1 })
          answer = await model.generate({
            system: question.system,
            user,
            schema: question.schema,
            maxOutputTokens: question.output.most,
            tier,
            signal: question.signal,
            onProgress: (characters) => {
              const total = question.output.expected * CHARACTERS_PER_TOKEN
              question.onStep?.({ label: `${name} is writing`, done: Math.min(characters, total * 0.95), total })
            },
          })
        } catch (error) {
          question.signal.throwIfAborted()
          if (!(error instanceof HubError)) throw error
          const waitMs = waitOf(error)
          if (waitMs !== null && !waited && waitMs <= maxWaitMs) {
            waited = true
            await sleep(waitMs, undefined, { signal: question.signal })
            continue
          }
          why = error.message
          break
        }
        await budget.charge(question.workspace, answer.model, answer.usage)
        tokens += answer.usage.inputTokens + answer.usage.cachedInputTokens + answer.usage.outputTokens
        const verdict = judge(answer, question)
        best = verdict.value ?? best
        if (verdict.problems.length === 0 && verdict.value !== null)
          return { value: verdict.value, model: answer.model, tokens, notes }
        final = verdict.final
        const again = !final && repairs < (verdict.must ? MAX_REPAIRS : 1)
        if (!again) {
          why = verdict.why
          break
        }
        repairs += 1
        repair = { previous: verdict.previous, findings: verdict.problems }
      }
      if (best !== null) return { value: best, model: name, tokens, notes }
      notes.push(`${name}: ${why}`)
      if (final) break
    }
    return { value: null, model: null, tokens, notes }
  }
  return { ask }
}

/** How long to wait before the same question may be asked once more; null when waiting does not help. */
function waitOf(error: HubError): number | null {
  if (error.code !== 'RATE_LIMITED' && error.code !== 'UNAVAILABLE') return null
  if (typeof error.retry === 'object') return error.retry.afterMs
  return error.retry === 'backoff' ? DEFAULT_WAIT_MS : null
}

function judge<A, T>(answer: ModelAnswer<A>, question: Question<A, T>) {
  const none = { value: null, must: true, final: false }
  switch (answer.kind) {
    case 'answer': {
      const { problems, must, value } = question.check(answer.value)
      return { value, problems, must, final: false, previous: answer.value, why: 'its answer could not be used' }
    }
    case 'refused':
      return { ...none, problems: [], final: true, previous: null, why: `it declined to answer (${answer.reason})` }
    case 'truncated': {
      const problems = [
        'the answer was cut because it was too long: write the six most important criteria, and shorter',
      ]
      return { ...none, problems, previous: answer.text.slice(0, 2000), why: 'its answer was too long and was cut' }
    }
    case 'invalid': {
      const problems = answer.problems.map((problem) => `the answer does not fit the structure: ${problem}`)
      return { ...none, problems, previous: answer.text.slice(0, 8000), why: 'its answer did not fit the structure' }
    }
  }
}
