import { createHash } from 'node:crypto'
import { type ErrorCode, HubError } from '#contract'
import type { Step } from '../definition/schema.ts'
import { durationMs } from '../expression/duration.ts'
import type { Outcome } from '../plan/settle.ts'
import { readKey } from '../plan/state.ts'
import type { Snapshot } from '../runs/run.ts'
import { storable } from './result.ts'

/** Mistakes that trying again does not cure. */
const FINAL: readonly ErrorCode[] = [
  'INPUT_INVALID',
  'FORBIDDEN',
  'UNSUPPORTED',
  'CONFIG_INVALID',
  'TOO_LARGE',
  'UNAUTHENTICATED',
]

/** What a failure means for its step: once more, as the definition says, or the end of it. */
export function outcomeOf(error: unknown, key: string, attempt: number, snapshot: Snapshot): Outcome {
  const code = error instanceof HubError ? error.code : 'UNAVAILABLE'
  const text = storable((error instanceof Error ? error.message : String(error)).slice(0, 500))
  return failedOnce(text, code, key, attempt, snapshot)
}
/** The same, where the words for it are known. */
export function failedOnce(
  text: string,
  code: ErrorCode,
  key: string,
  attempt: number,
  { definition, state }: Pick<Snapshot, 'definition' | 'state'>,
): Extract<Outcome, { status: 'failed' | 'again' }> {
  const { id, isUndo } = readKey(key)
  const attempts = isUndo ? 1 : (definition.steps[id]?.retry?.attempts ?? 1)
  const mayGoOn = state.status === 'running' || state.status === 'paused'
  if (attempt < attempts && mayGoOn && !FINAL.includes(code) && state.started < definition.budget)
    return { status: 'again', error: text }
  return { status: 'failed', error: attempts > 1 && attempt > 1 ? `${text} (tried ${attempt} times)` : text }
}

/** How long an attempt waits: doubling, with jitter that is the same whoever works it out. */
export function backoffMs(retry: NonNullable<Step['retry']>, run: string, key: string, attempt: number): number {
  if (attempt <= 1) return 0
  const full = Math.min(durationMs(retry.max), durationMs(retry.backoff) * 2 ** (attempt - 2))
  const [byte = 0] = createHash('sha256').update(`${run}:${key}:${attempt}`).digest()
  return Math.round(full / 2 + (full / 2) * (byte / 255))
}
