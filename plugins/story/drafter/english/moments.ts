import type { Measure, Rule, Seed } from '../facts.ts'
import { seconds } from '../measures.ts'
import { roleIn } from './actor.ts'
import { conditionClause, isState, opposite, outcomeClause } from './clauses.ts'
import { capital, isPlural, withArticle } from './grammar.ts'
import { type Scene, seed } from './scene.ts'

const START_MINUTE = 600

/** Clock times make an interval checkable: 10:00, 10:15. */
function clock(minutes: number): string {
  const day = Math.floor(minutes / 1440)
  const text = `${String(Math.floor((minutes % 1440) / 60)).padStart(2, '0')}:${String(Math.floor(minutes % 60)).padStart(2, '0')}`
  if (day === 0) return text
  return day === 1 ? `${text} on the next day` : `${text}, ${day} days later`
}

export function everySeeds(measure: Measure, scene: Scene): Seed[] {
  const length = seconds(measure)
  if (measure.dimension !== 'time' || length === null) return []
  const next = clock(START_MINUTE + length / 60)
  if (/\b(?:refresh|update|reload)\w*/i.test(measure.unit.plain) && length >= 60) {
    return [
      seed(
        'boundary',
        0,
        `A change is visible after ${measure.text} at the latest`,
        [`the view was refreshed at ${clock(START_MINUTE)}`, `${withArticle(scene.one)} changes one minute later`],
        `it is ${next}`,
        ['the change is visible without reloading by hand'],
      ),
    ]
  }
  const shown = length < 60 ? `${measure.text} have passed since the last run` : `it is ${next}`
  return [
    seed(
      'boundary',
      0,
      `The next run comes after ${measure.text}`,
      [`the last run ended at ${clock(START_MINUTE)} without a mistake`],
      shown,
      ['the next run starts', 'there was no run in between'],
    ),
    seed('failure', 0, `A run that takes longer than ${measure.text}`, ['the run of 10:00 has not ended'], shown, [
      'no second run starts beside it',
      'the delay is visible in the list of runs',
    ]),
  ]
}

/** A length of time that something waits for, has to happen within, or must have reached. */
export function timeSeeds(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  const rule = rules.find((candidate) => candidate.unit === measure.unit)
  const ahead =
    /^\s*(?:before|prior to|ahead of)\s+((?:the |a |an |their |my )?[\p{L} -]{3,40}?)(?=[,.;]|$|\s(?:so|unless|if|and)\b)/iu.exec(
      tail(measure),
    )?.[1]
  if (ahead !== undefined && (measure.bound === 'max' || measure.bound === 'min'))
    return deadline(measure, scene, ahead.replace(/\bmy\b/, 'their'))
  if (ahead !== undefined && measure.bound === 'none' && rule !== undefined)
    return opening(measure, scene, rule, ahead.replace(/\bmy\b/, 'their'))
  if (measure.bound === 'after') return rule === undefined ? [] : delayed(measure, scene, rule)
  if (measure.bound === 'for') return rule === undefined ? [] : lasting(measure, scene, rule)
  if (measure.bound === 'min') return aged(measure, scene, rule)
  if (
    rule === undefined &&
    scene.request.unit === measure.unit &&
    !scene.request.automatic &&
    !/^(?:notify|sync|display|performance|export|search|automate)$/.test(scene.request.topic)
  )
    return windowed(measure, scene)
  return promised(measure, scene, rule)
}

function tail(measure: Measure): string {
  return measure.unit.plain.slice(measure.unit.plain.indexOf(measure.text) + measure.text.length)
}

/** "up to 24 hours before the start" */
function deadline(measure: Measure, scene: Scene, event: string): Seed[] {
  const act = withoutLimit(scene.act, measure)
  const does = withoutLimit(scene.does, measure)
  return [
    seed(
      'boundary',
      0,
      `Exactly ${measure.text} before ${event}`,
      [`exactly ${measure.text} are left before ${event}`],
      `${scene.the} ${does}`,
      ['it is still possible'],
    ),
    seed(
      'boundary',
      0,
      `One minute too late`,
      [`one minute less than ${measure.text} is left before ${event}`],
      `${scene.the} tries to ${act}`,
      ['it is refused', `the message names the limit of ${measure.text} before ${event}`],
    ),
  ]
}

