import type { Json } from '#contract'

export const ENDED_STEPS = ['succeeded', 'failed', 'skipped', 'blocked', 'cancelled'] as const
/**
 * `queued`: its job is stored or about to be; `running`: its job has begun; `waiting`: for a person, an event, a time or another run.
 * `skipped`: its own condition said no, which stops nobody; `blocked`: what it needs did not go as it should.
 */
export type StepStatus = 'queued' | 'running' | 'waiting' | (typeof ENDED_STEPS)[number]
const ENDED_RUNS = ['succeeded', 'failed', 'cancelled'] as const
/** `pending`: another run of its concurrency group is under way. */
export type RunStatus = 'pending' | 'running' | 'paused' | 'cancelling' | 'compensating' | (typeof ENDED_RUNS)[number]

/** One step of one run; items of a forEach and compensations have rows of their own. */
export interface StepState {
  /** 'deploy', 'deploy[2]' for an item, 'deploy:undo' for what takes it back. */
  readonly key: string
  readonly id: string
  readonly status: StepStatus
  readonly attempt: number
  /** Result; of a forEach under way the list it goes through. */
  readonly output: Json
  readonly error: string | null
  /** In which order the steps of the run ended; null before. */
  readonly order: number | null
}
export interface RunState {
  readonly status: RunStatus
  /** How it ends when compensations are through. */
  readonly outcome: 'failed' | 'cancelled' | null
  readonly reason: string | null
  readonly inputs: Json
  readonly event: Json
  readonly about: { readonly reference: string; readonly workflow: string; readonly by: string }
  readonly steps: ReadonlyMap<string, StepState>
  /** Attempts started so far. */
  readonly started: number
}
/** What is to happen next. All of it follows from the definition and the state alone. */
export type Decision =
  /** Begins an attempt of a step. */
  | { readonly kind: 'start'; readonly key: string; readonly id: string; readonly attempt: number }
  /** Begins a forEach: its row is the parent of its items. */
  | { readonly kind: 'open'; readonly key: string; readonly id: string; readonly items: readonly Json[] }
  | {
      readonly kind: 'end'
      readonly key: string
      readonly id: string
      readonly status: (typeof ENDED_STEPS)[number]
      readonly output: Json
      readonly error: string | null
    }
  | {
      readonly kind: 'run'
      readonly status: RunStatus
      readonly outcome: RunState['outcome']
      readonly reason: string | null
    }

export const hasEnded = (step: StepState | undefined): boolean =>
  step !== undefined && (ENDED_STEPS as readonly string[]).includes(step.status)
export const isOver = (status: RunStatus): boolean => (ENDED_RUNS as readonly string[]).includes(status)
export const itemKey = (id: string, index: number): string => `${id}[${index}]`
export const undoKey = (id: string): string => `${id}:undo`
/** What a key stands for. */
export function readKey(key: string): { readonly id: string; readonly index: number | null; readonly isUndo: boolean } {
  const match = /^([a-z][a-z0-9_]*)(?:\[(\d+)\])?(:undo)?$/.exec(key)
  return {
    id: match?.[1] ?? key,
    index: match?.[2] === undefined ? null : Number(match[2]),
    isUndo: match?.[3] !== undefined,
  }
}
