import type { Actor, Unit } from '../facts.ts'
import { splitCondition } from './clauses.ts'
import { singular } from './grammar.ts'
import { isVerb, roleOf } from './lexicon.ts'

const FUNCTION_WORDS = new Set(
  (
    'a an the of to in on for and or but with without by from as at if when unless so that this these those all any each every some many no not only our my your their his her its we i you ' +
    'they it he she let lets allow allows enable enables give gives help helps make makes is are was were be been being can could should must may might will would want wants need needs than then ' +
    'because since there here other more most please also both either until before after while which who whom whose what where how why do does did has have had via per into onto about between using ' +
    'like just new same different existing own'
  ).split(' '),
)

/** The first (or last) role noun phrase of a text: "our registered users" → "registered user". */
export function roleIn(text: string, lastOnly = false): string | null {
  const words = text.split(/\s+/)
  for (let index = 0; index < words.length; index += 1) {
    const at = lastOnly ? words.length - 1 - index : index
    const role = roleAt(words, at)
    if (role !== null) return role
  }
  return null
}

function roleAt(words: readonly string[], at: number): string | null {
  const raw = words[at] ?? ''
  if (/'s?$/.test(raw)) return null
  const word = raw.replace(/[^\p{L}'-]/gu, '')
  const role = roleOf(word, singular(word))
  if (role === null) return null
  const modifiers: string[] = []
  for (let back = at - 1; back >= Math.max(0, at - 2); back -= 1) {
    const modifier = words[back] ?? ''
    const lower = modifier.toLowerCase()
    const verb = isVerb(lower) || isVerb(singular(lower))
    if (
      !/^\p{L}[\p{L}-]*$/u.test(modifier) ||
      FUNCTION_WORDS.has(lower) ||
      (verb && !/^(?:support|sales|project|order|group|account|call|test)$/.test(lower))
    )
      break
    modifiers.unshift(back === 0 && /^\p{Lu}\p{Ll}+$/u.test(modifier) ? lower : modifier)
  }
  const head = /^\p{Lu}{2,}$/u.test(role) ? role : role.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())
  return [...modifiers, head].join(' ').replace(/^support support agent$/, 'support agent')
}

const AS_A =
  /^(?:(?:and|so|but|feature|request|story|user story)[:,]?\s+)?(?:as|being|i'm|i am) (?:an?|the|our) ([\p{L}][^,;:.!?]{1,60}?)(?:,|;|:|\s+(?=(?:i|we|you)\b)|$)/iu
const SUBJECT =
  /^(?:the\s+|our\s+|all\s+|any\s+|only\s+|some\s+|most\s+)*(.{2,50}?)\s+(?:should|must|shall|can|can't|cannot|could|need|needs|want|wants|would like|have to|has to|will|are able|is able|may|keep|keeps|often|complain|complains|ask|asks|report|reports|struggle|currently|do not|don't|who|waste|wastes|spend|spends|lose|loses|forget|forgets|use|uses|work|works|get|gets|have|has)\b/i
const RECEIVER =
  /\b(?:let|lets|allow|allows|allowing|enable|enables|help|helps|give|gives|notify|inform|remind|alert|for|ability for)\s+((?:[\p{L}-]+\s){0,3}[\p{L}-]+)/iu

/** Who acts: named outright, or the subject of a sentence; otherwise the fallback, marked as assumed. */
export function readActor(units: readonly Unit[], main: string | null, fallback: string): Actor {
  const texts = units.filter((unit) => !unit.quoted || units.every((other) => other.quoted)).map((unit) => unit.plain)
  for (const text of texts) {
    const named = AS_A.exec(text)?.[1]
    if (
      named !== undefined &&
      !/\b(?:result|rule|workaround|test|start|step|follow-?up|reminder|consequence|csv|pdf|list|line)\b/i.test(named)
    )
      return { role: cleanRole(named), explicit: true }
  }
  if (main !== null) return { role: main, explicit: true }
  for (const text of texts) {
    const subject = SUBJECT.exec(splitCondition(text).main)?.[1]
    const role = subject === undefined ? null : roleIn(subject, true)
    if (role !== null) return { role, explicit: true }
    const given = RECEIVER.exec(text)?.[1]
    const receiver = given === undefined ? null : roleIn(given)
    if (receiver !== null && !/\bfor (?:\w+ ){0,2}\w+ (?:list|data|record|profile|account|page|table)s?\b/i.test(text))
      return { role: receiver, explicit: true }
  }
  return { role: fallback, explicit: false }
}

function cleanRole(role: string): string {
  const trimmed = role
    .replace(/\s+(?:who|that|with|in|at|of|on)\s.*$/i, (tail) => (tail.length > 30 ? '' : tail))
    .trim()
    .slice(0, 80)
  return /^\p{Lu}{2,}/u.test(trimmed) ? trimmed : trimmed.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())
}
