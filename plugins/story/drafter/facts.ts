import type { Criterion, Span } from '../draft.ts'

/** What a request is about; each topic fails in its own way, so each has its own scenarios. */
const TOPICS = [
  'search',
  'filter',
  'upload',
  'import',
  'export',
  'pay',
  'refund',
  'login',
  'password',
  'register',
  'notify',
  'delete',
  'suspend',
  'rate',
  'cancel',
  'edit',
  'create',
  'schedule',
  'sync',
  'display',
  'approve',
  'configure',
  'migrate',
  'performance',
  'share',
  'restrict',
  'validate',
  'calculate',
  'limit',
  'audit',
  'translate',
  'access',
  'automate',
  'comment',
  'subscribe',
  'control',
  'wording',
  'improve',
  'other',
] as const
export type Topic = (typeof TOPICS)[number]

/** What kind of thing is handled; it decides which of a topic's scenarios matter. */
export type Facet = 'money' | 'person' | 'file' | 'time' | 'message' | 'stock' | 'code' | 'task' | 'account'

/** A span with what its place in the text says about it. */
export interface Unit {
  readonly span: Span
  /** The span without markup, mentions and closing punctuation, in one line with straight quotes. */
  readonly plain: string
  readonly item: boolean
  /** The sentence ending in a colon that a list item belongs to. */
  readonly lead: Unit | null
  /** From a quoted mail below the answer: read, but weighs less. */
  readonly quoted: boolean
}

export interface Thing {
  /** As written, without article: "open invoices". Empty when the text names none. */
  readonly name: string
  readonly one: string
  readonly many: string
}

/** One thing somebody wants to be able to do. */
export interface Request {
  readonly unit: Unit
  /** Base verb phrase in the author's words, without reason and condition. */
  readonly phrase: string
  readonly verb: string
  readonly topic: Topic
  readonly thing: Thing
  readonly condition: Condition | null
  /** Who acts, when the sentence itself says so. */
  readonly role: string | null
  /** The system acts by itself, nobody presses a button. */
  readonly automatic: boolean
  readonly weight: number
}

export interface Condition {
  readonly word: 'if' | 'when' | 'unless' | 'only' | 'after' | 'before' | 'until' | 'except'
  readonly clause: string
}

/** A statement about how something behaves, with or without a condition. */
export interface Rule {
  readonly unit: Unit
  readonly outcome: string
  readonly condition: Condition | null
  readonly negative: boolean
}

export interface Permission {
  readonly unit: Unit
  /** Who may; null when the text only says who may not. */
  readonly allowed: string | null
  readonly denied: string | null
  /** Base verb phrase of what is allowed or denied, when the sentence says it. */
  readonly action: string | null
}

export type Dimension = 'size' | 'time' | 'count' | 'percent' | 'money' | 'length'
export interface Measure {
  readonly unit: Unit
  readonly value: number
  /** As written: "10 MB". */
  readonly text: string
  /** The unit as written: "MB", "rows", "minutes". */
  readonly word: string
  readonly dimension: Dimension
  readonly bound: 'max' | 'min' | 'every' | 'after' | 'for' | 'none'
  /** "under 10", "more than 10": the number itself is outside. */
  readonly strict: boolean
  /** Latency, throughput, availability: measured over many runs, not refused at a limit. */
  readonly quality: 'latency' | 'throughput' | 'availability' | 'load' | null
}

export interface Bug {
  readonly unit: Unit
  readonly steps: readonly { readonly unit: Unit; readonly text: string }[]
  readonly trigger: string | null
  /** The thing the report is about, when it has a name. */
  readonly about: string | null
  readonly expected: { readonly unit: Unit; readonly text: string } | null
  readonly actual: { readonly unit: Unit; readonly text: string } | null
}

export interface Actor {
  readonly role: string
  readonly explicit: boolean
}

/** Everything the drafter knows about a text. Writers add nothing that is not here or marked as an assumption. */
export interface Reading {
  readonly text: string
  readonly units: readonly Unit[]
  /** Language the source is in, and the one the draft is written in. */
  readonly source: string
  readonly language: 'en' | 'de'
  readonly actor: Actor
  readonly requests: readonly Request[]
  readonly rules: readonly Rule[]
  readonly permissions: readonly Permission[]
  readonly measures: readonly Measure[]
  readonly items: readonly Unit[]
  readonly bug: Bug | null
  readonly benefit: { readonly text: string; readonly unit: Unit } | null
  readonly formats: readonly string[]
  readonly systems: readonly string[]
  readonly devices: readonly string[]
  readonly ambiguous: readonly string[]
}

/** A scenario before it is chosen. `unit` is what it rests on; without one it is an assumption. */
export interface Seed {
  readonly kind: Criterion['kind']
  readonly title: string
  readonly given: readonly string[]
  readonly when: string
  readonly then: readonly string[]
  readonly unit?: Unit | undefined
  /** When a passage of the text matches, the scenario rests on it and is no assumption. */
  readonly about?: RegExp | undefined
  /** Higher is chosen first; scenarios from the text itself start at 50. */
  readonly weight: number
}
