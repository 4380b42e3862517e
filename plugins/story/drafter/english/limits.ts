import type { Measure, Request, Rule, Seed } from '../facts.ts'
import { conditionClause, fromOutside, opposite, outcomeClause } from './clauses.ts'
import { article, capital, plural, singular, thirdPerson, withArticle } from './grammar.ts'
import { attemptSeeds, everySeeds, timeSeeds } from './moments.ts'
import { type Scene, seed } from './scene.ts'

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

/** The measured thing and how to say "exactly at" and "one step past" the limit. */
function amounts(
  measure: Measure,
  scene: Scene,
): { thing: string; at: { text: string; short: string }; past: { text: string; short: string } } {
  const { value, dimension, word, text } = measure
  const up = (measure.bound === 'max') === !measure.strict ? 1 : -1
  const thing = measuredThing(measure, scene)
  if (dimension === 'size')
    return {
      thing,
      at: { text: `of exactly ${text}`, short: `${article(thing)} ${thing} of exactly ${text}` },
      past: {
        text: `that is one byte ${up > 0 ? 'larger' : 'smaller'} than ${text}`,
        short: `one byte ${up > 0 ? 'over' : 'under'} ${text}`,
      },
    }
  if (dimension === 'money')
    return {
      thing,
      at: { text: `of exactly ${text}`, short: `exactly ${text}` },
      past: {
        text: `that is one cent ${up > 0 ? 'above' : 'below'} ${text}`,
        short: `one cent ${up > 0 ? 'over' : 'under'} ${text}`,
      },
    }
  if (dimension === 'percent')
    return {
      thing,
      at: { text: `with exactly ${text}`, short: `exactly ${text}` },
      past: { text: `with ${value + up} %`, short: `${value + up} %` },
    }
  const unit = (count: number): string =>
    `${count.toLocaleString('en-US')} ${count === 1 ? singular(word) : plural(singular(word))}`
  return {
    thing,
    at: { text: `with exactly ${unit(value)}`, short: `exactly ${unit(value)}` },
    past: { text: `with ${unit(value + up)}`, short: unit(value + up) },
  }
}

function measuredThing(measure: Measure, scene: Scene): string {
  const at = measure.unit.plain.indexOf(measure.text)
  const before = /^(?:rows?|lines?|columns?|pages?)$/i.test(measure.word)
    ? ''
    : measure.unit.plain.slice(0, Math.max(0, at))
  const named =
    /\b(passwords?|files?|images?|photos?|pictures?|videos?|documents?|attachments?|passwords?|comments?|messages?|titles?|names?|descriptions?|rows?|orders?|carts?|invoices?|uploads?|usernames?|codes?|notes?|texts?|queries|query|csvs?|pdfs?)\b(?![^.]*\b(?:files?|images?|photos?|passwords?|comments?|messages?|orders?)\b)/i.exec(
      before,
    )?.[1]
  if (named !== undefined)
    return /^(?:csv|pdf)/i.test(named)
      ? `${named.toUpperCase().replace(/S$/, '')} file`
      : singular(named.toLowerCase()).replace(/^upload$/, 'file')
  if (measure.dimension === 'size' || /^(?:rows?|lines?|columns?|pages?)$/i.test(measure.word)) return 'file'
  if (measure.dimension === 'length' && scene.request.topic === 'comment') return 'comment'
  const own = measure.dimension === 'count' ? singular(measure.word.toLowerCase()) : ''
  return scene.one !== 'entry' && singular(scene.one) !== own
    ? scene.one
    : scene.request.topic === 'import' || scene.request.topic === 'upload'
      ? 'file'
      : 'request'
}

function threshold(measure: Measure, scene: Scene, rule: Rule): Seed[] {
  const { thing, at, past } = amounts(measure, {
    ...scene,
    one:
      /\b(?:orders?|carts?|invoices?|expenses?|payments?|amounts?|baskets?|requests?|purchases?|bookings?)\b/i
        .exec(measure.unit.plain)?.[0]
        .toLowerCase()
        .replace(/s$/, '') ?? scene.one,
  })
  const inside = measure.strict ? past : at
  const outside = measure.strict ? at : past
  const holds = outcomeClause(stripMeasure(rule.outcome, measure), scene.the)
  return [
    seed(
      'boundary',
      0,
      `${capital(inside.short)}: the rule applies`,
      [`${withArticle(thing)} ${inside.text}`],
      `${scene.the} submits it`,
      [holds],
    ),
    seed(
      'boundary',
      0,
      `${capital(outside.short)}: the rule does not apply yet`,
      [`${withArticle(thing)} ${outside.text}`],
      `${scene.the} submits it`,
      [
        `it is treated like any other ${thing}, without the step that applies ${measure.bound === 'min' ? 'above' : 'below'} ${measure.text}`,
      ],
    ),
  ]
}

