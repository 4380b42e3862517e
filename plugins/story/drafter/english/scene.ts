import { facetsOf } from '../facets.ts'
import type { Facet, Reading, Request, Seed } from '../facts.ts'
import { fromOutside, thirdPhrase } from './clauses.ts'
import { withArticle } from './grammar.ts'

/** What a playbook may use to write about one request. */
export interface Scene {
  readonly request: Request
  /** "the customer" */
  readonly the: string
  readonly role: string
  /** "exports their invoices as CSV" */
  readonly does: string
  /** "export their invoices as CSV" */
  readonly act: string
  readonly one: string
  readonly many: string
  /** "an invoice" */
  readonly an: string
  readonly facets: ReadonlySet<Facet>
  readonly format: string | null
  readonly system: string | null
  /** The author says "my" or "own": other people's things exist too. */
  readonly own: boolean
  /** How much data a speed has to hold for, when the text says so. */
  readonly load: string | null
  readonly has: (pattern: RegExp) => boolean
}

export interface Play {
  readonly happy: (scene: Scene) => Seed
  readonly more: (scene: Scene) => readonly Seed[]
}

/** Someone the text names as deciding: "the employee's manager should approve". */
const DECIDES =
  /(?:^|[.,;]\s+)(?!nobody|no one|only)((?:the |an? )?[\p{L}' -]{2,40}?) (?:should|must|has to|will|needs to|can) approve\b/iu

/** "cancel appointments" is done to one appointment at a time. */
function oneAtATime(act: string, request: Request): string {
  const { name, one, many } = request.thing
  if (
    name === '' ||
    one === many ||
    name !== many ||
    !/^(?:cancel|approve|delete|edit|schedule|refund)$/.test(request.topic)
  )
    return act
  return act.toLowerCase().startsWith(`${request.verb} ${name}`)
    ? `${act.slice(0, request.verb.length)} ${withArticle(one)}${act.slice(request.verb.length + 1 + name.length)}`
    : act
}

export function sceneOf(request: Request, reading: Reading): Scene {
  const role = request.role !== null && request.role !== 'user' ? request.role : reading.actor.role
  const delegated = request.topic === 'approve' && /^have .+ approved$/i.test(request.phrase)
  const decider =
    request.topic === 'approve' && (delegated || request.role === null)
      ? DECIDES.exec(reading.text)?.[1]?.trim().toLowerCase()
      : undefined
  const the =
    decider === undefined
      ? `the ${role}`
      : /^(?:the|an?)\s/.test(decider)
        ? decider.replace(/^an?\s/, 'the ')
        : `the ${decider}`
  const { one, many } = request.thing.name === '' ? { one: 'entry', many: 'entries' } : request.thing
  const act = delegated ? `approve the ${one}` : oneAtATime(fromOutside(request.phrase, the), request)
  return {
    request,
    the,
    role,
    act,
    does: thirdPhrase(
      request.topic === 'display'
        ? act.replace(/^(?:see|view) (?:an? )?/i, (verb) => (/ an? $/i.test(verb) ? 'open the ' : 'open '))
        : act,
    ),
    one,
    many,
    an: withArticle(one),
    facets: facetsOf(`${request.phrase} ${request.thing.name}`),
    format: reading.formats[0] ?? null,
    system: reading.systems[0] ?? null,
    own: /\b(?:my|own|mine|their|your|they own)\b/i.test(request.phrase),
    load: loadOf(reading),
    has: (pattern) => pattern.test(reading.text),
  }
}

function loadOf(reading: Reading): string | null {
  const large = reading.measures.find(
    (measure) =>
      measure.dimension === 'count' && measure.quality === null && measure.bound === 'min' && measure.value >= 100,
  )
  return large === undefined ? null : `an account with ${large.strict ? 'more than' : 'at least'} ${large.text}`
}

export function seed(
  kind: Seed['kind'],
  weight: number,
  title: string,
  given: readonly string[],
  when: string,
  then: readonly string[],
  about?: RegExp,
): Seed {
  return { kind, weight, title, given, when, then, about }
}
