import type { Bug, Reading, Request, Rule, Seed, Unit } from '../facts.ts'
import { afterDann, fromOutside, given, isState, opposite, splitCondition } from './clauses.ts'
import { capital, isInfinitive, oneFaulty, uncapital } from './grammar.ts'
import { topicOfNoun } from './lexicon.ts'
import { limitSeeds, permissionSeeds } from './limits.ts'
import { playbook } from './playbook.ts'
import { type Scene, sceneOf, seed } from './scene.ts'

export function writeSeeds(reading: Reading): Seed[] {
  const main = reading.requests[0]
  const scene = main === undefined ? looseScene(reading) : sceneOf(main, reading)
  const seeds: Seed[] = reading.bug === null ? [] : bugSeeds(reading.bug, reading, scene)
  if (reading.bug === null && main !== undefined) seeds.push(...happySeeds(scene))
  const usual =
    reading.bug === null
      ? playbook[scene.request.topic]
          .more(scene)
          .filter((one) => !answered(one, reading.rules))
          .map((one) => grounded(one, reading.units))
      : []
  const mentioned = new Set(usual.map((one) => one.unit))
  for (const request of reading.requests.slice(1))
    if (!mentioned.has(request.unit)) seeds.push(...further(sceneOf(request, reading), main))
  for (const permission of reading.permissions) seeds.push(...permissionSeeds(permission, scene))
  if (reading.bug === null) {
    for (const measure of reading.measures) {
      const local = reading.requests.find((request) => request.unit === measure.unit)
      seeds.push(...limitSeeds(measure, local === undefined ? scene : sceneOf(local, reading), reading.rules))
    }
  }
  const device = reading.devices[0]
  const deviceUnit =
    device === undefined
      ? undefined
      : reading.units.find((unit) => unit.plain.toLowerCase().includes(device.toLowerCase()))
  if (device !== undefined && deviceUnit !== undefined && reading.bug === null)
    seeds.push({ ...deviceSeed(device, scene), unit: deviceUnit, weight: 52 })
  const taken = new Set([
    ...[...seeds, ...usual].flatMap((one) => (one.unit === undefined ? [] : [one.unit])),
    ...bugUnits(reading),
  ])
  for (const rule of reading.rules) {
    const timed = reading.measures.some((measure) => measure.unit === rule.unit && measure.bound === 'after')
    if (!taken.has(rule.unit) ? reading.bug === null : reading.bug === null && rule.condition !== null && !timed)
      seeds.push(...ruleSeeds(rule, scene))
  }
  for (const item of reading.items)
    if (!taken.has(item) && !reading.rules.some((rule) => rule.unit === item)) seeds.push(itemSeed(item, scene))
  if (main !== undefined || seeds.length < 3)
    seeds.push(...(main === undefined && scene.request.topic === 'other' ? [] : usual))
  return seeds
}

function bugUnits({ bug }: Reading): Unit[] {
  return bug === null
    ? []
    : [bug.unit, ...bug.steps.map((step) => step.unit), bug.actual?.unit, bug.expected?.unit].filter(
        (unit) => unit !== undefined,
      )
}

/** Where the text says itself what happens in a case, the usual answer would only repeat or contradict it. */
function answered(seed: Seed, rules: readonly Rule[]): boolean {
  return rules.some((rule) => rule.condition !== null && seed.about?.test(rule.unit.plain) === true)
}

function grounded(one: Seed, units: readonly Unit[]): Seed {
  const unit = one.about === undefined ? undefined : units.find((candidate) => one.about?.test(candidate.plain))
  return unit === undefined ? one : { ...one, unit, weight: one.weight + 30 }
}

function looseScene(reading: Reading): Scene {
  const unit = reading.units[0] ?? {
    span: { id: 's1', text: reading.text, start: 0, end: reading.text.length },
    plain: reading.text,
    item: false,
    lead: null,
    quoted: false,
  }
  const topic =
    topicOfNoun(reading.text.slice(0, 2000))?.topic ??
    (reading.measures.some((measure) => measure.quality !== null) ? 'performance' : 'other')
  const request: Request = {
    unit,
    phrase: 'es benutzen',
    verb: 'benutzen',
    topic,
    thing: { name: '', one: '', many: '' },
    condition: null,
    role: null,
    automatic: false,
    weight: 0,
  }
  return sceneOf(request, reading)
}

