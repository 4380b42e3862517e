import type { Bug, Reading, Seed, Unit } from '../facts.ts'
import { shorten } from '../shorten.ts'
import { conditionClause, fromOutside, indicative, outcomeClause, splitCondition, thirdPhrase } from './clauses.ts'
import { capital, uncapital } from './grammar.ts'
import { leadingVerb } from './lexicon.ts'
import { type Scene, seed } from './scene.ts'

const SIGNAL =
  /\b(?:bugs?|crash(?:es|ed|ing)?|broken|exception|stack ?trace|error (?:\d{3}|message|page)|(?:status|http|an?) 50[0-4]|50[0-4] (?:error|internal)|doesn't work|does not work|not working|stopped working|fails? (?:to|with|when|silently)|freezes|hangs|blank page|white screen|regression|wrong (?:total|amount|date|result|value|number|order|time|\w+)|disappears?|vanish(?:es)?|duplicated?|twice|still (?:shows?|subtracted|there|visible|charged|counted)|nothing happens)\b/i
const STRONG =
  /\b(?:steps to reproduce|repro steps|expected(?: result| behaviou?r)?\s*:|actual(?: result| behaviou?r)?\s*:|bug\b|crash(?:es|ed|ing)?|stack ?trace|stopped working|doesn't work|does not work|not working|regression|blank page|white screen|freezes|wrong (?:total|amount|date|result|value|number|time))/i
const EXPECTED =
  /^(?:expected(?: results?| behaviou?r| outcome)?|should be|what should happen|i expect(?:ed)?(?: that)?|we expect(?:ed)?(?: that)?)\s*[:-]?\s*(.+)$/i
const ACTUAL =
  /^(?:actual(?:ly)?(?: results?| behaviou?r| outcome)?|instead|observed|what happens|current(?: behaviou?r)?|result)\s*[:,-]\s*(.+)$/i
const STEPS = /\b(?:steps to reproduce|repro(?:duction)? steps|to reproduce|how to reproduce|steps|repro)\b/i
/** "Steps: 1. open the profile 2. choose a file" */
const INLINE_STEP = /(?:^|\s)\d{1,2}[.)]\s+/
const WISH = /\b(?:as an? [^.,]{2,40},? (?:i|we) want|would like to|would be (?:nice|great)|feature request)\b/i

interface Finding {
  expected: Bug['expected']
  actual: Bug['actual']
  trigger: string | null
  steps: { unit: Unit; text: string }[]
  /** What "it" and "they" stand for. */
  subject: string | null
}

/** A report of something that goes wrong: what was done, what was expected, what happened. */
export function readBug(units: readonly Unit[]): Bug | null {
  const all = units.map((unit) => unit.plain).join('. ')
  if (!SIGNAL.test(all) && !units.some((unit) => /\binstead of\b|\bshould\b.*\bbut\b/i.test(unit.plain))) return null
  if (WISH.test(all) && !STRONG.test(all)) return null
  const found: Finding = { expected: null, actual: null, trigger: null, steps: [], subject: null }
  for (const unit of units) readUnit(unit, found)
  const unit = units.find((candidate) => SIGNAL.test(candidate.plain)) ?? found.actual?.unit ?? found.expected?.unit
  if (unit === undefined || (found.actual === null && found.steps.length === 0)) return null
  const plainEnough = STRONG.test(all) || found.steps.length > 0 || (found.expected !== null && found.actual !== null)
  const { subject: _, ...parts } = found
  return plainEnough ? { unit, ...parts, about: found.subject } : null
}

function readUnit(unit: Unit, found: Finding): void {
  const text = unit.plain.replace(/^(?:bug|error|issue|problem)\s*[:-]\s*/i, '')
  const wanted = EXPECTED.exec(text)?.[1]
  const got = ACTUAL.exec(text)?.[1]
  if (wanted !== undefined) found.expected ??= { unit, text: wanted }
  else if (got !== undefined) found.actual = { unit, text: got }
  else if (unit.item && unit.lead !== null && STEPS.test(unit.lead.plain)) found.steps.push({ unit, text })
  else if (STEPS.test(text) && INLINE_STEP.test(text))
    found.steps.push(
      ...text
        .split(INLINE_STEP)
        .slice(1)
        .map((step) => ({ unit, text: step.replace(/[\s.;,]+$/, '') })),
    )
  else if (!STEPS.test(text)) readClauses(unit, text, found)
}

/** "The cart shows the wrong total when X, it should show Y but Z": three clauses, three roles. */
function readClauses(unit: Unit, text: string, found: Finding): void {
  const named =
    /^((?:(?:the|our|my|a|an|all)\s)?[\p{L}-]+(?:\s[\p{L}-]+)?)\s(?:shows?|displays?|is|are|returns?|does|doesn't|crash(?:es)?|freezes?|hangs?|should|fails?|disappears?|opens?|adds?|counts?)\b/iu.exec(
      text,
    )?.[1]
  if (named !== undefined && !/^(?:it|they|this|that|i|we|there|he|she|what|which)\b/i.test(named))
    found.subject ??= uncapital(named)
  const { subject } = found
  const clauses = text.split(/,?\s+but\s+|,\s+(?=(?:it|and|they|this|that|instead|which)\b)/i).slice(0, 5)
  clauses.forEach((raw, index) => {
    const clause = subject === null ? raw : raw.replace(/^(?:it|this|that|they|these)\s/i, `${subject} `)
    const { main, condition } = splitCondition(clause)
    const core = main === '' ? clause : main
    const instead = /^(.{3,200}?),?\s+instead of\s+(.{1,120})$/i.exec(core)
    if (instead?.[1] !== undefined && instead[2] !== undefined) {
      if (/\bshould\b/i.test(instead[1])) {
        found.expected ??= { unit, text: instead[1] }
        found.actual ??= { unit, text: `the result is ${instead[2]}` }
      } else {
        found.actual ??= { unit, text: instead[1] }
        found.expected ??= { unit, text: `instead of ${instead[2]}` }
      }
    } else if (/\b(?:should|supposed to|expected)\b/i.test(core))
      found.expected ??= { unit, text: core.replace(/^(?:and|so)\s+/i, '') }
    else if (SIGNAL.test(core) || (index > 0 && found.expected !== null)) {
      // "wrong total" says less than what is still to be seen.
      if (found.actual === null || /\bwrong\b/i.test(found.actual.text)) found.actual = { unit, text: core }
    }
    if (
      condition !== null &&
      (SIGNAL.test(core) || instead !== null || found.actual !== null || found.expected !== null)
    )
      found.trigger ??= condition.clause
  })
}

/** What is seen once the mistake is gone. */
function expectation(bug: Bug, the: string): string {
  if (bug.expected === null) return 'the action ends with the result announced on the screen'
  const wanted = bug.expected.text.replace(/^(?:i|we) (?:get|see|got)\s+/i, '').trim()
  const replaced = /^instead of\s+(.+)$/i.exec(wanted)?.[1]
  if (replaced !== undefined) return `the result is ${replaced}`
  // "a message that the picture is too large" is something to be seen, not a sentence.
  const shown = /^(?:an?|the) (?:\p{L}+ ){0,2}?(?:message|hint|notice|warning|note|dialog|error|confirmation)\b/iu.test(
    wanted,
  )
  if (shown) return `${the} sees ${wanted}`
  const clause =
    leadingVerb(wanted) !== null ||
    /\b(?:is|are|has|have|should|must|can|does|shows?|opens?|gets?|stays?|contains?|returns?)\b/i.test(wanted)
  return clause
    ? outcomeClause(wanted, the)
    : `${uncapital(wanted)} ${/\b(?:shown|displayed)\b/i.test(wanted) ? '' : 'is shown'}`.trim()
}

export function bugSeeds(bug: Bug, reading: Reading, scene: Scene): Seed[] {
  const { the } = scene
  const steps = bug.steps.map((step) => stepClause(step.text, the))
  const trigger = bug.trigger === null ? null : conditionClause(bug.trigger, the, 'it')
  const when =
    steps.at(-1) ??
    trigger ??
    (bug.about === null ? `${the} repeats what led to the mistake` : `${the} looks at ${bug.about}`)
  const limit = reading.measures.find((measure) => measure.bound !== 'none' && measure.dimension !== 'time')
  const measured = limit === undefined ? null : measuredThing(bug, limit.text)
  const before = steps.slice(0, -1).slice(0, 4)
  const given = measured === null ? before : [...before, measured.as(measured.said)]
  const expected = expectation(bug, the)
  const actual = bug.actual === null ? null : notAnymore(bug.actual.text, the)
  const unit = bug.expected?.unit ?? bug.actual?.unit ?? bug.unit
  const title =
    bug.steps.length > 0 ? 'The reported steps lead to the expected result' : capital(shorten(trigger ?? expected, 100))
  const made: Seed[] = [
    { ...seed('happy', 100, title, given, when, [expected, ...(actual === null ? [] : [actual])]), unit },
  ]
  made.push(
    seed(
      'failure',
      58,
      'Should it fail for another reason, nothing is lost',
      given,
      `${when}, and the connection is lost before an answer arrives`,
      ['a message says what failed and what to do next', `what ${the} has entered is still there`],
    ),
  )
  const device = reading.devices.find((name) =>
    new RegExp(`\\b(?:on|in|with|using|for)\\s+(?:\\w+\\s)?${name.replace(/[.]/g, '\\.')}`, 'i').test(reading.text),
  )
  if (device !== undefined) {
    const other = reading.units.find((candidate) => candidate.plain.includes(device))
    made.push({
      ...seed(
        'failure',
        60,
        `Where it works today it keeps working`,
        [...given, `${the} does not use ${device}`].slice(0, 5),
        when,
        [expected],
      ),
      unit: /\b(?:works|fine|ok|only)\b/i.test(other?.plain ?? '') ? other : undefined,
    })
  }
  const special = /\b(umlauts?|special characters?|emoji|accents?|empty|zero|negative|decimals?)\b/i.exec(
    `${bug.trigger ?? ''} ${bug.unit.plain}`,
  )?.[1]
  if (limit !== undefined) {
    const side = `just ${limit.bound === 'min' ? 'below' : 'above'} ${limit.text}`
    const pattern = new RegExp(
      `(?:that is |of )?(?:more|larger|bigger|greater|smaller|less|over|above|under|below)(?: than)? ${limit.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
      'i',
    )
    const moved = pattern.test(when) ? when.replace(pattern, side) : when
    made.push(
      seed(
        'boundary',
        59,
        `${capital(side)} nothing changes`,
        moved !== when ? given : [...before, measured === null ? `the same case, but ${side}` : measured.as(side)],
        moved,
        ['the result is the same as before the correction'],
      ),
    )
  } else if (special !== undefined)
    made.push(
      seed(
        'boundary',
        56,
        `The ordinary case without "${special.toLowerCase()}"`,
        [`the same data, without "${special.toLowerCase()}"`],
        `${the} looks at the result`,
        ['it is the same as before the correction'],
      ),
    )
  else
    made.push(
      seed('failure', 54, 'The same again', ['the steps have just been carried out once'], when, [
        'the second result is the same as the first',
      ]),
    )
  return made
}

/** "saving a profile picture larger than 5 MB", where no step says it again. */
function measuredThing(bug: Bug, limit: string): { said: string; as(size: string): string } | null {
  if (bug.steps.length === 0 || bug.steps.some((step) => step.text.includes(limit))) return null
  const found = new RegExp(
    `\\b(?:an?|the)\\s+((?:[\\p{L}-]+\\s){1,3}?)((?:that is |of )?(?:more|larger|bigger|greater|longer|smaller|less|shorter|over|above|under|below)(?: than)? ${limit.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`,
    'iu',
  ).exec(bug.unit.plain)
  const thing = found?.[1]?.trim()
  if (thing === undefined || found?.[2] === undefined) return null
  return { said: found[2], as: (size) => `the ${thing} is ${size}` }
}

/** The mistake turned round, as something that is seen not to happen. */
function notAnymore(actual: string, the: string): string | null {
  const parts = splitCondition(actual)
  const text = uncapital((parts.main === '' ? actual : parts.main).trim())
  const crash = /^(.{1,80}?)\s+(crash|freez|hang|disappear|vanish|break)(?:e?s|ed|es)?\b/i.exec(text)
  if (crash?.[1] !== undefined && crash[2] !== undefined)
    return fromOutside(`${crash[1]} does not ${crash[2].toLowerCase().replace('freez', 'freeze')}`, the)
  const shown =
    /\b((?:error|exception)(?: message| page| \d{3})?|(?<=http |status |an? )50[0-4]|404|blank page|white screen|timeout)\b/iu.exec(
      text,
    )?.[1]
  if (shown !== undefined) return `no "${shown.trim()}" appears`
  const passive = /^(.{2,80}?)\s+(is|are)\s+(?:still\s+|now\s+|then\s+)?(?!not\b)(.{3,})$/i.exec(text)
  if (passive?.[1] !== undefined) return fromOutside(`${passive[1]} ${passive[2]} not ${passive[3]}`, the)
  const closes = /^(.{2,60}?)\s+(closes|stops|quits|ends|logs out|reloads)\b(.*)$/i.exec(text)
  if (closes?.[1] !== undefined)
    return fromOutside(
      `${closes[1]} does not ${(closes[2] ?? '').replace(/^logs out$/i, 'log out').replace(/s$/, '')}${closes[3]}`,
      the,
    )
  if (indicative(text).negative || /\bwrong\b|\bnothing\b/i.test(text) || text.length > 100) return null
  return null
}

function stepClause(step: string, the: string): string {
  const text = uncapital(step.replace(/^(?:then|now|and|next)\s+/i, ''))
  return leadingVerb(text) !== null || /^(?:go|log|sign|select|press)\b/i.test(text)
    ? fromOutside(`${the} ${thirdPhrase(text)}`, the)
    : fromOutside(text, the)
}

export function bugTitle(bug: Bug, the: string): string {
  // "An error page" names the sign, not the fault.
  const says = bug.actual !== null && SIGNAL.test(bug.actual.text) && bug.actual.text.split(' ').length > 3
  const source = says && bug.actual !== null ? bug.actual.text : bug.unit.plain
  const what = source.replace(/^(?:bug|error|issue|problem)\s*[:-]\s*/i, '').split(/,\s|\sbut\s/i)[0] ?? source
  const where = bug.trigger === null || what.includes(bug.trigger) ? '' : ` when ${bug.trigger}`
  return `Fix: ${shorten(fromOutside(uncapital(`${what}${where}`), the), 95)}`
}

/** What the person wants to do without running into it: "upload a photo larger than 5 MB". */
export function bugGoal(bug: Bug, the: string): string {
  const own =
    /^(?:i|we|you|users?|customers?|the (?:user|customer))\s+(?:try to\s+|want to\s+|tries to\s+)?(.+)$/i.exec(
      bug.trigger ?? '',
    )?.[1]
  const phrase = own?.replace(/^(\w+?)s(?=\s)/, (word) =>
    leadingVerb(word) === null && leadingVerb(word.slice(0, -1)) !== null ? word.slice(0, -1) : word,
  )
  if (phrase !== undefined && leadingVerb(phrase) !== null)
    return `${uncapital(phrase)} without running into this error`
  if (
    bug.expected !== null &&
    /^(?:an?|the) (?:\p{L}+ ){0,2}?(?:message|hint|notice|warning)\b/iu.test(bug.expected.text)
  )
    return `see ${bug.expected.text}${bug.trigger === null ? '' : ` when ${fromOutside(uncapital(bug.trigger), the)}`}`
  if (bug.expected !== null)
    return `see that ${expectation(bug, the)}${bug.trigger === null ? '' : ` when ${fromOutside(uncapital(bug.trigger), the)}`}`
  return `no longer run into this: ${uncapital(bug.actual?.text ?? bug.unit.plain)}`
}
