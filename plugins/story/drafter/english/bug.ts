import type { Bug, Seed, Unit } from '../facts.ts'
import { conditionClause, fromOutside, indicative, outcomeClause, splitCondition, thirdPhrase } from './clauses.ts'
import { capital, uncapital } from './grammar.ts'
import { leadingVerb } from './lexicon.ts'
import { seed } from './scene.ts'

const SIGNAL =
  /\b(?:bugs?|crash(?:es|ed|ing)?|broken|exception|stack ?trace|error (?:\d{3}|message|page)|\b50[0-4]\b|doesn't work|does not work|not working|stopped working|fails? (?:to|with|when|silently)|freezes|hangs|blank page|white screen|regression|instead of|steps to reproduce|repro|wrong (?:total|amount|date|result|value|number|order|time)|shows? (?:the )?wrong|disappears?|vanish(?:es)?|duplicated?|twice)\b/i
const STRONG =
  /\b(?:steps to reproduce|repro steps|expected(?: result| behaviou?r)?\s*:|actual(?: result| behaviou?r)?\s*:|bug\b|crash(?:es|ed|ing)?|stack ?trace|stopped working|doesn't work|does not work|not working|regression|blank page|white screen|freezes)/i
const EXPECTED =
  /^(?:expected(?: results?| behaviou?r| outcome)?|should be|what should happen|i expect(?:ed)?(?: that)?|we expect(?:ed)?(?: that)?)\s*[:-]?\s*(.+)$/i
const ACTUAL =
  /^(?:actual(?:ly)?(?: results?| behaviou?r| outcome)?|instead|observed|what happens|current(?: behaviou?r)?|result)\s*[:,-]\s*(.+)$/i
const STEPS = /\b(?:steps to reproduce|repro(?:duction)? steps|to reproduce|how to reproduce|steps|repro)\b/i

/** A report of something that goes wrong: what was done, what was expected, what happened. */
export function readBug(units: readonly Unit[]): Bug | null {
  const all = units.map((unit) => unit.plain).join('. ')
  if (!SIGNAL.test(all)) return null
  const wish = /\b(?:as an? [^.,]{2,40},? (?:i|we) want|would like to|would be (?:nice|great)|feature request)\b/i.test(
    all,
  )
  if (wish && !STRONG.test(all)) return null
  let expected: Bug['expected'] = null
  let actual: Bug['actual'] = null
  let trigger: string | null = null
  const steps: { unit: Unit; text: string }[] = []
  for (const unit of units) {
    const text = unit.plain
    const wanted = EXPECTED.exec(text)?.[1]
    const got = ACTUAL.exec(text)?.[1]
    if (wanted !== undefined) expected ??= { unit, text: wanted }
    else if (got !== undefined) actual ??= { unit, text: got }
    else if (unit.item && unit.lead !== null && STEPS.test(unit.lead.plain)) steps.push({ unit, text })
    else {
      const but = /^(.{5,200}?\b(?:should|expected|supposed)\b.{3,200}?),?\s+but\s+(.{3,})$/i.exec(text)
      const insteadOf = /^(.{5,200}?),?\s+instead of\s+(.{3,})$/i.exec(text)
      if (but?.[1] !== undefined && but[2] !== undefined) {
        expected ??= { unit, text: but[1] }
        actual ??= { unit, text: but[2] }
      } else if (insteadOf?.[1] !== undefined && insteadOf[2] !== undefined) {
        actual ??= { unit, text: splitCondition(insteadOf[1]).main || insteadOf[1] }
        expected ??= { unit, text: `instead of ${insteadOf[2]}` }
      } else if (/\bshould\b/i.test(text) && !STEPS.test(text) && !SIGNAL.test(text))
        expected ??= { unit, text: splitCondition(text).main || text }
      const parts = splitCondition(text)
      if (
        trigger === null &&
        parts.condition !== null &&
        (SIGNAL.test(parts.main) || but !== null || insteadOf !== null)
      )
        trigger = parts.condition.clause
      if (actual === null && SIGNAL.test(parts.main) && !STEPS.test(text)) actual = { unit, text: parts.main }
    }
  }
  const unit = actual?.unit ?? expected?.unit ?? units.find((candidate) => SIGNAL.test(candidate.plain))
  if (unit === undefined || (actual === null && expected === null && steps.length === 0)) return null
  if (
    !STRONG.test(all) &&
    steps.length === 0 &&
    (trigger === null || actual === null) &&
    !/\bbut\b|\binstead of\b/i.test(unit.plain)
  )
    return null
  return { unit, steps, trigger, expected, actual }
}

/** What is seen once the mistake is gone. */
export function expectation(bug: Bug, the: string): string {
  const actual = bug.actual === null ? null : outcomeClause(stripLabel(bug.actual.text), the)
  if (bug.expected !== null) {
    const wanted = stripLabel(bug.expected.text)
    if (/^instead of\b/i.test(wanted))
      return `the result is ${wanted.replace(/^instead of\s+/i, '')}, not ${actual === null ? 'something else' : shortActual(actual)}`
    const bare =
      leadingVerb(wanted) !== null ||
      /\b(?:is|are|has|have|should|must|can|does|shows?|opens?|gets?|stays?|contains?)\b/i.test(wanted)
    return bare
      ? outcomeClause(wanted, the)
      : `${wanted.replace(/^(?:a|an|the)\s/i, (lead) => lead.toLowerCase())} ${/\b(?:shown|displayed)\b/i.test(wanted) ? '' : 'is shown'}`.trim()
  }
  return 'the action ends with the result announced on the screen'
}

function shortActual(actual: string): string {
  return /^(?:it |the [\p{L} ]{2,30}?)(?:shows?|displays?|is|returns?)\s+(.+)$/iu.exec(actual)?.[1] ?? actual
}

function stripLabel(text: string): string {
  return text
    .replace(/^(?:bug|error|issue|problem)\s*[:-]\s*/i, '')
    .replace(/^(?:i|we) (?:get|see|got)\s+/i, '')
    .trim()
}

export function bugSeeds(bug: Bug, the: string, thing: string): Seed[] {
  const steps = bug.steps.map((step) => stepClause(step.text, the))
  const trigger = bug.trigger === null ? null : conditionClause(bug.trigger, the, thing)
  const when = steps.at(-1) ?? trigger ?? `${the} repeats what led to the mistake`
  const given = steps.length > 1 ? steps.slice(0, -1).slice(0, 5) : []
  const expected = expectation(bug, the)
  const actual = bug.actual === null ? null : notAnymore(stripLabel(bug.actual.text), the)
  const unit = bug.expected?.unit ?? bug.actual?.unit ?? bug.unit
  const made: Seed[] = [
    {
      ...seed('happy', 100, 'The reported steps lead to the expected result', given, when, [
        expected,
        ...(actual === null ? [] : [actual]),
      ]),
      unit,
    },
  ]
  const failing = bug.actual?.unit ?? bug.unit
  if (actual !== null)
    made.push({
      ...seed(
        'failure',
        62,
        'If it still fails, nothing entered is lost',
        given.length > 0 ? given : trigger !== null ? [trigger] : [],
        'an error occurs at this point for another reason',
        ['a message says what failed and what to do next', `what ${the} has entered is still there`],
      ),
      unit: undefined,
    })
  const special =
    /\b((?:only )?(?:on|in|with|for) (?:safari|firefox|chrome|edge|ios|android|iphone|ipad|windows|mac(?:os)?|mobile|tablets?|phones?)[\p{L}\d .]{0,20})/iu.exec(
      `${bug.unit.plain} ${bug.trigger ?? ''} ${failing.plain}`,
    )?.[1]
  if (special !== undefined)
    made.push(
      seed(
        'failure',
        60,
        'What works elsewhere keeps working',
        [`an environment other than the reported one ("${special.trim()}")`],
        when,
        [`the result is the same as ${special.trim().replace(/^only /i, '')}`],
      ),
    )
  const variation =
    /\b(umlauts?|special characters?|emoji|accents?|large|bigger|larger|empty|zero|negative|decimal|expired|deleted|second|twice|more than \d+|\d+(?:\.\d+)? ?(?:mb|kb|gb))\b/i.exec(
      `${bug.trigger ?? ''} ${bug.unit.plain} ${bug.steps.map((step) => step.text).join(' ')}`,
    )?.[1]
  made.push(
    variation === undefined
      ? seed(
          'failure',
          58,
          'The same steps a second time',
          [...given.slice(0, 3), 'the steps have just been carried out once'],
          when,
          ['the second result is the same as the first'],
        )
      : seed(
          'boundary',
          58,
          `The ordinary case without "${variation.toLowerCase()}" is unaffected`,
          [`${thing} to which "${variation.toLowerCase()}" does not apply`],
          when.replace(/^.*$/, (text) => (text.includes(variation) ? `${the} does the same with it` : text)),
          ['the result is the one known from before the correction'],
        ),
  )
  return made
}

function notAnymore(actual: string, the: string): string | null {
  const parts = splitCondition(actual)
  const text = uncapital((parts.main === '' ? actual : parts.main).trim())
  const crash = /^(.{1,80}?)\s+(crash|freez|hang|fail|disappear|vanish|break)(?:e?s|ed|es)?\b/i.exec(text)
  if (crash?.[1] !== undefined && crash[2] !== undefined && !/\b(?:not|never)\b/i.test(text))
    return fromOutside(`${crash[1]} does not ${crash[2].toLowerCase().replace('freez', 'freeze')}`, the)
  const shown = /\b((?:error|exception|500|502|503|404|blank page|white screen|timeout)[\p{L}\d ]{0,30})/iu.exec(
    text,
  )?.[1]
  if (shown !== undefined) return `no "${shown.trim()}" appears`
  const told = indicative(text)
  return told.negative || /\b(?:doesn't|isn't|don't|nothing)\b/i.test(text) || text.length > 120
    ? null
    : `it no longer happens that ${fromOutside(text, the)}`
}

function stepClause(step: string, the: string): string {
  const text = uncapital(step.replace(/^(?:then|now|and|next)\s+/i, ''))
  if (leadingVerb(text) !== null) return fromOutside(`${the} ${thirdPhrase(text)}`, the)
  if (/^(?:go|log|sign)\b/i.test(text)) return `${the} ${thirdPhrase(text)}`
  return fromOutside(text, the)
}

export function bugTitle(bug: Bug): string {
  const what = bug.actual === null ? bug.unit.plain : stripLabel(bug.actual.text)
  const where = bug.trigger === null || what.includes(bug.trigger) ? '' : ` when ${bug.trigger}`
  return `Fix: ${capital(uncapital(`${what}${where}`)).slice(0, 100)}`
}
