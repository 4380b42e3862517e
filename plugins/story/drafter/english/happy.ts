import type { Reading, Request, Seed } from '../facts.ts'
import { shorten } from '../shorten.ts'
import { conditionClause, isState, opposite, thirdPhrase } from './clauses.ts'
import { capital } from './grammar.ts'
import { playbook } from './playbook.ts'
import { type Scene, seed } from './scene.ts'

/** How a request succeeds, with its condition where it has one, and what happens when the condition does not hold. */
export function happySeeds(scene: Scene): Seed[] {
  const { request } = scene
  const happy = playbook[request.topic].happy(scene)
  const unit = request.unit
  if (request.condition === null) return [{ ...withDelay(happy, scene), unit }]
  // Who bought and who paid is a person, whatever stood before.
  const said = request.condition.clause.replace(
    /^they (?=(?:\p{L}+ed|bought|paid|made|sent|got|took|read|saw|had|left)\b)(.*)$/iu,
    (_, rest: string) => `${scene.the} ${rest.replace(/\bthem\b/i, `the ${scene.one}`)}`,
  )
  const clause = conditionClause(said, scene.the, `the ${scene.one}`)
  const { word } = request.condition
  const receives = request.automatic || /^(?:get|receive|see|know|be\b)/.test(request.verb)
  const results = request.automatic ? systemActs(scene) : [`${scene.the} ${scene.does}`]
  const title = request.automatic ? capital(shorten(clause, 100)) : happy.title
  const extra = request.automatic && request.topic !== 'notify' ? [] : happy.then
  const not = opposite(clause)
  const made: Seed[] = []
  if (word === 'unless')
    made.push({ ...withDelay(happy, scene), given: [...(not === null ? [] : [not]), ...happy.given].slice(0, 5), unit })
  else if (word === 'before')
    made.push({ ...happy, given: [...happy.given, `it is still before the moment when ${clause}`], unit })
  else if (receives && !isState(clause, word))
    made.push({ ...happy, title, given: [], when: clause, then: [...results, ...extra].slice(0, 4), unit })
  else if (receives)
    made.push({
      ...happy,
      title,
      given: [],
      when: `it turns out that ${clause}`,
      then: [...results, ...extra].slice(0, 4),
      unit,
    })
  else made.push({ ...happy, given: [clause, ...happy.given].slice(0, 5), unit })
  const against =
    word === 'unless'
      ? clause
      : isState(clause, word)
        ? not
        : word === 'after' && !receives
          ? `it is not yet the case that ${clause}`
          : null
  if (against === null || word === 'before' || (request.automatic && word !== 'unless')) return made
  const left = receives
    ? seed('failure', 64, capital(shorten(against, 100)), [against], 'the time for it comes', [
        request.verb.startsWith('be ')
          ? `${scene.the} is not ${request.verb.slice(3)}`
          : `${scene.the} does not ${shorten(request.phrase, 80).replace(/\b(?:my|our)\b/g, 'their')}`,
      ])
    : seed('failure', 64, capital(shorten(against, 100)), [against], `${scene.the} tries to ${scene.act}`, [
        'it is refused with this reason',
        'nothing is changed',
      ])
  return [...made, { ...left, unit }]
}

/** "Create X and notify Y": two results, not one long one. */
function systemActs(scene: Scene): string[] {
  const [first = scene.act, ...rest] = scene.act.split(
    /,?\s+and\s+(?=(?:\w+ly\s+)?(?:notify|send|create|update|add|assign|email|mark|close|open|post|set|inform|alert)\b)/i,
  )
  return [`the system ${thirdPhrase(first)}`, ...rest.slice(0, 2).map((act) => `it ${thirdPhrase(act)}`)]
}

