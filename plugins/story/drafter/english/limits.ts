import type { Measure, Request, Rule, Seed } from '../facts.ts'
import { amounts } from './amounts.ts'
import { capital, plural, singular, thirdPerson, withArticle } from './grammar.ts'
import { attemptSeeds, everySeeds, timeSeeds } from './moments.ts'
import { qualitySeed } from './quality.ts'
import { type Scene, seed } from './scene.ts'
import { conditioned, threshold, wishedFrom } from './thresholds.ts'

const RANGE = /\b(?:from|between)\s+(\d{1,4})\s+(?:to|and)\s+(\d{1,4})\s+(\p{L}{3,20}s)\b/iu

/** "from 1 to 5 stars": both ends count, and nothing beyond them. */
export function rangeSeeds(scene: Scene): Seed[] {
  const { unit } = scene.request
  const [, from, to, many = ''] = RANGE.exec(unit.plain) ?? []
  if (from === undefined || to === undefined || Number(from) >= Number(to) || TIME_WORD.test(many)) return []
  const amount = (count: number): string => `${count} ${count === 1 ? singular(many) : many}`
  const [low, high] = [Number(from), Number(to)]
  return [
    seed(
      'boundary',
      72,
      capital(`${amount(low)} and ${amount(high)} are accepted`),
      [],
      `${scene.the} chooses ${amount(low)}, and another time ${amount(high)}`,
      ['both are stored as chosen'],
    ),
    seed('boundary', 66, 'Nothing outside the range', [], `a request with ${amount(high + 1)} is sent directly`, [
      'it is refused',
      `the answer names the range from ${low} to ${amount(high)}`,
    ]),
  ].map((one) => ({ ...one, unit }))
}
const TIME_WORD = /^(?:seconds|minutes|hours|days|weeks|months|years)$/i

/** Scenarios just at a limit and just past it. */
export function limitSeeds(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  const { unit } = measure
  const made = measure.quality === null ? bounded(measure, scene, rules) : [qualitySeed(measure, scene)]
  return made.map((one, index) => ({ ...one, unit, weight: 72 - index * 6 }))
}

function bounded(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  if (scene.request.topic === 'performance' && measure.dimension === 'count') return []
  if (measure.bound === 'every') return everySeeds(measure, scene)
  if (measure.bound === 'max' && /(?:\/|\bper\b)/i.test(measure.word)) return rated(measure)
  if (measure.dimension === 'time' && measure.bound === 'none') return timeSeeds(measure, scene, rules)
  const wish = scene.request.unit === measure.unit ? scene.request.condition : null
  if (wish?.clause.includes(measure.text)) return wishedFrom(measure, scene, wish.clause)
  if (
    measure.bound === 'none' ||
    measure.bound === 'after' ||
    measure.bound === 'for' ||
    /^times$|attempts?|tries|retries/i.test(measure.word)
  ) {
    return measure.dimension === 'time' && (measure.bound === 'after' || measure.bound === 'for')
      ? timeSeeds(measure, scene, rules)
      : attemptSeeds(measure, scene)
  }
  if (measure.dimension === 'time') return timeSeeds(measure, scene, rules)
  if (/\bper page\b|\bon one page\b|\ba page\b/i.test(measure.unit.plain)) return paged(measure, scene)
  const rule = rules.find((candidate) => candidate.unit === measure.unit)
  if (rule?.condition?.clause.includes(measure.text)) return conditioned(measure, scene, rule, rule.condition.clause)
  if (
    rule !== undefined &&
    measure.dimension === 'money' &&
    /\b(?:is|are|gets?|ships?|needs?|requires?|must|should|trigger)\b/i.test(rule.outcome)
  )
    return threshold(measure, scene, rule)
  const { thing, at, past } = amounts(measure, scene)
  const inside = measure.strict ? past : at
  const outside = measure.strict ? at : past
  const label = (amount: { text: string }): string => capital(`${withArticle(thing)} ${amount.text}`)
  if (scene.request.topic === 'approve' && measure.bound === 'min') {
    return [
      seed(
        'boundary',
        0,
        `${label(inside)} needs an approval`,
        [`${withArticle(thing)} ${inside.text}`],
        'it is submitted',
        ['it waits for a decision'],
      ),
      seed(
        'boundary',
        0,
        `${label(outside)} needs none`,
        [`${withArticle(thing)} ${outside.text}`],
        'it is submitted',
        ['it is processed without waiting for a decision'],
      ),
    ]
  }
  if (
    scene.request.topic === 'pay' &&
    measure.dimension === 'money' &&
    scene.has(/\b(?:voucher|coupon|discount|promo)/i)
  ) {
    return [
      seed(
        'boundary',
        0,
        `${label(inside)} is enough`,
        [`${withArticle(thing)} ${inside.text}`],
        `${scene.the} enters a valid code`,
        ['the code is deducted from the total'],
      ),
      seed(
        'boundary',
        0,
        `${label(outside)} is not`,
        [`${withArticle(thing)} ${outside.text}`],
        `${scene.the} enters a valid code`,
        ['the code is not deducted', `the message names ${measure.text}`],
      ),
    ]
  }
  if (isStock(measure)) return stocked(measure, scene)
  const own = singular(measure.word.toLowerCase())
  if (measure.dimension === 'count' && (thing === 'request' || scene.one.endsWith(own))) {
    const past1 = measure.value + ((measure.bound === 'max') === !measure.strict ? 1 : -1)
    const [allowed, refused] = measure.strict ? [past1, measure.value] : [measure.value, past1]
    const amount = (count: number): string => `${count.toLocaleString('en-US')} ${count === 1 ? own : plural(own)}`
    return [
      seed(
        'boundary',
        0,
        `${capital(amount(allowed))} at once`,
        [`exactly ${amount(allowed)} are chosen`],
        `${scene.the} carries it out`,
        [`all ${amount(allowed)} are processed`],
      ),
      seed(
        'boundary',
        0,
        `${capital(amount(refused))} are ${measure.bound === 'max' ? 'too many' : 'too few'}`,
        [`${amount(refused)} are chosen`],
        `${scene.the} tries to carry it out`,
        [
          'nothing is processed',
          `the message names the ${measure.bound === 'min' ? 'minimum' : 'limit'} of ${measure.text}`,
        ],
      ),
    ]
  }
  const text = measure.dimension === 'length'
  const verb = text ? 'submit' : useVerb(scene)
  const named = `the message names the ${measure.bound === 'min' ? 'minimum' : 'limit'} of ${measure.text}`
  return [
    seed(
      'boundary',
      0,
      `${label(inside)} is accepted`,
      [`${withArticle(thing)} ${inside.text}`],
      `${scene.the} ${thirdPerson(verb)} it`,
      [text ? 'it is saved without a warning' : `the ${thing} is stored completely`],
    ),
    seed(
      'boundary',
      0,
      `${label(outside)} is refused`,
      [`${withArticle(thing)} ${outside.text}`],
      `${scene.the} tries to ${verb} it`,
      [text ? 'it is not saved' : `nothing of the ${thing} is stored`, named],
    ),
  ]
}

