import { defineService } from './define.ts'
import type { Out, Schema } from './schema.ts'

/** One question to a language model with a fixed answer structure. No tools, no memory. */
export interface ModelRequest<S extends Schema = Schema> {
  /** Stable across requests of the same purpose, so that the provider can cache it. */
  readonly system: string
  /** Outside text belongs here, inside marked spans. */
  readonly user: string
  /** A Zod schema; sent as JSON Schema and checked on the way back. */
  readonly schema: S
  readonly maxOutputTokens: number
  /** `main` is HUB_MODEL; `small` is the cheaper one used when the budget or the main model gives out. */
  readonly tier: 'main' | 'small'
  readonly signal: AbortSignal
  /** Called with the number of characters received so far, at the provider's pace. */
  readonly onProgress?: (characters: number) => void
}
export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedInputTokens: number
}
/**
 * What came back. A refusal, a cut answer and an answer outside the schema are results, not errors: the caller decides.
 * Overload, limits and lost connections throw `HubError` with UNAVAILABLE or RATE_LIMITED; a wrong key or model throws CONFIG_INVALID.
 */
export type ModelAnswer<T> = { readonly model: string; readonly usage: ModelUsage } & (
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'truncated'; readonly text: string }
  | { readonly kind: 'invalid'; readonly text: string; readonly problems: readonly string[] }
)
/** Language model port; provided by an adapter (Claude, or any OpenAI-compatible server). */
export interface Model {
  /** Model name of a tier, as shown under a story. */
  nameOf(tier: 'main' | 'small'): string
  generate<S extends Schema>(request: ModelRequest<S>): Promise<ModelAnswer<Out<S>>>
}
export const model = defineService<Model>('model')

/** Tokens a workspace may spend on models each UTC day. */
export interface Budget {
  /** From memory, for the acknowledgement; may lag other processes by some seconds. */
  peek(workspace: string): { readonly usedTokens: number; readonly limitTokens: number }
  /** From the database: is there room for this many more tokens today? */
  room(workspace: string, tokens: number): Promise<boolean>
  charge(workspace: string, model: string, usage: ModelUsage): Promise<void>
}
export const budget = defineService<Budget>('budget')