/** "opens 48 hours before arrival" */
function opening(measure: Measure, scene: Scene, rule: Rule, event: string): Seed[] {
  const outcome = outcomeClause(withoutLimit(rule.outcome, measure), scene.the)
  return [
    seed('boundary', 0, `${measure.text} before ${event}`, [], `exactly ${measure.text} are left before ${event}`, [
      outcome,
    ]),
    seed('boundary', 0, 'One minute too early', [], `${measure.text} and one minute are left before ${event}`, [
      opposite(outcome) ?? `it is not yet the case that ${outcome}`,
    ]),
  ]
}

/** "after 30 minutes without activity the session ends" */
function delayed(measure: Measure, scene: Scene, rule: Rule): Seed[] {
  const cause = causeOf(measure)
  const whole = `${measure.text}${cause === '' ? '' : ` ${cause}`}`
  const result = outcomeClause(withoutLimit(rule.outcome.replace(cause, ''), measure), scene.the)
  const turned = opposite(result)
  const step = stepOf(measure)
  return [
    seed(
      'boundary',
      0,
      `After ${whole}`,
      [],
      `${whole} have passed`.replace(/^((?:1|one) \w+)(.*) have /i, '$1$2 has '),
      [result],
    ),
    seed(
      'boundary',
      0,
      `${capital(step)} before the ${measure.text} are over`,
      [],
      `${whole} less ${step} have passed`,
      [turned === null ? `it is not yet the case that ${result}` : `${turned} yet`],
    ),
  ]
}

/** "the link is valid for 60 minutes" */
function lasting(measure: Measure, scene: Scene, rule: Rule): Seed[] {
  const said = outcomeClause(withoutLimit(rule.outcome, measure), scene.the)
  const lasts = /^(.+?) lasts?$/i.exec(said)?.[1]
  const holds = lasts === undefined ? said : `${lasts} ${isPlural(lasts) ? 'are' : 'is'} still valid`
  const start = rule.condition === null ? [] : [conditionClause(rule.condition.clause, scene.the, `the ${scene.one}`)]
  const step = stepOf(measure)
  const kept = seed(
    'boundary',
    0,
    `${capital(step)} before the ${measure.text} are over`,
    start,
    `${measure.text} less ${step} have passed`,
    [holds],
  )
  const turned = /\b(?:kept|stored|retained|archived)\b/i.test(holds) ? null : opposite(holds.replace(' still ', ' '))
  if (turned === null) return [kept]
  const ended = turned.replace(/ not /, ' no longer ').replace(/(?:do|does) no longer (\w+)/, 'no longer $1')
  return [kept, seed('boundary', 0, `After ${measure.text}`, start, `${measure.text} have passed`, [ended])]
}

/** "tickets older than 2 years must not appear" */
function aged(measure: Measure, scene: Scene, rule: Rule | undefined): Seed[] {
  const { one } = scene
  const outcome = rule === undefined ? null : outcomeClause(withoutLimit(rule.outcome, measure), scene.the)
  const at = seed(
    'boundary',
    0,
    `${capital(withArticle(one))} that is exactly ${measure.text} old`,
    [`${withArticle(one)} is exactly ${measure.text} old`],
    `${scene.the} ${scene.does}`,
    [measure.strict ? 'it is treated like a newer one' : `the rule for ${measure.text} applies to it`],
  )
  if (outcome === null) return [at]
  return [
    at,
    seed(
      'boundary',
      0,
      `One day older than ${measure.text}`,
      [`${withArticle(one)} is ${measure.text} and one day old`],
      `${scene.the} ${scene.does}`,
      [`the rule applies: ${outcome}`],
    ),
  ]
}

/** "can be returned within 14 days" */
function windowed(measure: Measure, scene: Scene): Seed[] {
  const step = stepOf(measure)
  return [
    seed(
      'boundary',
      0,
      `${capital(step)} before the ${measure.text} are over`,
      [`${measure.text} less ${step} have passed`],
      `${scene.the} ${withoutLimit(scene.does, measure)}`,
      ['it is still possible'],
    ),
    seed(
      'boundary',
      0,
      `${capital(step)} after the ${measure.text} are over`,
      [`${measure.text} and ${step} have passed`],
      `${scene.the} tries to ${withoutLimit(scene.act, measure)}`,
      ['it is refused', `the message names the limit of ${measure.text}`],
    ),
  ]
}

