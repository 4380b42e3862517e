import type { Reading, Topic } from '../facts.ts'
import { bugTitle, expectation } from './bug.ts'
import { capital, plural, uncapital } from './grammar.ts'
import { shorten } from './write.ts'

/** Who usually asks for such a thing, when the text names nobody. */
export function assumedRole(topic: Topic | undefined, text: string): string {
  if (topic === 'pay' || /\b(?:cart|checkout|shop)\b/i.test(text)) return 'customer'
  if (topic === 'migrate' || topic === 'audit' || topic === 'restrict') return 'administrator'
  if (topic === 'limit' || /\b(?:deploy\w*|pipeline|build|pull request|repo)\b/i.test(text)) return 'developer'
  if (topic === 'login' || topic === 'password') return 'account holder'
  if (topic === 'register') return 'visitor'
  return 'user'
}

export interface Story {
  readonly title: string
  readonly goal: string
  readonly benefit: string | null
}

export function writeStory(reading: Reading): Story {
  const { bug } = reading
  const main = reading.requests[0]
  const benefit =
    reading.benefit === null
      ? null
      : shorten(
          reading.benefit.text
            .replace(
              /^(?:that )?(?:they|he|she|users|the users|customers|people)\s(?=(?:can|could|don't|do|have|need|know|get|see|find|save|feel|will)\b)/i,
              'I ',
            )
            .replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase()),
          380,
        )
  if (bug !== null) {
    const goal =
      bug.trigger !== null && /^[\p{L}]+ing\b/iu.test(bug.trigger)
        ? `have ${bug.trigger} work without this error`
        : `rely on this: ${expectation(bug, 'the system')}`
    return {
      title: bugTitle(bug),
      goal: shorten(
        bug.expected === null && bug.trigger === null
          ? `no longer run into this error: ${uncapital(bug.actual?.text ?? bug.unit.plain)}`
          : goal,
        380,
      ),
      benefit,
    }
  }
  if (main === undefined) {
    const first = reading.units[0]?.plain
    if (first === undefined)
      return { title: 'Request without readable words', goal: 'have this request clarified', benefit }
    const rule = reading.rules[0]
    return {
      title: capital(shorten(first, 90)),
      goal:
        rule === undefined
          ? `get what is described as "${shorten(first, 200)}"`
          : `rely on this rule: ${uncapital(shorten(rule.unit.plain, 200))}`,
      benefit,
    }
  }
  const personal = /\b(?:I|we|my|our|me|us)\b/i.test(main.unit.plain)
  const goal = personal ? main.phrase : main.phrase.replace(/\btheir\b/gi, 'my').replace(/\bthemselves\b/gi, 'myself')
  const condition =
    main.condition === null
      ? ''
      : ` ${{ if: /\b(?:when|whenever|once|as soon as|every time)\b/i.test(main.unit.plain) ? 'when' : 'if', unless: 'unless', only: 'only if', after: 'after', before: 'before', until: 'until', except: 'except' }[main.condition.word]} ${uncapital(main.condition.clause)}`
  const said = main.automatic ? `have the system ${goal}` : goal
  return { title: capital(shorten(titleOf(main.phrase), 90)), goal: shorten(`${said}${condition}`, 380), benefit }
}

function titleOf(phrase: string): string {
  return phrase
    .replace(/\b(?:my|our|their|your)\s+/gi, '')
    .replace(/^be able to\s+/i, '')
    .replace(/\s+/g, ' ')
    .replace(/^(?:see|get|have|use)\s+(?:a|an|the)\s+/i, '')
}

export function writeAssumptions(reading: Reading, assumed: number): string[] {
  const made: string[] = []
  const { role } = reading.actor
  if (!reading.actor.explicit) made.push(`The text names nobody who acts; "${role}" is assumed.`)
  if (reading.source !== reading.language)
    made.push(
      `The text is in another language (${languageName(reading.source)}); quotes are kept as they are, the rest is written in English.`,
    )
  if (assumed > 0)
    made.push(
      `${assumed === 1 ? 'One criterion has' : `${assumed} criteria have`} no passage in the text behind ${assumed === 1 ? 'it' : 'them'} and ${assumed === 1 ? 'is' : 'are'} marked as assumed.`,
    )
  if (reading.measures.some((measure) => measure.quality === 'latency'))
    made.push('A response time is taken to hold for 95 of 100 requests; the text gives no share.')
  if (reading.bug !== null && reading.bug.expected === null)
    made.push('The expected result is inferred from what went wrong.')
  if (reading.units.some((unit) => unit.quoted))
    made.push('Quoted earlier mails are read as background; where they differ, the newest text counts.')
  const main = reading.requests[0]
  if (
    main !== undefined &&
    main.thing.name !== '' &&
    reading.bug === null &&
    reading.permissions.length === 0 &&
    /^(?:display|export|edit|search|filter)$/.test(main.topic)
  )
    made.push(`Existing access rules for ${plural(main.thing.one)} stay as they are.`)
  return made.slice(0, 8)
}

function languageName(tag: string): string {
  return new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag
}