/** "2 days before a deadline" is the moment the scenario starts. */
function withDelay(happy: Seed, scene: Scene): Seed {
  const { request } = scene
  const ahead =
    /\b((?:\d+|one|two|three|a)\s+(?:minutes?|hours?|days?|weeks?|months?))\s+(before|after)\s+((?:the |a |an |their )?[\p{L} -]{3,50})$/iu.exec(
      scene.act,
    )
  if (ahead?.[1] !== undefined && ahead[3] !== undefined && request.topic === 'notify') {
    const when =
      ahead[2] === 'before' ? `${ahead[1]} are left before ${ahead[3]}` : `${ahead[1]} have passed since ${ahead[3]}`
    return { ...happy, when, then: [`${scene.the} ${scene.does.replace(ahead[0], '').trim()}`, ...happy.then] }
  }
  const weekly =
    /\s+every (day|weekday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)((?: at)? \d{1,2}(?:[:.]\d{2})?(?: ?[ap]m)?)?/i.exec(
      scene.act,
    )
  if (weekly?.[1] !== undefined && request.topic === 'notify') {
    const day =
      /day$|^weekday$/.test(weekly[1].toLowerCase()) && weekly[1].length > 7
        ? capital(weekly[1])
        : /^(?:day|weekday)$/i.test(weekly[1])
          ? 'the next morning'
          : capital(weekly[1])
    return {
      ...happy,
      when: `it is ${day}${(weekly[2] ?? '').replace(/^ at/, ',')}`,
      then: [`${scene.the} ${scene.does.replace(weekly[0], '').trim()}`, ...happy.then],
    }
  }
  if (!request.automatic || happy.when.startsWith('the system') || !happy.when.includes(scene.does)) return happy
  return { ...happy, when: 'the moment for it has come', then: [`the system ${scene.does}`, ...happy.then].slice(0, 4) }
}

/** Another wish in the same text: its own happy path, and the failure that matters most when it is of another kind. */
export function furtherSeeds(scene: Scene, main: Request | undefined): Seed[] {
  if (scene.request.topic === 'other' && scene.request.verb === 'have') {
    const what = scene.act.replace(/^have /, '')
    return [
      {
        ...seed(
          'happy',
          70,
          capital(what.replace(/^an? /i, '')),
          [],
          main === undefined ? `${scene.the} opens the page` : `${scene.the} completes the last step`,
          [`${what} is part of it`],
        ),
        unit: scene.request.unit,
      },
    ]
  }
  const [first, ...rest] = happySeeds(scene)
  if (first === undefined) return []
  const title = scene.request.automatic ? first.title : capital(shorten(scene.act.replace(/\btheir\s+/i, ''), 90))
  const failing = /\b(?:not|fail\w*|error|unavailable)\b/i.test(first.when)
  const made: Seed[] = [{ ...first, title, weight: 80, kind: failing ? 'failure' : first.kind }]
  if (!scene.request.automatic && main?.topic !== scene.request.topic && scene.request.topic !== 'other') {
    const failure = playbook[scene.request.topic].more(scene).toSorted((a, b) => b.weight - a.weight)[0]
    if (failure !== undefined) made.push({ ...failure, weight: failure.weight - 4 })
  }
  return [...made, ...rest.map((one) => ({ ...one, weight: 56 }))]
}

export function deviceSeeds(reading: Reading, scene: Scene): Seed[] {
  return reading.devices.slice(0, 2).flatMap((device) => {
    const unit = reading.units.find((candidate) => candidate.plain.toLowerCase().includes(device.toLowerCase()))
    return unit === undefined ? [] : [{ ...deviceSeed(device, scene), unit, weight: 52 }]
  })
}

function deviceSeed(device: string, scene: Scene): Seed {
  if (/offline/i.test(device))
    return seed('failure', 0, 'Without a connection', ['the device has no connection'], `${scene.the} ${scene.does}`, [
      'what is already on the device can be used',
      'changes are passed on once the connection is back',
    ])
  const lower = device.toLowerCase()
  const places: Record<string, string> = {
    mobile: 'a phone',
    phone: 'a phone',
    smartphone: 'a phone',
    tablet: 'a tablet',
    landscape: 'a phone held sideways',
    desktop: 'a desktop computer',
  }
  const place = places[lower] ?? device
  return seed('quality', 0, `Complete on ${place}`, [`${scene.the} uses ${place}`], `${scene.the} ${scene.does}`, [
    'every step can be reached without scrolling sideways',
    'the result is the same as on other devices',
  ])
}
