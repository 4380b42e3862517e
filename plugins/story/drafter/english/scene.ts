import type { Actor, Facet, Reading, Request, Seed } from '../facts.ts'
import { fromOutside, thirdPhrase } from './clauses.ts'
import { withArticle } from './grammar.ts'
import { facetsOf } from './lexicon.ts'

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
  readonly has: (pattern: RegExp) => boolean
}

export interface Play {
  readonly happy: (scene: Scene) => Seed
  readonly more: (scene: Scene) => readonly Seed[]
}

export function sceneOf(request: Request, reading: Reading, actor: Actor): Scene {
  const the = `the ${actor.role}`
  const act = fromOutside(request.phrase, the).replace(/(?<=\S\s.*)\bthe ([\p{L} -]+)'s\b/gu, 'their')
  const { one, many } = request.thing.name === '' ? { one: 'entry', many: 'entries' } : request.thing
  const local = `${request.phrase} ${request.thing.name}`
  return {
    request,
    the,
    role: actor.role,
    act,
    does: thirdPhrase(act),
    one,
    many,
    an: withArticle(one),
    facets: facetsOf(local),
    format: reading.formats[0] ?? null,
    system: reading.systems[0] ?? null,
    own: /\b(?:my|own|mine|their|your)\b/i.test(request.phrase),
    has: (pattern) => pattern.test(reading.text),
  }
}

export function seed(
  kind: Seed['kind'],
  weight: number,
  title: string,
  given: readonly string[],
  when: string,
  then: readonly string[],
): Seed {
  return { kind, weight, title, given, when, then }
}
