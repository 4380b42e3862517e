import type { Rule, Unit } from '../facts.ts'
import { isPain, withoutBenefit } from './benefit.ts'
import { indicative, isBehaviour, splitCondition } from './clauses.ts'
import { withoutPreamble } from './wish-patterns.ts'

/** Sentences that say how something behaves, and are not the request itself. */
export function readRule(unit: Unit): Rule | null {
  if (isPain(unit)) return null
  const text = withoutBenefit(withoutPreamble(unit.plain))
  const otherwise = /^(.{3,200}?)[,;]?\s+(?:otherwise|or else|if not,?)\s+(.{3,})$/i.exec(text)
  if (otherwise?.[1] !== undefined && otherwise[2] !== undefined) {
    const denied = denial(otherwise[1])
    if (denied !== null)
      return { unit, outcome: otherwise[2], condition: { word: 'when', clause: denied }, negative: false }
  }
  const { main, condition } = splitCondition(text)
  const except =
    condition === null
      ? /^(.{3,200}?),?\s+(?:except|apart from|other than)\s+(?:for\s+|when\s+|if\s+)?(.{2,})$/i.exec(main)
      : null
  if (except?.[1] !== undefined && except[2] !== undefined)
    return { unit, outcome: except[1], condition: { word: 'except', clause: except[2] }, negative: false }
  if (main === '') return null
  if (condition === null && /^(?:return|respond|reject|redirect)\b/i.test(main))
    return { unit, outcome: main, condition, negative: false }
  const told = indicative(main)
  if (
    condition === null &&
    told.subject === null &&
    !/^(?:never|don't|do not|always)\b/i.test(main) &&
    !isBehaviour(main)
  )
    return null
  return { unit, outcome: main, condition, negative: told.negative }
}

/** "The manager should approve within 3 days" → "the manager does not approve within 3 days". */
function denial(main: string): string | null {
  const modal = /^(.{2,80}?)\s+(?:should|must|has to|needs to|will|shall)\s+(?!not\b)(.{2,})$/i.exec(main)
  if (modal?.[1] === undefined || modal[2] === undefined) return null
  return /^be\s/i.test(modal[2]) ? `${modal[1]} is not ${modal[2].slice(3)}` : `${modal[1]} does not ${modal[2]}`
}