function happySeeds(scene: Scene): Seed[] {
  const { request } = scene
  const { unit, condition } = request
  const happy = playbook[request.topic].happy(scene)
  const result = request.automatic ? afterDann(`das System soll ${request.phrase}`, scene.role) : null
  if (condition === null)
    return [
      {
        ...happy,
        ...(request.automatic
          ? {
              when: 'der Zeitpunkt dafür gekommen ist',
              then: [result ?? '', ...happy.then].filter((line) => line !== ''),
            }
          : {}),
        unit,
      },
    ]
  const clause = fromOutside(uncapital(condition.clause), scene.role)
  const receives = request.automatic || /^(?:erhalten|bekommen|sehen)$/.test(request.verb)
  const done = result ?? afterDann(`${scene.the} soll ${scene.act}`, scene.role)
  const rest = [...happy.then].map((line, index) => (index === 0 ? straight(line) : line)).filter((line) => line !== '')
  if (receives && !isState(clause))
    return [{ ...happy, given: [], when: clause, then: [done, ...rest].slice(0, 4), unit }]
  const dass = given(condition.clause, scene.role)
  const not = condition.word === 'unless' ? clause : opposite(clause)
  const made: Seed[] = [
    {
      ...happy,
      given: [condition.word === 'unless' ? `dass das nicht zutrifft: ${clause}` : dass, ...happy.given].slice(0, 5),
      unit,
    },
  ]
  if (not !== null)
    made.push({
      ...seed('failure', 64, `Wenn ${not}`.slice(0, 120), [`dass ${not}`], `${scene.the} es trotzdem versucht`, [
        request.automatic ? 'geschieht nichts' : 'wird das mit diesem Grund abgelehnt',
      ]),
      unit,
    })
  return made
}

/** A line written for the first "Dann" starts with its verb; as a later step it would read wrongly, so only nouns are kept. */
function straight(line: string): string {
  const turned =
    /^(nennt|ist|sind|wird|werden|erscheint|steht|enthält)\s+((?:die|der|das|eine?|alle)\s\p{L}+)\s*(.*)$/u.exec(line)
  return turned?.[1] === undefined ? '' : `${turned[2]} ${turned[1]} ${turned[3] ?? ''}`.trim()
}

function further(scene: Scene, main: Request | undefined): Seed[] {
  const [first, ...rest] = happySeeds(scene)
  if (first === undefined) return []
  const made: Seed[] = [{ ...first, title: capital(scene.act).slice(0, 110), weight: 80 }]
  if (!scene.request.automatic && main?.topic !== scene.request.topic && scene.request.topic !== 'other') {
    const failure = playbook[scene.request.topic].more(scene).toSorted((a, b) => b.weight - a.weight)[0]
    if (failure !== undefined) made.push({ ...failure, weight: failure.weight - 4 })
  }
  return [...made, ...rest.map((one) => ({ ...one, weight: 56 }))]
}

const FAILING =
  /(?<!\p{L})(?:fehler\p{L}*|ungültig\p{L}*|abgelehnt|gesperrt|nicht|keine?[nrms]?|fehlt|abgelaufen\p{L}*|falsch\p{L}*|zu groß|leer)(?!\p{L})/iu