/** "when an order over 1000 EUR comes in, …": on the number and one step past it. */
function conditioned(measure: Measure, scene: Scene, rule: Rule, condition: string): Seed[] {
  const { at, past } = amounts(measure, scene)
  const [holds, fails] = measure.strict ? [past, at] : [at, past]
  const clause = (amount: { text: string }): string =>
    fromOutside(
      condition.replace(
        new RegExp(
          `(?:with )?(?:more than|over|above|exceed(?:s|ing)?|greater than|larger than|bigger than|at least|less than|under|below|up to|at most)?\\s*${measure.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
          'i',
        ),
        amount.text,
      ),
      scene.the,
    )
  const outcome = outcomeClause(rule.outcome, scene.the)
  return [
    seed('boundary', 0, `${capital(holds.short)}: it applies`, [], clause(holds), [outcome]),
    seed('boundary', 0, `${capital(fails.short)}: it does not apply`, [], clause(fails), [
      opposite(outcome) ?? `it is not the case that ${outcome}`,
    ]),
  ]
}

/** "show a banner when the trial ends in less than 7 days": on the number and one step to the other side. */
function wishedFrom(measure: Measure, scene: Scene, condition: string): Seed[] {
  const over = measure.bound === 'min'
  const step = measure.dimension === 'time' ? 'one minute' : measure.dimension === 'money' ? 'one cent' : 'one'
  const exact = `exactly ${measure.text}`
  const beyond = `${measure.text} ${over === measure.strict ? 'and' : 'less'} ${step}`
  const [holds, fails] = measure.strict ? [beyond, exact] : [exact, `${measure.text} ${over ? 'less' : 'and'} ${step}`]
  const clause = (amount: string): string =>
    conditionClause(
      condition
        .replace(
          new RegExp(
            `(?:more than|over|above|less than|fewer than|under|below|at least|at most|up to)?\\s*${measure.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
            'i',
          ),
          ` ${amount}`,
        )
        .replace(/\s+/g, ' '),
      scene.the,
      `the ${scene.one}`,
    )
  const sees = scene.request.topic === 'control' || scene.request.topic === 'display'
  const [yes, no] = sees
    ? [`the ${scene.one} is shown`, `the ${scene.one} is not shown`]
    : scene.request.automatic
      ? [`the system ${scene.does}`, 'the system does nothing of the kind']
      : ['it is possible', 'it is refused with this reason']
  const when = sees
    ? `${scene.the} opens the page`
    : scene.request.automatic
      ? 'the moment for it has come'
      : `${scene.the} tries to ${scene.act}`
  return [
    seed('boundary', 0, capital(clause(holds)), [clause(holds)], when, [yes]),
    seed('boundary', 0, capital(clause(fails)), [clause(fails)], when, [no]),
  ]
}

function stripMeasure(outcome: string, measure: Measure): string {
  const at = outcome.indexOf(measure.text)
  return at < 0
    ? outcome
    : `${outcome.slice(0, at).replace(/\s*(?:with|of|for|worth|costing)?\s*(?:an? (?:amount|value|total) (?:of )?)?(?:more than|over|above|less than|under|below|at least|up to|exceeding|from)\s*$/i, '')}${outcome.slice(at + measure.text.length)}`
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

function qualitySeed(measure: Measure, scene: Scene): Seed {
  const { text } = measure
  if (measure.quality === 'availability') {
    const minutes = Math.round((1 - measure.value / 100) * 30 * 24 * 60)
    return seed(
      'quality',
      0,
      `At most ${minutes} minutes of outage a month`,
      ['the service has been checked from outside once a minute for 30 days'],
      'the failed checks are counted',
      [`there are at most ${minutes} of them, which is ${text} availability`],
    )
  }
  if (measure.quality === 'throughput')
    return seed(
      'quality',
      0,
      `${text} are sustained, not only reached`,
      ['a load test with data like that in production'],
      `${text} arrive for ten minutes`,
      ['every request is answered', 'the answers at the end are as fast as at the beginning'],
    )
  if (measure.quality === 'load')
    return seed(
      'quality',
      0,
      `${measure.value.toLocaleString('en-US')} at the same time`,
      [
        `${text} ${/users?|people|visitors?|customers?|sessions?|requests?|connections?/i.test(measure.word) ? '' : 'users '}are active at the same time`.replace(
          /\s+/g,
          ' ',
        ),
      ],
      `one more person ${scene.request.weight === 0 || scene.request.topic === 'performance' ? 'opens the page' : `tries to ${scene.act}`}`,
      ['nobody receives an error', 'nobody waits longer than with ten people'],
    )
  const subject = latencySubject(measure, scene)
  // The share is the author's where the text gives one.
  const share = Number(
    /\b(\d{2})(?:\.\d+)?\s?%|\bp(\d{2})\b/i
      .exec(measure.unit.plain)
      ?.slice(1)
      .find((part) => part !== undefined) ?? 95,
  )
  return seed(
    'quality',
    0,
    `Answers within ${text}, measured on real data`,
    [scene.load ?? 'as many records as the production system holds'],
    `${subject} 100 times`,
    [`at least ${share} of the 100 answers are there within ${text}`],
  )
}

function latencySubject(measure: Measure, scene: Scene): string {
  const page =
    /\b((?:[\p{L}-]+\s)?(?:page|dashboard|list|report|screen|view|search|app|checkout|results?|site|website|homepage))\b/iu
      .exec(measure.unit.plain)?.[1]
      ?.toLowerCase()
      .replace(/^(?:the|our|a|my|any|each|every|load)\s/, '')
  if (/search/i.test(measure.unit.plain)) return `${scene.the} sends a search`
  if (page !== undefined) return `${scene.the} opens the ${page}`
  return scene.request.weight === 0 || scene.request.topic === 'performance' || scene.request.topic === 'other'
    ? `${scene.the} opens the page`
    : `${scene.the} ${scene.does.replace(/\s+(?:in|within|under|in less than)\s+\d.*$/i, '')}`
}
