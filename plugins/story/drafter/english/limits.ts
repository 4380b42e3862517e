import type { Measure, Request, Rule, Seed } from '../facts.ts'
import { amounts } from './amounts.ts'
import { capital, plural, singular, thirdPerson, withArticle } from './grammar.ts'
import { attemptSeeds, everySeeds, timeSeeds } from './moments.ts'
import { qualitySeed } from './quality.ts'
import { type Scene, seed } from './scene.ts'
import { conditioned, threshold, wishedFrom } from './thresholds.ts'

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