/** "is sent within 5 minutes": the product keeps the time. What a person should do in time is no test of the product. */
function promised(measure: Measure, scene: Scene, rule: Rule | undefined): Seed[] {
  const condition = rule?.condition ?? (scene.request.unit === measure.unit ? scene.request.condition : null)
  const subject = rule?.outcome.split(/\s+(?:should|must|has to|needs to|will)\s/)[0] ?? ''
  if (subject !== '' && roleIn(subject.split(' ').at(-1) ?? '') !== null) return []
  const length = seconds(measure)
  const outcome =
    rule === undefined
      ? `${scene.the} ${withoutLimit(scene.does, measure)}`
      : outcomeClause(withoutLimit(rule.outcome, measure), scene.the)
  if (condition === null && rule !== undefined && (length === null || length >= 60))
    return [
      seed(
        'boundary',
        0,
        `Done after ${measure.text} at the latest`,
        [],
        `${measure.text} have passed since it was asked for`,
        [outcome],
      ),
    ]
  if (condition === null || length === null || length < 60 || length > 86_400) return []
  const clause = conditionClause(condition.clause, scene.the, `the ${scene.one}`)
  const start = isState(clause, condition.word)
    ? `since ${clock(START_MINUTE)} ${clause}`
    : `at ${clock(START_MINUTE)} ${clause}`
  return [
    seed('boundary', 0, `Within ${measure.text}`, [start], `it is ${clock(START_MINUTE + length / 60)}`, [
      `${outcome}, not later`,
    ]),
  ]
}

function stepOf(measure: Measure): string {
  const length = seconds(measure)
  if (length === null || length >= 86_400) return 'one minute'
  return length > 120 ? 'one second' : 'a moment'
}

function causeOf(measure: Measure): string {
  return (
    /^\s+((?:of|without|since)\s+(?:[\p{L}-]+\s?){1,4}?)(?=,|$|\s(?:the|a|an|it|we|they|should|must|is|are|and)\b)/iu
      .exec(tail(measure))?.[1]
      ?.trim() ?? ''
  )
}

/** The phrase without "within 14 days" and the like. */
function withoutLimit(phrase: string, measure: Measure): string {
  const at = phrase.indexOf(measure.text)
  if (at < 0) return phrase
  const before = phrase
    .slice(0, at)
    .replace(
      /,?\s*(?:(?:that (?:is|are) )?(?:within|up to|at most|at least|in|for|after|no later than|older than|longer than|more than|over)\s*)?(?:the (?:first|next|last) )?$/i,
      '',
    )
  const after = phrase
    .slice(at + measure.text.length)
    .replace(/^\s*(?:before|prior to|of|without|since)\s[\p{L} -]{3,40}?(?=,|$|\s(?:the|should|must|is|are)\b)/iu, '')
  return `${before}${after}`.replace(/^\s*,?\s*/, '').trim()
}

const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']
const ordinal = (count: number): string => ORDINALS[count] ?? `${count}th`

/** "5 failed attempts": the last allowed one and the one that triggers. */
export function attemptSeeds(measure: Measure, scene: Scene): Seed[] {
  const { plain } = measure.unit
  const at = plain.indexOf(measure.text)
  const around = `${measure.word} ${plain.slice(at, at + measure.text.length + 30)}`
  if (
    measure.dimension !== 'count' ||
    measure.value < 2 ||
    measure.value > 100 ||
    !/attempts?|tries|retries|logins?|failures?|times/i.test(around)
  )
    return []
  const before = measure.value - 1
  if (/\bretr(?:y|ies)\b|\btry again\b/i.test(plain)) {
    return [
      seed(
        'failure',
        0,
        `After ${measure.value} attempts it stops and says so`,
        [`${measure.value} attempts have failed`],
        'the time for another attempt would come',
        ['no further attempt is made', 'the failure is shown to somebody who can act'],
      ),
    ]
  }
  if (!/fail|wrong|incorrect|attempt|tries|login/i.test(around)) return []
  return [
    seed(
      'boundary',
      0,
      `The ${ordinal(measure.value)} failed attempt is the one that counts`,
      [`${before} attempts in a row have failed`],
      `the ${ordinal(measure.value)} attempt fails too`,
      [
        /\block/i.test(plain) ? 'the account is locked' : 'the limit takes effect',
        `${scene.the} is told what can be done now`,
      ],
    ),
    seed(
      'boundary',
      0,
      `${before} failed attempts have no consequence`,
      [`${before} attempts in a row have failed`],
      `${scene.the} gets it right on the ${ordinal(measure.value)}`,
      ['they are let in', 'the count starts again at zero'],
    ),
  ]
}
