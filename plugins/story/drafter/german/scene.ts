import { facetsOf } from '../facets.ts'
import type { Facet, Reading, Request, Seed } from '../facts.ts'
import { finitePhrase, fromOutside } from './clauses.ts'
import { genderOfRole, type Noun, nounOf, pronoun, theRole, withArticle } from './grammar.ts'

/** What a playbook may use to write about one request. Nouns come declined: nominative unless named otherwise. */
export interface Scene {
  readonly request: Request
  readonly role: string
  /** "die Kundin" */
  readonly the: string
  readonly er: string
  /** "ihre Rechnungen als CSV exportiert", as after "wenn die Kundin" */
  readonly does: string
  /** "ihre Rechnungen als CSV exportieren" */
  readonly act: string
  /** `does` without its time limit, for scenarios on either side of it. */
  readonly short: string
  readonly noun: Noun
  readonly many: string
  readonly der: string
  readonly den: string
  readonly ein: string
  readonly einen: string
  readonly kein: string
  readonly jeder: string
  /** The thing as a pronoun. */
  readonly es: string
  readonly facets: ReadonlySet<Facet>
  readonly format: string | null
  readonly system: string | null
  readonly own: boolean
  readonly has: (pattern: RegExp) => boolean
}

export interface Play {
  readonly happy: (scene: Scene) => Seed
  readonly more: (scene: Scene) => readonly Seed[]
}

export function sceneOf(request: Request, reading: Reading): Scene {
  const role = request.role !== null && request.role !== 'Nutzer' ? request.role : reading.actor.role
  const noun = nounOf(request.thing.one === '' ? 'Eintrag' : request.thing.one)
  const said = fromOutside(request.phrase, role)
  // "Kunden … ihre Adresse" is said of many; the scenario speaks of one.
  const act =
    request.role !== null && genderOfRole(role) !== 'f'
      ? said.replace(/(?<!\p{L})ihre(?=[rnms]?(?!\p{L}))/gu, 'seine')
      : said
  return {
    request,
    role,
    the: theRole(role),
    er: pronoun(genderOfRole(role)),
    act,
    does: finitePhrase(act),
    short: finitePhrase(act)
      .replace(
        /\s*(?:bis (?:zu )?|innerhalb von |binnen |spätestens )\d+\s\p{L}+(?:\s+vor(?:her| \p{L}+(?: \p{L}+)?))?/u,
        '',
      )
      .trim(),
    noun,
    many: noun.many,
    der: withArticle('der', noun),
    den: withArticle('der', noun, 'acc'),
    ein: withArticle('ein', noun),
    einen: withArticle('ein', noun, 'acc'),
    kein: withArticle('kein', noun),
    jeder: withArticle('jeder', noun),
    es: pronoun(noun.gender),
    facets: facetsOf(`${request.phrase} ${request.thing.name}`),
    format: reading.formats[0] ?? null,
    system: reading.systems[0] ?? null,
    own: /(?<!\p{L})(?:mein|eigen|unser)/iu.test(request.phrase),
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
  about?: RegExp,
): Seed {
  return { kind, weight, title, given, when, then, about }
}
