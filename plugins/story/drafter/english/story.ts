import type { Reading, Topic } from '../facts.ts'
import { shorten } from '../shorten.ts'
import { bugGoal, bugTitle } from './bug.ts'
import { indicative } from './clauses.ts'
import { capital, gerund, plural, uncapital } from './grammar.ts'

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
  const the = `the ${reading.actor.role}`
  if (bug !== null) return { title: bugTitle(bug, the), goal: shorten(bugGoal(bug, the), 380), benefit }
  if (main === undefined) {
    const first = reading.units[0]?.plain
    if (first === undefined) return { title: 'Unclear request', goal: 'have this request clarified', benefit }
    const label = /^([\p{L}\d][\p{L}\d &/-]{3,50}):\s+(.{8,})$/iu.exec(first)
    if (label?.[1] !== undefined && label[2] !== undefined)
      return {
        title: capital(label[1]),
        goal: shorten(`rely on ${uncapital(label[1])} as described: ${label[2]}`, 380),
        benefit,
      }
    const told = indicative(first)
    const reliable =
      /^(.{2,120}?)\s+(?:should|must|shall|has to|have to|needs? to|will)\s+(not\s+)?([a-z]+)(.*)$/i.exec(first)
    const relied =
      reliable === null
        ? null
        : `rely on ${uncapital(reliable[1] ?? '')} ${reliable[2] ?? ''}${gerund((reliable[3] ?? '').toLowerCase())}${reliable[4] ?? ''}`
    return {
      title: capital(headline(told.text)),
      goal: shorten(relied ?? `get what the text describes: "${first.replaceAll('"', "'")}"`, 380),
      benefit,
    }
  }
  const personal = /\b(?:I|we|my|our|me|us)\b/i.test(main.unit.plain)
  const goal = personal ? main.phrase : main.phrase.replace(/\btheir\b/gi, 'my').replace(/\bthemselves\b/gi, 'myself')
  const condition =
    main.condition === null
      ? ''
      : ` ${{ if: 'if', when: 'when', unless: 'unless', only: 'only if', after: 'after', before: 'before', until: 'until', except: 'except' }[main.condition.word]} ${uncapital(main.condition.clause)}`
  const said = main.automatic
    ? `have the system ${goal.replace(new RegExp(`\\b(?:the|their|our) ${reading.actor.role}s?\\b`, 'i'), 'me')}`
    : goal
  return { title: capital(shorten(titleOf(main.phrase), 90)), goal: shorten(`${said}${condition}`, 380), benefit }
}

/** A sentence cut where it starts to explain itself. */
function headline(text: string): string {
  if (text.length <= 75) return text
  const at = text.slice(25).search(/,|\s(?:with|for|while|because|so that|when|if|and)\s/i)
  return shorten(at < 0 || at > 55 ? text : text.slice(0, at + 25), 80)
}

function titleOf(phrase: string): string {
  const faster = /^have the (.+) respond faster$/i.exec(phrase)?.[1]
  if (faster !== undefined) return `Faster ${faster}`
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