function ruleSeeds(rule: Rule, scene: Scene): Seed[] {
  const { unit, condition } = rule
  const kind = FAILING.test(unit.plain) ? 'failure' : 'happy'
  const outcome = afterDann(rule.outcome, scene.role)
  const base = { unit, weight: 74 }
  const acts =
    scene.request.weight > 0 && !scene.request.automatic ? `${scene.the} ${scene.short}` : 'jemand das Ergebnis ansieht'
  const faulty =
    /^(?:eine?n? |die |der |das )?((?:ungültige|falsche|abgelaufene|unbekannte|leere|doppelte)[nrs]? \p{Lu}[\p{L}]+)/iu.exec(
      rule.outcome,
    )?.[1]
  if (condition === null)
    return [
      {
        ...seed(
          faulty === undefined ? kind : 'failure',
          0,
          faulty === undefined ? capital(rule.outcome).slice(0, 120) : capital(oneFaulty(faulty).nominative),
          [],
          faulty === undefined ? acts : `${scene.the} ${oneFaulty(faulty).accusative} eingibt`,
          [outcome],
        ),
        ...base,
      },
    ]
  const clause = fromOutside(uncapital(condition.clause), scene.role)
  const title = `Wenn ${clause}`.slice(0, 120)
  const not = opposite(clause)
  if (condition.word === 'unless')
    return [
      { ...seed('failure', 0, title, [`dass ${clause}`], acts, [`gilt die Regel nicht: ${rule.outcome}`]), ...base },
      ...(not === null
        ? []
        : [
            { ...seed('happy', 0, `Wenn ${not}`.slice(0, 120), [`dass ${not}`], acts, [outcome]), ...base, weight: 66 },
          ]),
    ]
  if (condition.word === 'only' && not !== null)
    return [
      { ...seed(kind, 0, title, [`dass ${clause}`], acts, [outcome]), ...base },
      {
        ...seed('failure', 0, `Wenn ${not}`.slice(0, 120), [`dass ${not}`], acts, ['geschieht das nicht']),
        ...base,
        weight: 70,
      },
    ]
  if (condition.word === 'until')
    return [
      {
        ...seed(kind, 0, title, [`der Zeitpunkt ist noch nicht erreicht, zu dem ${clause}`], acts, [outcome]),
        ...base,
      },
    ]
  if (condition.word === 'before')
    return [
      {
        ...seed(
          kind,
          0,
          capital(rule.outcome).slice(0, 120),
          [`es ist noch vor dem Zeitpunkt, zu dem ${clause}`],
          acts,
          [outcome],
        ),
        ...base,
      },
    ]
  if (isState(clause) && scene.request.weight > 0 && !scene.request.automatic)
    return [{ ...seed(kind, 0, title, [`dass ${clause}`], acts, [outcome]), ...base }]
  return [{ ...seed(kind, 0, title, [], clause, [outcome]), ...base }]
}

function itemSeed(item: Unit, scene: Scene): Seed {
  const text = item.plain.replace(/^\[[ x]\]\s*/iu, '')
  const acts = scene.request.weight > 0 ? `${scene.the} ${scene.does}` : 'jemand das Ergebnis ansieht'
  const parts = splitCondition(text)
  if (parts.condition !== null && parts.main !== '')
    return {
      ...(ruleSeeds({ unit: item, outcome: parts.main, condition: parts.condition, negative: false }, scene)[0] ??
        seed('happy', 0, text, [], acts, [`gilt: ${text}`])),
      unit: item,
      weight: 78,
    }
  const single = /^(?:nur )?(?:ein(?:e|en)?|1) (\p{Lu}[\p{L}]+) (?:pro|je) (\p{Lu}[\p{L}]+)/u.exec(text)
  if (single?.[1] !== undefined)
    return {
      ...seed(
        'boundary',
        78,
        `Ein zweites Mal „${single[1]}“ je ${single[2]}`,
        [`einmal „${single[1]}“ ist bereits verwendet`],
        `${scene.the} es ein zweites Mal versucht`,
        ['wird das zweite abgelehnt', 'das erste bleibt gültig'],
      ),
      unit: item,
    }
  const last = text.split(' ').at(-1) ?? ''
  if (isInfinitive(last))
    return {
      ...seed(
        'happy',
        78,
        capital(text).slice(0, 120),
        [],
        `${scene.the} Folgendes tut: ${fromOutside(text, scene.role)}`,
        ['ist das Ergebnis zu sehen'],
      ),
      unit: item,
    }
  const lead = item.lead?.plain.replace(/\s*(?:folgende\p{L}*|diese)?\s*:?$/iu, '').trim() ?? ''
  const modal =
    /^(.{2,80}?)\s+(?:soll|muss|sollen|müssen)\s+(?:.{0,20}\s)?enthalten$/iu.exec(lead) ??
    /^(.{2,80}?)\s+enth(?:ä|a)lt(?:en)?$/iu.exec(lead)
  if (modal?.[1] !== undefined)
    return {
      ...seed('happy', 78, capital(text).slice(0, 120), [], acts, [
        `enthält ${uncapital(modal[1])} Folgendes: ${text}`,
      ]),
      unit: item,
    }
  return {
    ...seed(FAILING.test(text) ? 'failure' : 'happy', 78, capital(text).slice(0, 120), [], acts, [
      /\s(?:ist|sind|wird|werden|hat|haben|soll|muss|darf|kann|erscheint)\s/iu.test(text)
        ? afterDann(text, scene.role)
        : `gehört dazu: ${text}`,
    ]),
    unit: item,
  }
}

