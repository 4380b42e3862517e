import { AstBuilder, GherkinClassicTokenMatcher, Parser } from '@cucumber/gherkin'
import { IdGenerator } from '@cucumber/messages'
import type { Draft } from './draft.ts'

export interface Keywords {
  readonly feature: string
  readonly scenario: string
  /** Given, when, then, and. */
  readonly steps: readonly [string, string, string, string]
  /** The story sentence: role, goal and, when there is one, benefit. */
  readonly story: (role: string, goal: string) => string
  readonly benefit: (benefit: string) => string
}

const ENGLISH: Keywords = {
  feature: 'Feature',
  scenario: 'Scenario',
  steps: ['Given', 'When', 'Then', 'And'],
  story: (role, goal) => `As ${withArticle(role)}, I want to ${goal.replace(/^to\s+/i, '')}`,
  benefit: (benefit) => `so that ${benefit.replace(/^so that\s+/i, '')}`,
}

const KEYWORDS: Readonly<Record<string, Keywords>> = {
  en: ENGLISH,
  de: {
    feature: 'Funktionalität',
    scenario: 'Szenario',
    steps: ['Angenommen', 'Wenn', 'Dann', 'Und'],
    story: (role, goal) => `Als ${role} möchte ich ${goal}`,
    benefit: (benefit) => `damit ${benefit.replace(/^damit\s+/i, '')}`,
  },
  fr: {
    feature: 'Fonctionnalité',
    scenario: 'Scénario',
    steps: ['Soit', 'Quand', 'Alors', 'Et'],
    story: (role, goal) => `En tant que ${role}, je veux ${goal}`,
    benefit: (benefit) => `afin que ${benefit.replace(/^afin (?:que|de)\s+/i, '')}`,
  },
  es: {
    feature: 'Característica',
    scenario: 'Escenario',
    steps: ['Dado', 'Cuando', 'Entonces', 'Y'],
    story: (role, goal) => `Como ${role}, quiero ${goal}`,
    benefit: (benefit) => `para que ${benefit.replace(/^para que\s+/i, '')}`,
  },
  nl: {
    feature: 'Functionaliteit',
    scenario: 'Scenario',
    steps: ['Gegeven', 'Wanneer', 'Dan', 'En'],
    story: (role, goal) => `Als ${role} wil ik ${goal}`,
    benefit: (benefit) => `zodat ${benefit.replace(/^zodat\s+/i, '')}`,
  },
  it: {
    feature: 'Funzionalità',
    scenario: 'Scenario',
    steps: ['Dato', 'Quando', 'Allora', 'E'],
    story: (role, goal) => `Come ${role}, voglio ${goal}`,
    benefit: (benefit) => `affinché ${benefit.replace(/^affinché\s+/i, '')}`,
  },
  pt: {
    feature: 'Funcionalidade',
    scenario: 'Cenário',
    steps: ['Dado', 'Quando', 'Então', 'E'],
    story: (role, goal) => `Como ${role}, quero ${goal}`,
    benefit: (benefit) => `para que ${benefit.replace(/^para que\s+/i, '')}`,
  },
}

/** Keywords of a language; English where the parser's language has none here. */
export const keywordsOf = (language: string): Keywords => KEYWORDS[language] ?? ENGLISH

/** The draft as one feature file. A language without keywords here keeps its text under English keywords. */
export function toGherkin(draft: Draft): string {
  const own = KEYWORDS[draft.language]
  const words = own ?? ENGLISH
  const header = own === undefined || draft.language === 'en' ? [] : [`# language: ${draft.language}`]
  const [given, when, then, and] = words.steps
  const story = [`  ${words.story(oneLine(draft.role), oneLine(draft.goal))}`]
  const benefit = draft.benefit === null ? '' : oneLine(draft.benefit)
  if (benefit !== '') story.push(`  ${words.benefit(benefit)}`)
  const scenarios = draft.criteria.map((criterion) => {
    const origin =
      criterion.source === null ? 'assumption' : `${criterion.source.span}: "${oneLine(criterion.source.quote)}"`
    return [
      '',
      `  # ${origin}`,
      criterion.source === null ? `  @${criterion.kind} @assumption` : `  @${criterion.kind}`,
      `  ${words.scenario}: ${oneLine(criterion.title)}`,
      ...steps(given, and, criterion.given),
      ...steps(when, and, [criterion.when]),
      ...steps(then, and, criterion.then),
    ].join('\n')
  })
  return `${[...header, `${words.feature}: ${oneLine(draft.title)}`, ...story, ...scenarios].join('\n')}\n`
}

/** Checks a feature with the official parser; the message names line and column of the first mistakes. */
export function parseGherkin(text: string): { ok: true } | { ok: false; message: string } {
  try {
    const parser = new Parser(new AstBuilder(IdGenerator.incrementing()), new GherkinClassicTokenMatcher())
    const document = parser.parse(text)
    const scenarios = document.feature?.children.filter((child) => child.scenario !== undefined) ?? []
    return scenarios.length > 0 ? { ok: true } : { ok: false, message: 'The feature has no scenario.' }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

function steps(first: string, next: string, texts: readonly string[]): string[] {
  return texts.map((text, index) => `    ${index === 0 ? first : next} ${oneLine(text)}`)
}

/**
 * Everything that could start a new Gherkin element (keyword, tag, comment, table, doc string) counts only at the start of a line,
 * so a text that stays on its keyword's line cannot break out.
 */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}

function withArticle(role: string): string {
  if (/^(?:an?|the|our|my|any|every|each|some|one)\s/i.test(role)) return role
  return `${/^(?:[aeio]|u(?!ni|se|ser|k\b))/i.test(role) ? 'an' : 'a'} ${role}`
}