const AT_ONCE =
  /\b(?:at once|at a time|at the same time|in one go|simultaneous\w*|concurrent\w*|in parallel|per (?:upload|request|batch|import|export|page|run|search|query|message|order|minute|hour|day|week|month|second))\b/i

/** "At most 5 cards", "up to 10 attachments per ticket": how many there may be, not how many are handled together. */
function isStock(measure: Measure): boolean {
  return (
    measure.dimension === 'count' &&
    measure.bound === 'max' &&
    measure.quality === null &&
    /\p{L}s$/u.test(measure.word) &&
    !/^(?:rows?|lines?|columns?|pages?|characters?|entries|records?|results?|users?|people|requests?|times|attempts?|retries)$/i.test(
      measure.word,
    ) &&
    !AT_ONCE.test(measure.unit.plain)
  )
}

function stocked(measure: Measure, scene: Scene): Seed[] {
  const many = measure.word.toLowerCase()
  const one = singular(many)
  const most = measure.strict ? measure.value - 1 : measure.value
  const amount = (count: number): string => (count === 1 ? `1 ${one}` : `${count} ${many}`)
  const holder = new RegExp(
    `${measure.word}\\s+(?:per|for each|for every|on (?:a|an|each|every)|for an?)\\s+([\\p{L}-]{3,30})`,
    'iu',
  ).exec(measure.unit.plain)?.[1]
  const has =
    holder === undefined || holder.toLowerCase() === scene.role ? `${scene.the} has` : `the ${holder.toLowerCase()} has`
  return [
    seed(
      'boundary',
      0,
      capital(`${one} number ${most} is accepted`),
      [`${has} ${amount(most - 1)}`],
      `${scene.the} adds one more`,
      [`${has} ${amount(most)}`],
    ),
    seed(
      'boundary',
      0,
      capital(`${one} number ${most + 1} is refused`),
      [`${has} ${amount(most)}`],
      `${scene.the} tries to add another one`,
      [`the message names the limit of ${amount(most)}`, `the ${amount(most)} from before are unchanged`],
    ),
  ]
}

/** "100 requests per minute" */
function rated(measure: Measure): Seed[] {
  const [, what = 'requests', period = 'minute'] = /^(\p{L}+)\s*(?:\/|per)\s*(\p{L}+)/iu.exec(measure.word) ?? []
  const one = singular(what)
  return [
    seed(
      'boundary',
      0,
      `${capital(one)} number ${measure.value} within a ${period} is answered`,
      [`${measure.value - 1} ${what} have been made within the same ${period}`],
      `one more ${one} is made`,
      ['it is answered normally'],
    ),
    seed(
      'boundary',
      0,
      `${capital(one)} number ${measure.value + 1} is refused`,
      [`${measure.value} ${what} have been made within the same ${period}`],
      `one more ${one} is made`,
      ['it is refused', 'the answer says when the next one is allowed'],
    ),
  ]
}

function useVerb(scene: Scene): string {
  const known: Partial<Record<Request['topic'], string>> = {
    upload: 'upload',
    import: 'import',
    create: 'save',
    edit: 'save',
    pay: 'use',
    share: 'send',
    notify: 'send',
    validate: 'submit',
    password: 'submit',
    export: 'export',
    register: 'submit',
    schedule: 'book',
  }
  return known[scene.request.topic] ?? 'submit'
}

function paged(measure: Measure, scene: Scene): Seed[] {
  const many =
    measure.dimension === 'count' && !/^(?:per|entries|results)$/i.test(measure.word) ? measure.word : scene.many
  return [
    seed(
      'boundary',
      0,
      `Exactly ${measure.value} fit on one page`,
      [`there are exactly ${measure.value} ${many}`],
      `${scene.the} opens the list`,
      [`all ${measure.value} are on the first page`, 'no second page is offered'],
    ),
    seed(
      'boundary',
      0,
      `Number ${measure.value + 1} starts a second page`,
      [`there are ${measure.value + 1} ${many}`],
      `${scene.the} opens the second page`,
      [`it holds exactly one ${singular(many)}`],
    ),
  ]
}