function deviceSeed(device: string, scene: Scene): Seed {
  if (/offline/iu.test(device))
    return seed('failure', 0, 'Ohne Verbindung', ['das Gerät hat keine Verbindung'], `${scene.the} ${scene.does}`, [
      'ist Vorhandenes benutzbar',
      'Änderungen werden übertragen, sobald die Verbindung steht',
    ])
  const place = /handy|smartphone|mobile|phone/iu.test(device)
    ? 'einem Telefon'
    : /tablet/iu.test(device)
      ? 'einem Tablet'
      : device
  return seed(
    'quality',
    0,
    `Vollständig auf ${place}`,
    [`${scene.the} arbeitet auf ${place}`],
    `${scene.er} ${scene.does}`,
    ['ist jeder Schritt ohne seitliches Scrollen möglich'],
  )
}

function bugSeeds(bug: Bug, reading: Reading, scene: Scene): Seed[] {
  const { the } = scene
  const steps = bug.steps.map((step) => step.text)
  const trigger = bug.trigger === null ? null : fromOutside(uncapital(bug.trigger), scene.role)
  const when =
    steps.length > 0
      ? `${the} als Nächstes diesen Schritt ausführt: ${steps.at(-1)}`
      : (trigger ?? `${the} den gemeldeten Ablauf wiederholt`)
  const before = steps
    .slice(0, -1)
    .map((step) => `${the} hat diesen Schritt ausgeführt: ${step}`)
    .slice(0, 5)
  const expected =
    bug.expected === null ? 'endet der Ablauf mit dem angekündigten Ergebnis' : afterDann(bug.expected.text, scene.role)
  const made: Seed[] = [
    {
      ...seed(
        'happy',
        100,
        steps.length > 0
          ? 'Die gemeldeten Schritte führen zum erwarteten Ergebnis'
          : (trigger === null ? 'Der gemeldete Ablauf' : `Wenn ${trigger}`).slice(0, 110),
        before,
        when,
        [
          expected,
          ...(bug.actual === null ? [] : [`der gemeldete Fehler tritt nicht auf: „${bug.actual.text.slice(0, 160)}“`]),
        ],
      ),
      unit: bug.expected?.unit ?? bug.actual?.unit ?? bug.unit,
    },
  ]
  made.push(
    seed(
      'failure',
      58,
      'Bei einem anderen Fehler geht nichts verloren',
      before,
      'an dieser Stelle ein anderer Fehler auftritt',
      ['sagt eine Meldung, was zu tun ist', 'die Eingaben sind noch da'],
    ),
  )
  const limit = reading.measures.find((measure) => measure.bound !== 'none' && measure.dimension !== 'time')
  const device = reading.devices[0]
  if (device !== undefined)
    made.push(
      seed(
        'failure',
        60,
        'Was anderswo funktioniert, funktioniert weiter',
        [...before, `${the} benutzt nicht ${device}`].slice(0, 5),
        when,
        [expected],
      ),
    )
  if (limit !== undefined)
    made.push(
      seed(
        'boundary',
        57,
        `Knapp auf der anderen Seite von ${limit.text}`,
        [`derselbe Fall, knapp ${limit.bound === 'min' ? 'unter' : 'über'} ${limit.text}`],
        `${the} dasselbe tut`,
        ['ist alles wie bisher'],
      ),
    )
  else
    made.push(
      seed('failure', 54, 'Dasselbe noch einmal', ['der Ablauf wurde gerade einmal ausgeführt'], when, [
        'ist das zweite Ergebnis dasselbe wie das erste',
      ]),
    )
  return made
}
