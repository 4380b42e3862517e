import type { Measure, Permission, Request, Rule, Seed } from '../facts.ts'
import { seconds } from '../measures.ts'
import { outcomeClause } from './clauses.ts'
import { article, capital, plural, singular, withArticle } from './grammar.ts'
import { type Scene, seed } from './scene.ts'

/** Scenarios just at a limit and just past it. */
export function limitSeeds(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  const { unit } = measure
  const made = measure.quality === null ? bounded(measure, scene, rules) : [qualitySeed(measure, scene)]
  return made.map((one, index) => ({ ...one, unit, weight: 72 - index * 6 }))
}

function bounded(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  if (measure.bound === 'every') return every(measure, scene)
  if (measure.bound === 'none') return attempts(measure, scene)
  if (measure.dimension === 'time') return timed(measure, scene, rules)
  if (/\bper page\b|\bon one page\b|\ba page\b/i.test(measure.unit.plain)) return paged(measure, scene)
  if (measure.bound === 'after') return attempts(measure, scene)
  const rule = rules.find((candidate) => candidate.unit === measure.unit)
  if (
    rule !== undefined &&
    /\b(?:is|are|gets?|ships?|needs?|requires?|must|should|trigger)\b/i.test(rule.outcome) &&
    measure.dimension !== 'size' &&
    measure.dimension !== 'length'
  )
    return threshold(measure, scene, rule)
  const { thing, at, past } = amounts(measure, scene)
  const verb = measure.dimension === 'length' ? 'submit' : useVerb(scene)
  const inside = measure.strict ? past : at
  const outside = measure.strict ? at : past
  return [
    seed(
      'boundary',
      0,
      `${capital(inside.short)} is still accepted`,
      [`${withArticle(thing)} ${inside.text}`],
      `${scene.the} ${verb}s it`,
      ['it is accepted', 'no warning is shown'],
    ),
    seed(
      'boundary',
      0,
      `${capital(outside.short)} is refused`,
      [`${withArticle(thing)} ${outside.text}`],
      `${scene.the} tries to ${verb} it`,
      ['it is refused before anything is stored', `the message names the limit of ${measure.text}`],
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
  const up = measure.bound === 'max' ? 1 : -1
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
  const before = measure.unit.plain.slice(0, Math.max(0, measure.unit.plain.indexOf(measure.text)))
  const named =
    /\b(files?|images?|photos?|pictures?|videos?|documents?|attachments?|passwords?|comments?|messages?|titles?|names?|descriptions?|rows?|orders?|carts?|invoices?|uploads?|usernames?|codes?|notes?|texts?|queries|query|csvs?|pdfs?)\b(?![^.]*\b(?:files?|images?|photos?|passwords?|comments?|messages?|orders?)\b)/i.exec(
      before,
    )?.[1]
  if (named !== undefined)
    return /^(?:csv|pdf)/i.test(named)
      ? `${named.toUpperCase().replace(/S$/, '')} file`
      : singular(named.toLowerCase()).replace(/^upload$/, 'file')
  if (measure.dimension === 'size') return 'file'
  const own = measure.dimension === 'count' ? singular(measure.word.toLowerCase()) : ''
  return scene.one !== 'entry' && singular(scene.one) !== own
    ? scene.one
    : scene.request.topic === 'import' || scene.request.topic === 'upload'
      ? 'file'
      : 'request'
}

function threshold(measure: Measure, scene: Scene, rule: Rule): Seed[] {
  const { thing, at, past } = amounts(
    { ...measure, bound: measure.bound === 'min' ? (measure.strict ? 'max' : 'min') : measure.bound },
    {
      ...scene,
      one:
        /\b(?:orders?|carts?|invoices?|expenses?|payments?|amounts?|baskets?|requests?|purchases?|bookings?)\b/i
          .exec(measure.unit.plain)?.[0]
          .toLowerCase()
          .replace(/s$/, '') ?? scene.one,
    },
  )
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

function clock(minutes: number): string {
  const day = Math.floor(minutes / 1440)
  const text = `${String(Math.floor((minutes % 1440) / 60)).padStart(2, '0')}:${String(Math.floor(minutes % 60)).padStart(2, '0')}`
  return day === 0 ? text : day === 1 ? `${text} on the next day` : `${text} ${day} days later`
}

function every(measure: Measure, scene: Scene): Seed[] {
  const length = seconds(measure)
  if (measure.dimension !== 'time' || length === null) return []
  const start = 600
  const next = start + length / 60
  const shown = length < 60 ? `${measure.text} have passed since the last run` : `it is ${clock(next)}`
  return [
    seed(
      'boundary',
      0,
      `The next run comes after ${measure.text}`,
      [`the last run ended at ${clock(start)} without a mistake`],
      shown,
      ['the next run starts', 'there was no run in between'],
    ),
    seed('failure', 0, `A run that takes longer than ${measure.text}`, ['the run of 10:00 has not ended'], shown, [
      'no second run starts beside it',
      `${scene.the} can see that the run is late`,
    ]),
  ]
}

function timed(measure: Measure, scene: Scene, rules: readonly Rule[]): Seed[] {
  const rule = rules.find((candidate) => candidate.unit === measure.unit)
  const step = stepOf(measure)
  if (measure.bound === 'after' && rule !== undefined) {
    const cause = afterCause(measure)
    const result = outcomeClause(withoutTime(rule.outcome, measure), scene.the)
    return [
      seed(
        'boundary',
        0,
        `After ${measure.text}${cause === '' ? '' : ` ${cause}`}`,
        [],
        `${measure.text} have passed${cause === '' ? '' : ` ${cause}`}`.replace(/^(1 \w+) have/, '$1 has'),
        [result],
      ),
      seed(
        'boundary',
        0,
        `${capital(step)} before the ${measure.text} are over`,
        [],
        `${measure.text}${cause === '' ? '' : ` ${cause}`} less ${step} have passed`,
        ['nothing has happened yet', `${scene.the} can go on as before`],
      ),
    ]
  }
  if (measure.bound === 'after') return []
  if (measure.bound === 'min')
    return [
      seed(
        'boundary',
        0,
        `Exactly ${measure.text}`,
        [`${withArticle(scene.one)} is exactly ${measure.text} old`],
        `${scene.the} ${scene.does}`,
        [`the ${scene.one} is ${measure.strict ? 'not yet ' : ''}included`],
      ),
    ]
  const doing = rule === undefined ? scene.act : ''
  if (
    doing !== '' &&
    !scene.request.automatic &&
    !/^(?:notify|sync|display|performance|export|search|automate)$/.test(scene.request.topic)
  ) {
    return [
      seed(
        'boundary',
        0,
        `${capital(step)} before the ${measure.text} are over`,
        [`${measure.text} less ${step} have passed`],
        `${scene.the} ${trimMeasure(scene.does, measure)}`,
        ['it is still possible'],
      ),
      seed(
        'boundary',
        0,
        `${capital(step)} after the ${measure.text} are over`,
        [`${measure.text} and ${step} have passed`],
        `${scene.the} tries to ${trimMeasure(scene.act, measure)}`,
        ['it is refused', `the message names the limit of ${measure.text}`],
      ),
    ]
  }
  const outcome = rule === undefined ? `${scene.the} ${scene.does}` : outcomeClause(rule.outcome, scene.the)
  return [
    seed(
      'boundary',
      0,
      `Not later than ${measure.text}`,
      [],
      rule?.condition == null ? `the event occurs at ${clock(600)}` : `${rule.condition.clause} at ${clock(600)}`,
      [outcome],
    ),
  ]
}

function trimMeasure(phrase: string, measure: Measure): string {
  const at = phrase.indexOf(measure.text)
  return at < 0
    ? phrase
    : phrase
        .slice(0, at)
        .replace(/\s*(?:within|up to|at most|in|for|no later than)?\s*(?:the (?:first|next) )?$/i, '')
        .trim()
}

function stepOf(measure: Measure): string {
  const length = seconds(measure)
  if (length === null || length >= 86_400) return 'one minute'
  return length > 120 ? 'one second' : 'a moment'
}

function afterCause(measure: Measure): string {
  const at = measure.unit.plain.indexOf(measure.text)
  const tail = measure.unit.plain.slice(at + measure.text.length)
  return (
    /^\s+((?:of|without|since)\s+(?:[\p{L}-]+\s?){1,4}?)(?=,|$|\s(?:the|a|an|it|we|they|should|must|is|are|and)\b)/iu
      .exec(tail)?.[1]
      ?.trim() ?? ''
  )
}

function withoutTime(outcome: string, measure: Measure): string {
  const cause = afterCause(measure)
  return outcome
    .replace(
      new RegExp(`,?\\s*(?:after|for)\\s+${escapePattern(measure.text)}(?:\\s+${escapePattern(cause)})?`, 'i'),
      '',
    )
    .replace(/^\s*,\s*/, '')
    .trim()
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** "5 failed attempts": the last allowed one and the one that triggers. */
function attempts(measure: Measure, scene: Scene): Seed[] {
  if (
    measure.dimension !== 'count' ||
    !/attempts?|tries|logins?|failures?|times|passwords?/i.test(
      `${measure.word} ${measure.unit.plain.slice(measure.unit.plain.indexOf(measure.text), measure.unit.plain.indexOf(measure.text) + 40)}`,
    ) ||
    measure.value < 2
  )
    return []
  const before = measure.value - 1
  return [
    seed(
      'boundary',
      0,
      `Attempt ${measure.value} is the one that counts`,
      [`${before} attempts in a row have failed`],
      `attempt ${measure.value} fails too`,
      [
        /\block/i.test(measure.unit.plain) ? 'the account is locked' : 'the limit takes effect',
        'the message says what can be done now',
      ],
    ),
    seed(
      'boundary',
      0,
      `After ${before} failed attempts nothing is locked`,
      [`${before} attempts in a row have failed`],
      `${scene.the} gets it right on attempt ${measure.value}`,
      ['they are let in', 'the count starts again at zero'],
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
      `one more person ${scene.request.topic === 'performance' ? 'opens the page' : `tries to ${scene.act}`}`,
      ['nobody receives an error', 'nobody waits longer than with ten people'],
    )
  const subject = latencySubject(measure, scene)
  return seed(
    'quality',
    0,
    `Answers within ${text}, measured on real data`,
    ['as many records as the production system holds'],
    `${subject} 100 times`,
    [`at least 95 of the 100 answers are there within ${text}`],
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
  return scene.request.topic === 'performance' || scene.request.topic === 'other'
    ? `${scene.the} opens the page`
    : `${scene.the} ${scene.does.replace(/\s+(?:in|within|under|in less than)\s+\d.*$/i, '')}`
}

export function permissionSeeds(permission: Permission, scene: Scene): Seed[] {
  const { allowed, denied, unit } = permission
  const act = permission.action ?? scene.act
  const refused = ['it is refused with a message that names the missing right', 'nothing is changed']
  const made: Seed[] = []
  if (denied !== null)
    made.push(
      seed(
        'permission',
        0,
        `${capital(plural(denied))} are kept out`,
        [
          /\b(?:guest|visitor|anonymous|signed-out|logged-out)\b/i.test(denied)
            ? `${withArticle(denied)} has opened the page`
            : `${withArticle(denied)} is signed in`,
        ],
        `they try to ${act}`,
        refused,
      ),
    )
  if (allowed !== null) {
    if (denied === null)
      made.push(
        seed(
          'permission',
          0,
          `Without the role "${allowed}" it is refused`,
          [`a person who is not ${withArticle(allowed)} is signed in`],
          `they try to ${act}, also by sending the request directly`,
          refused,
        ),
      )
    if (allowed !== scene.role)
      made.push(
        seed(
          'permission',
          0,
          `The role "${allowed}" is enough`,
          [`${withArticle(allowed)} is signed in`],
          `they ${act}`,
          ['it is carried out', 'no further right is asked for'],
        ),
      )
  }
  return made.map((one, index) => ({ ...one, unit, weight: 76 - index * 12 }))
}
